/** What an exercise of a block says: a line a fact, and the first that does not hold ends it. */

import { readFileSync } from "node:fs";
import { isDeepStrictEqual, inspect } from "node:util";
import vm from "node:vm";

/** Says the fact, if it holds. */
export function expect(fact, found, wanted = true) {
  if (!isDeepStrictEqual(found, wanted)) {
    console.log(`not so  ${fact}: found ${inspect(found)}, expected ${inspect(wanted)}`);
    process.exit(1);
  }
  console.log(`ok  ${fact}`);
}

/** Run a block, or a part of it, as a script; its constants and classes are known to later scripts. */
export function run(path, text = readFileSync(path, "utf8")) {
  return vm.runInThisContext(text, { filename: path });
}

/** A payment that is confirmed with a test card, by fetch: {status, body}. */
export async function pay(paymentMethod) {
  const reply = await fetch("https://api.finsecure.com/v1/payment_intents", {
    method: "POST",
    headers: { authorization: `Bearer ${process.env.FINSECURE_SECRET_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ amount: 2000, currency: "usd", payment_method: paymentMethod, confirm: true }),
  });
  return { status: reply.status, body: await reply.json() };
}
