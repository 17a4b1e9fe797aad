/** The block that opens with a reply: what the API answers to that decline has every member shown; the code runs. */

import { readFileSync } from "node:fs";
import { expect, pay, run } from "./checks.mjs";

const CARDS = {
  insufficient_funds: "pm_card_visa_chargeDeclinedInsufficientFunds",
  expired_card: "pm_card_chargeDeclinedExpiredCard",
  incorrect_cvc: "pm_card_chargeDeclinedIncorrectCvc",
  lost_card: "pm_card_visa_chargeDeclinedLostCard",
  stolen_card: "pm_card_visa_chargeDeclinedStolenCard",
  processing_error: "pm_card_chargeDeclinedProcessingError",
};

/** Every leaf of a value with its path: [["error.type", "card_error"], …]. */
function leaves(value, path = []) {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name]));
}

const [, , path] = process.argv;
const text = readFileSync(path, "utf8");
const [opening, reply, code] = text.split(/^(\{\n.*?^\}\n)/ms);
expect("before the reply stands a comment, and nothing else", /^(\/\/.*\n)*$/.test(opening));

const { status, body } = await pay(CARDS.insufficient_funds);
expect("a decline is a 402", status, 402);
for (const [names, value] of leaves(JSON.parse(reply))) {
  expect(`${names.join(".")} is as shown`, names.reduce((inner, name) => inner?.[name], body), value);
}

run(path, code);
const actions = run(path, "declineActions");
expect("the code has the declines that there are cards for", Object.keys(actions).sort(), Object.keys(CARDS).sort());
for (const [declineCode, card] of Object.entries(CARDS)) {
  // A refusal that has an error code of its own has no decline_code beside it, as at Stripe.
  const { error } = (await pay(card)).body;
  expect(`${declineCode} is what a bank's refusal is called`, error.decline_code ?? error.code, declineCode);
}
