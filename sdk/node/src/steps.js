/** What to do about an error: the server's words, or those of the table that this package carries. */

import { CODES, DECLINES } from "./generated/error_table.js";

/** What to do where no reply came. */
export const NO_REPLY = [
  "Check the network, the proxy and the address of the API; `finsecure doctor` says which it is.",
  "Send the same call with the same idempotency key: it takes effect once, however often it is sent.",
];

/** What to do, in order, for the `error` member of a reply; empty if nobody knows. */
export function stepsFor({ next_steps, decline_code, code }) {
  return texts(next_steps) ?? row(DECLINES, decline_code) ?? row(CODES, code) ?? row(DECLINES, code) ?? [];
}

/** What the server offers so that this payment succeeds after all; undefined if it does not say so. */
export function offered(raw) {
  return texts(raw.recovery?.options) ?? texts(raw.recovery_options);
}

/** The texts of a list; undefined if there are none. */
export function texts(value) {
  const found = Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  return found.length ? found : undefined;
}

function row(table, code) {
  return typeof code === "string" && Object.hasOwn(table, code) ? [...table[code]] : undefined;
}
