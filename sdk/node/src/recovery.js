/** Try a payment again where that can help, and say what else can be done where it cannot. */

import { FinSecureError } from "./errors.js";
import { newKey } from "./settings.js";
import { stepsFor } from "./steps.js";

/** Codes and types after which the same card is not tried again by itself. */
const NON_RETRYABLE = new Set([
  "card_declined", "expired_card", "incorrect_cvc", "authentication_error", "invalid_request_error",
]);
/** Declines in which nobody has decided: another attempt, under another idempotency key, may pass. */
const UNDECIDED = new Set(["processing_error"]);

const LAST_RESORT = ["Contact customer support"];

/**
 * `processPaymentWithRetry` makes a payment and resolves with what came of it, whatever that is.
 *
 * However many attempts it takes, one payment is made: an attempt whose outcome is unknown keeps its idempotency key.
 */
export class PaymentErrorHandler {
  constructor(finsecureClient) {
    this.client = finsecureClient;
    this.maxRetries = 3; // attempts in all
    this.retryDelay = 1000; // ms before the second, twice that before the third
  }

  /** {success: true, result}, or {success: false, error, recovery_options}. */
  async processPaymentWithRetry(paymentData, { idempotencyKey } = {}) {
    const first = idempotencyKey ?? newKey();
    let key = first;
    let lastError = null;
    for (let attempt = 1; attempt <= this.maxRetries; attempt++) {
      try {
        // The handler is what tries again; two of them, one within the other, would multiply.
        const result = await this.client.paymentIntents.create(paymentData, { idempotencyKey: key, maxRetries: 0 });
        return { success: true, result };
      } catch (error) {
        lastError = error;
        if (this.isNonRetryableError(error) || attempt === this.maxRetries) break;
        // The same key while nobody knows what became of the attempt; another once the bank has answered.
        if (!error.retryable) key = `${first}~${attempt + 1}`;
        await this.delay(Math.max(this.retryDelay * attempt, (error.retryAfter ?? 0) * 1000));
      }
    }
    return { success: false, error: lastError, recovery_options: this.getRecoveryOptions(lastError) };
  }

  /** Whether trying again would be in vain, or would harm: what nobody knows to be safe is not tried again. */
  isNonRetryableError(error) {
    if (!(error instanceof FinSecureError)) return true;
    if (error.retryable) return false;
    if (error.adviceCode === "do_not_try_again") return true;
    if (NON_RETRYABLE.has(error.code) || NON_RETRYABLE.has(error.type)) return true;
    return !UNDECIDED.has(error.code);
  }

  /**
   * What the payer or the merchant can do, in order: the server's words for this very failure, or those of the table
   * for its decline code or its code. Takes an error of ours, or the `error` member of a reply.
   */
  getRecoveryOptions(error) {
    if (error instanceof FinSecureError) return [...error.recoveryOptions];
    if (typeof error !== "object" || error === null) return [...LAST_RESORT];
    const steps = stepsFor({ ...error, decline_code: error.decline_code ?? error.declineCode });
    return steps.length ? steps : [...LAST_RESORT];
  }

  delay(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}
