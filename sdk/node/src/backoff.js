/** When a call is tried again and how long that waits: pure decisions, the world handed in. */

/** Statuses after which the same call may succeed. A POST is as safe as a GET: it carries an idempotency key. */
const RETRIED = new Set([408, 429, 500, 502, 503, 504]);
/** A 409 means that two things clash; only these two of them pass by themselves. */
const RETRIED_CONFLICTS = new Set(["idempotency_key_in_use", "lock_timeout"]);

const FACTOR = 1000; // ms before the first retry, at most; doubled for each
const LONGEST = 8000; // ms
const RETRY_AFTER_LONGEST = 60_000; // ms; a server that asks for more is asked again after this

/**
 * Milliseconds before retry number `retry` (from 1). What the server asks for is kept to; else full jitter: anything
 * between 0 and a bound that doubles. `chance` is in [0, 1).
 */
export function waitBefore(retry, asked, chance) {
  if (asked !== undefined) return Math.min(asked, RETRY_AFTER_LONGEST);
  return chance * Math.min(LONGEST, FACTOR * 2 ** (retry - 1));
}

/**
 * At most a tenth of the calls are retries, once `burst` tokens are spent: a server in trouble is not buried.
 *
 * A retry takes a token; every call that is answered well gives back a tenth of one.
 */
export class RetryBudget {
  #burst;
  #refill;
  #tokens;

  constructor(burst = 20, refill = 0.1) {
    this.#burst = burst;
    this.#refill = refill;
    this.#tokens = burst;
  }

  /** Whether one more retry may be made; if so it is paid for. */
  take() {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** A call was answered well. */
  give() {
    this.#tokens = Math.min(this.#burst, this.#tokens + this.#refill);
  }
}

/**
 * Whether a reply may be another when the same call is sent again. Not when the server forbids it, nor when the reply
 * is the kept one of this idempotency key: it would come again.
 */
export function shouldRetry(status, code, headers) {
  if (headers["finsecure-should-retry"] === "false" || headers["idempotent-replayed"] === "true") return false;
  return RETRIED.has(status) || (status === 409 && RETRIED_CONFLICTS.has(code));
}

/** Milliseconds that the server asks to wait, from `Retry-After` (seconds or a date); `now` is ms since 1970. */
export function retryAfter(headers, now) {
  const value = (headers["retry-after"] ?? "").trim();
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = value ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
