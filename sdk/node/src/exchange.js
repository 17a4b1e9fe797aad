/** One call from its request to its reply: retries, waits, the deadline, and which error comes of it. */

import { retryAfter, shouldRetry, waitBefore } from "./backoff.js";
import { APIConnectionError, APITimeoutError } from "./errors.js";
import { envelope, ofResponse } from "./replies.js";
import { TransportFault } from "./transport.js";

const LEAST = 10; // ms; less than this is no time to try anything in

/** What time and chance are: handed in, so that tests can set them. Times are milliseconds. */
export const WORLD = {
  monotonic: () => performance.now(),
  now: () => Date.now(),
  chance: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done);
      function done() {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      }
    }),
};

/**
 * Send until there is an answer to return or a reason to stop: {response, attempts}, or a FinSecureError.
 *
 * `prepared` is {request, key, policy}; `tools` is {transport, budget, world}.
 */
export async function exchange(prepared, tools) {
  const { request, key, policy } = prepared;
  const { transport, budget, world } = tools;
  const began = world.monotonic();
  const attempts = [];
  let sent = false; // whether any attempt may have reached the server
  const end = policy.deadline === null ? Number.POSITIVE_INFINITY : began + policy.deadline;
  const left = () => end - world.monotonic();
  for (;;) {
    const started = world.monotonic();
    const outcome = await attempt(transport, { ...request, ...timed(request.timeout, left()) });
    attempts.push({ number: attempts.length + 1, ms: world.monotonic() - started, outcome: outcome.name });
    const { response, fault } = outcome;
    if (response && response.status < 500) budget.give();
    if (response && response.status >= 200 && response.status < 300) return { response, attempts };
    sent ||= response !== undefined || fault.sent;
    const known = { idempotencyKey: key, attempts };
    const asked = response ? retryAfter(response.headers, world.now()) : undefined;
    const error = response ? refused(response, asked, known) : unanswered(fault, { ...known, sent });
    const wait = error.retryable ? nextWait(attempts.length, asked) : undefined;
    if (wait === undefined) throw error;
    await world.sleep(wait, request.signal);
  }

  /** Milliseconds until the next try; undefined if there shall be none. */
  function nextWait(tried, asked) {
    if (tried > policy.maxRetries) return undefined;
    const wait = waitBefore(tried, asked, world.chance());
    if (wait + LEAST >= left()) return undefined;
    return budget.take() ? wait : undefined;
  }
}

async function attempt(transport, request) {
  try {
    const response = await transport.send(request);
    return { response, name: `HTTP ${response.status}` };
  } catch (fault) {
    if (fault instanceof TransportFault) return { fault, name: fault.kind };
    throw fault;
  }
}

/** The timeouts of one attempt, within what is left of the whole call. */
function timed(timeout, left) {
  if (left === Number.POSITIVE_INFINITY) return { timeout };
  const total = Math.max(left, LEAST);
  const within = { connect: Math.min(timeout.connect, total), read: Math.min(timeout.read, total) };
  return { timeout: within, totalTimeout: total };
}

function refused(response, asked, known) {
  const raw = envelope(response);
  return ofResponse(response, raw, {
    ...known,
    retryable: shouldRetry(response.status, raw.code, response.headers),
    retryAfter: asked === undefined ? undefined : asked / 1000,
  });
}

function unanswered(fault, known) {
  const type = fault.kind === "timeout" ? APITimeoutError : APIConnectionError;
  return new type(fault.message, { ...known, kind: fault.kind, cause: fault.cause });
}
