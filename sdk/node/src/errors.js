/**
 * What a call rejects with. The classes are called as Stripe's are, so that code written for it ports; some are added.
 *
 * FinSecureError
 * ├─ CardError                 402: the call was right and the payment failed
 * ├─ InvalidRequestError       400, 404, 405, 413, 415, 431: the call is wrong
 * ├─ AuthenticationError       401: no key that may call
 * ├─ PermissionError           403: the key is good and may not do this
 * ├─ RateLimitError            429: too many calls
 * ├─ IdempotencyError          400: an idempotency key was used for another call
 * ├─ APIError                  FinSecure's side, or a reply that nobody understands
 * │  ├─ ServerError            5xx
 * │  └─ ConflictError          another call is at work on it: `idempotency_key_in_use`, `lock_timeout`, any other 409
 * ├─ APIConnectionError        no reply came
 * │  └─ APITimeoutError        … in time
 * ├─ ConfigurationError        this client cannot call as it is set up
 * └─ SignatureVerificationError  a webhook that is not to be trusted
 */

import { redact } from "./redact.js";
import { NO_REPLY, offered, stepsFor } from "./steps.js";

const LAST_RESORT = ["Contact customer support with the request id."];

/**
 * A call that did not do what it was for. Switch on the class, then on `code`; show a payer the `userMessage` and
 * nothing else. What a log prints of it holds no secret.
 */
export class FinSecureError extends Error {
  /**
   * `known`: raw (the `error` member of the API's envelope), httpStatus, headers (names in small letters),
   * idempotencyKey, attempts, retryable, retryAfter (seconds), nextSteps, cause.
   */
  constructor(message, known = {}) {
    const raw = known.raw ?? {};
    super(redact(message), known.cause === undefined ? undefined : { cause: known.cause });
    const facts = {
      type: text(raw.type),
      code: text(raw.code),
      declineCode: text(raw.decline_code),
      adviceCode: text(raw.advice_code),
      param: text(raw.param),
      docUrl: text(raw.doc_url),
      requestLogUrl: text(raw.request_log_url),
      httpStatus: known.httpStatus,
      requestId: known.headers?.["request-id"],
      idempotencyKey: known.idempotencyKey,
      attempts: known.attempts ?? [],
      retryable: known.retryable ?? false,
      retryAfter: known.retryAfter,
      nextSteps: known.nextSteps ?? stepsFor(raw),
    };
    // What is not known is left out, so that a log shows what is.
    for (const [name, value] of Object.entries(facts)) if (value !== undefined) this[name] = value;
    // These two may hold a client secret or a cookie: they are there to be read, and stay out of a log.
    hide(this, "raw", raw);
    hide(this, "headers", known.headers ?? {});
  }

  /** The name of its class. */
  get name() {
    return this.constructor.name;
  }

  /** What the merchant or the payer can do so that the payment succeeds after all; never empty. */
  get recoveryOptions() {
    return offered(this.raw) ?? (this.nextSteps.length ? this.nextSteps : LAST_RESORT);
  }

  /** The message, if a payer may see it: only that of a card error. */
  get userMessage() {
    return this.type === "card_error" ? this.message : undefined;
  }

  /** What a log may keep of it. */
  toJSON() {
    return { name: this.name, message: this.message, ...this, recoveryOptions: this.recoveryOptions };
  }
}

/** The call was right and the payment failed. The attempt is kept and can be looked at. */
export class CardError extends FinSecureError {
  /** The intent as the failure has left it. */
  get paymentIntent() {
    return this.raw.payment_intent;
  }

  /** The id of the charge that failed. */
  get charge() {
    return text(this.raw.charge);
  }
}

/** The call is wrong. `param` names the parameter, if it is one. */
export class InvalidRequestError extends FinSecureError {}

/** The key is missing, or is not one that may call. */
export class AuthenticationError extends FinSecureError {}

/** The key is good, and may not do this. */
export class PermissionError extends FinSecureError {}

/** Too many calls. `retryAfter` says in how many seconds the next is welcome. */
export class RateLimitError extends FinSecureError {}

/** An idempotency key was used for two different calls. */
export class IdempotencyError extends FinSecureError {}

/** The failure is not the caller's, or the reply is not one that FinSecure gives. */
export class APIError extends FinSecureError {}

/** 5xx: FinSecure's side. With the same idempotency key it is safe to send again, as long as `retryable` is true. */
export class ServerError extends APIError {}

/** Another call is at work on the same key or the same object. */
export class ConflictError extends APIError {}

/**
 * No reply came. `kind` is dns | connect | proxy | tls | timeout | reset | aborted.
 *
 * If `sent`, nobody knows whether the call took effect: send it again with the same `idempotencyKey`.
 */
export class APIConnectionError extends FinSecureError {
  constructor(message, known) {
    super(message, { retryable: known.kind !== "tls" && known.kind !== "aborted", nextSteps: NO_REPLY, ...known });
    this.kind = known.kind;
    this.sent = known.sent;
  }
}

/** No reply came in time. */
export class APITimeoutError extends APIConnectionError {}

/** This client cannot call as it is set up: no usable key, or an address that a key must not be sent to. */
export class ConfigurationError extends FinSecureError {}

/**
 * A webhook that is not to be trusted. `cause` names why, for programs: missing_header | malformed_header |
 * header_too_long | too_many_signatures | timestamp_out_of_tolerance | body_reencoded | wrong_secret |
 * secret_unusable | payload_not_json.
 *
 * `skew`: by how many seconds the signature's time is ahead of this clock; negative: behind.
 */
export class SignatureVerificationError extends FinSecureError {
  constructor(message, { cause, header, skew }) {
    super(message, { cause, nextSteps: [] });
    if (header !== undefined) this.header = header;
    if (skew !== undefined) this.skew = skew;
  }
}

function text(value) {
  return typeof value === "string" ? value : undefined;
}

function hide(target, name, value) {
  Object.defineProperty(target, name, { value, enumerable: false });
}
