/** A user's program. It is compiled, not run: what is right must pass, and what is wrong must be refused. */

import FinSecure, {
  APIConnectionError,
  CardError,
  FinSecureError,
  PaymentErrorHandler,
  RateLimitError,
  SignatureVerificationError,
  webhooks,
} from "finsecure";
import type { Charge, Event, HandledPayment, Options, Page, PaymentIntent, Refund } from "finsecure";

const client = new FinSecure("sk_test_1", { apiBase: "http://127.0.0.1:4242", timeout: { connect: 500 } });

export async function pays(): Promise<string> {
  const intent = await client.paymentIntents.create(
    { amount: 2000, currency: "usd", payment_method: "pm_card_visa", confirm: true, metadata: { order: "17" } },
    { idempotencyKey: "order-17" },
  );
  const status: PaymentIntent["status"] = intent.status;
  const key: string | undefined = intent.lastResponse.idempotencyKey;
  const captured: PaymentIntent = await client.paymentIntents.capture(intent.id, { amount_to_capture: 100 });
  const charge: string | Charge | null = captured.latest_charge;
  const options: Options = { maxRetries: 0 };
  await client.paymentIntents.cancel(intent.id, null, options);
  await client.customers.retrievePaymentMethod("cus_1", "pm_1");
  await client.testHelpers.clock.retrieve();
  const raw = await client.request<{ object: string }>("get", "/v1/balance");
  return `${status} ${key} ${typeof charge} ${raw.object}`;
}

export async function lists(): Promise<number> {
  let sum = 0;
  for await (const refund of client.refunds.list({ limit: 10, created: { gte: 1 } })) sum += refund.amount;
  const page: Page<Refund> = await client.refunds.list();
  const next: Page<Refund> | null = await page.nextPage();
  const all: Refund[] = await client.refunds.list().autoPagingToArray({ limit: 10 });
  await client.refunds.list().autoPagingEach((refund) => refund.amount > 1);
  return sum + all.length + (next?.data.length ?? 0);
}

export function explains(error: unknown): string[] {
  if (error instanceof CardError) {
    const decline: string | undefined = error.declineCode;
    return [decline ?? "", error.userMessage ?? "", error.paymentIntent?.id ?? "", ...error.recoveryOptions];
  }
  if (error instanceof RateLimitError) return [`wait ${error.retryAfter ?? 1} s`];
  if (error instanceof APIConnectionError && error.kind === "timeout") return [error.sent ? "unknown" : "not sent"];
  if (error instanceof FinSecure.errors.InvalidRequestError) return [error.param ?? ""];
  if (error instanceof FinSecureError) return [error.requestId ?? "", ...error.attempts.map((one) => `${one.ms} ms`)];
  return [];
}

export async function recovers(): Promise<string> {
  const handler = new PaymentErrorHandler(client);
  const made: HandledPayment = await handler.processPaymentWithRetry({ amount: 1, currency: "usd" });
  return made.success ? made.result.id : made.recovery_options.join();
}

export function receives(body: Uint8Array, headers: Record<string, string | string[] | undefined>): Event | string {
  try {
    return client.webhooks.constructEvent(body, headers, ["whsec_1", "whsec_2"], 300);
  } catch (error) {
    if (!(error instanceof SignatureVerificationError)) throw error;
    return error.cause === "timestamp_out_of_tolerance" ? `${error.skew} s` : error.message;
  }
}

export const header: string = webhooks.generateTestHeaderString({ payload: "{}", secret: "whsec_1" });

// @ts-expect-error  an amount is needed
void client.paymentIntents.create({ currency: "usd" });
// @ts-expect-error  an amount is a number
void client.paymentIntents.create({ amount: "2000", currency: "usd" });
// @ts-expect-error  there is no such parameter
void client.paymentIntents.create({ amount: 2000, currency: "usd", ammount: 1 });
// @ts-expect-error  there is no such capture method
void client.paymentIntents.create({ amount: 2000, currency: "usd", capture_method: "later" });
// @ts-expect-error  an id is needed
void client.paymentIntents.retrieve();
// @ts-expect-error  there is no such method
void client.paymentIntents.destroy("pi_1");
// @ts-expect-error  an option is not a parameter
void client.customers.create({ idempotencyKey: "a" });
// @ts-expect-error  there is no such option
void client.customers.create({}, { idempotency_key: "a" });
// @ts-expect-error  say how many at most
void client.refunds.list().autoPagingToArray();
// @ts-expect-error  there is no such option of a client
new FinSecure("sk_test_1", { retries: 1 });
