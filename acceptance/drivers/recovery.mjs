/** The document's PaymentErrorHandler, with the Node package of this repository as its client. */

import { pathToFileURL } from "node:url";
import { expect, run } from "./checks.mjs";

const [, , path, sdk] = process.argv;
const { FinSecure } = await import(pathToFileURL(sdk));

/** A handler, and how often its client was called. */
function handlerFor(client) {
  const calls = [];
  const create = (data) => {
    calls.push(data);
    return client.paymentIntents.create(data);
  };
  return { handler: new Handler({ paymentIntents: { create } }), calls };
}

/** What came of a payment with a test card, after how many calls and milliseconds. */
async function pay(card, client = finsecure) {
  const { handler, calls } = handlerFor(client);
  const began = performance.now();
  const data = { amount: 2000, currency: "usd", payment_method: card, confirm: true };
  const outcome = await handler.processPaymentWithRetry(data);
  return { outcome, calls: calls.length, ms: performance.now() - began };
}

run(path);
const Handler = run(path, "PaymentErrorHandler");
const finsecure = new FinSecure();

const paid = await new Handler(finsecure).processPaymentWithRetry({ amount: 2000, currency: "usd" });
expect("the client is taken as it is", [paid.success, paid.result.object], [true, "payment_intent"]);
const { outcome } = await pay("pm_card_visa");
expect("a payment succeeds", [outcome.success, outcome.result.status], [true, "succeeded"]);

for (const [card, code, first] of [
  ["pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "Contact customer support"],
  ["pm_card_chargeDeclinedExpiredCard", "expired_card", "Update card expiration date"],
  ["pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "Re-enter security code"],
]) {
  const { outcome, calls } = await pay(card);
  expect(`${code} is not tried again`, [outcome.success, outcome.error.code, calls], [false, code, 1]);
  expect(`and the first way out is: ${first}`, outcome.recovery_options[0], first);
}

const undecided = await pay("pm_card_chargeDeclinedProcessingError");
expect("processing_error is tried three times", [undecided.outcome.error.code, undecided.calls], ["processing_error", 3]);
expect("after one second and then two", undecided.ms > 2900 && undecided.ms < 9000);

const stranger = await pay("pm_card_visa", new FinSecure("sk_test_nobodyskeyatall0000"));
expect("a wrong key is an authentication error", stranger.outcome.error.type, "authentication_error");
const asked = new Handler(finsecure).getRecoveryOptions({ code: "insufficient_funds" });
expect("the declines of its table have their ways out", asked[0], "Try a different payment method");
finsecure.close();
