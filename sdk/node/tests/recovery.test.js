/** `PaymentErrorHandler`: ours, and the one that the help content prints, on our client. */

import "./fixtures/bare.js";

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { FinSecure, PaymentErrorHandler } from "../src/index.js";
import { PaymentErrorHandler as Printed } from "./fixtures/document.js";
import { refusal, reply, scripted } from "./fixtures/scripted.js";

const TABLE = JSON.parse(readFileSync(new URL("../../../contract/errors.json", import.meta.url), "utf8"));
const PAYMENT = { amount: 2000, currency: "usd", payment_method: "pm_card_visa", confirm: true };
const INTENT = reply({ id: "pi_1", object: "payment_intent", status: "succeeded" });
const DECLINED = { type: "card_error", code: "card_declined", decline_code: "insufficient_funds" };

async function setUp(t, Handler, answers, options = {}) {
  const server = await scripted(t, ...answers);
  const client = new FinSecure("sk_test_1", { apiBase: server.url, ...options });
  t.after(() => client.close());
  const handler = new Handler(client);
  const waits = [];
  handler.delay = async (ms) => waits.push(ms);
  return { server, handler, waits };
}

for (const [whose, Handler] of [["ours", PaymentErrorHandler], ["the printed one", Printed]]) {
  test(`${whose}: a payment that succeeds`, async (t) => {
    const { handler } = await setUp(t, Handler, [INTENT]);
    const made = await handler.processPaymentWithRetry(PAYMENT);
    assert.deepEqual(Object.keys(made), ["success", "result"]);
    assert.equal(made.success, true);
    assert.equal(made.result.id, "pi_1");
  });

  test(`${whose}: a decline is not tried again`, async (t) => {
    const { server, handler, waits } = await setUp(t, Handler, [refusal(402, DECLINED)]);
    const made = await handler.processPaymentWithRetry(PAYMENT);
    assert.deepEqual(Object.keys(made), ["success", "error", "recovery_options"]);
    assert.equal(made.success, false);
    assert.equal(made.error.code, "card_declined");
    assert.ok(made.recovery_options.length);
    assert.deepEqual([server.seen.length, waits.length], [1, 0]);
  });

  test(`${whose}: what may pass is tried three times, later each time, and charged once`, async (t) => {
    const { server, handler, waits } = await setUp(t, Handler, [refusal(500)], { maxRetries: 0 });
    const made = await handler.processPaymentWithRetry(PAYMENT);
    assert.equal(made.success, false);
    assert.deepEqual(waits, [1000, 2000]);
    assert.equal(server.seen.length, 3);
    assert.equal(new Set(server.seen.map((one) => one.headers["idempotency-key"])).size, 1);
  });

  test(`${whose}: a reply that was lost is asked for again, with its key`, async (t) => {
    const { server, handler } = await setUp(t, Handler, [{ reset: true }, INTENT], { maxRetries: 0 });
    assert.equal((await handler.processPaymentWithRetry(PAYMENT)).success, true);
    const [first, second] = server.seen.map((one) => one.headers["idempotency-key"]);
    assert.equal(first, second);
  });

  test(`${whose}: a decline that decides nothing is another attempt, under another key`, async (t) => {
    const undecided = { type: "card_error", code: "processing_error", decline_code: "processing_error" };
    const { server, handler } = await setUp(t, Handler, [refusal(402, undecided), INTENT]);
    assert.equal((await handler.processPaymentWithRetry(PAYMENT)).success, true);
    assert.equal(new Set(server.seen.map((one) => one.headers["idempotency-key"])).size, 2);
  });

  test(`${whose}: it has the printed methods and members`, () => {
    const handler = new Handler({});
    assert.deepEqual([handler.maxRetries, handler.retryDelay, handler.client], [3, 1000, {}]);
    for (const name of ["processPaymentWithRetry", "isNonRetryableError", "getRecoveryOptions", "delay"]) {
      assert.equal(typeof handler[name], "function");
    }
  });
}

test("ours: every decline of the table has its own options", async (t) => {
  for (const [decline, row] of Object.entries(TABLE.declines)) {
    const said = { type: "card_error", code: row.code, decline_code: decline };
    const { handler } = await setUp(t, PaymentErrorHandler, [refusal(402, said)]);
    handler.maxRetries = 1;
    const made = await handler.processPaymentWithRetry(PAYMENT);
    assert.deepEqual(made.recovery_options, row.next_steps, decline);
    assert.deepEqual(handler.getRecoveryOptions(said), row.next_steps);
    assert.deepEqual(handler.getRecoveryOptions({ declineCode: decline }), row.next_steps);
  }
});

test("ours: the server's own words come first, and there is always something to do", () => {
  const handler = new PaymentErrorHandler({});
  assert.deepEqual(handler.getRecoveryOptions({ ...DECLINED, next_steps: ["This."] }), ["This."]);
  for (const unknown of [null, undefined, "x", {}, { code: "never heard of" }, { code: "constructor" }]) {
    assert.deepEqual(handler.getRecoveryOptions(unknown), ["Contact customer support"]);
  }
});

test("ours: what nobody knows to be safe is not tried again", () => {
  const handler = new PaymentErrorHandler({});
  for (const error of [new Error("a bug"), new TypeError("x"), null, { code: "processing_error" }]) {
    assert.equal(handler.isNonRetryableError(error), true);
  }
});

test("ours: Retry-After is waited for, and a key of your own is used", async (t) => {
  const answers = [refusal(429, { type: "rate_limit_error" }, { "retry-after": "9" }), INTENT];
  const { server, handler, waits } = await setUp(t, PaymentErrorHandler, answers);
  await handler.processPaymentWithRetry(PAYMENT, { idempotencyKey: "order-17" });
  assert.deepEqual(waits, [9000]);
  assert.deepEqual(server.seen.map((one) => one.headers["idempotency-key"]), ["order-17", "order-17"]);
});

test("ours: a bug in the parameters is no payment", async (t) => {
  const { server, handler } = await setUp(t, PaymentErrorHandler, [INTENT]);
  const made = await handler.processPaymentWithRetry({ amount: Number.NaN });
  assert.ok(made.error instanceof TypeError);
  assert.equal(server.seen.length, 0);
});

test("ours: it really waits", async () => {
  const began = performance.now();
  await new PaymentErrorHandler({}).delay(30);
  assert.ok(performance.now() - began >= 25);
});
