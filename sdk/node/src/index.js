/** FinSecure for Node: take payments, learn why one failed, and verify webhooks. */

export { FinSecure, FinSecure as default } from "./client.js";
export * from "./errors.js";
export { PaymentErrorHandler } from "./recovery.js";
export { VERSION } from "./version.js";
export { webhooks } from "./webhooks.js";
