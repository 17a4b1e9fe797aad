/** Which error a reply is that is not a success. */

import * as errors from "./errors.js";
import { NO_REPLY, texts } from "./steps.js";

const BY_STATUS = {
  401: errors.AuthenticationError,
  402: errors.CardError,
  403: errors.PermissionError,
  408: errors.APITimeoutError,
  409: errors.ConflictError,
  429: errors.RateLimitError,
};

/** The `error` member of a reply; empty if the body is none of ours. */
export function envelope(response) {
  let decoded;
  try {
    decoded = JSON.parse(response.body.toString("utf8"));
  } catch {
    return {};
  }
  const error = decoded?.error;
  return typeof error === "object" && error !== null && !Array.isArray(error) ? error : {};
}

/** The error of a reply. `raw` is its envelope, `known` what the call knows of itself. */
export function ofResponse(response, raw, known) {
  const kind = (response.headers["content-type"] ?? "of no type").split(";")[0];
  const foreign =
    `A reply that is not FinSecure's: HTTP ${response.status}, ${kind}, ${response.body.length} bytes. ` +
    "A proxy or another server may have answered.";
  const all = { raw, httpStatus: response.status, headers: response.headers, ...known };
  const type = classOf(response.status, raw);
  const message = typeof raw.message === "string" && raw.message ? raw.message : foreign;
  if (type !== errors.APITimeoutError) return new type(message, all);
  return new type(message, { kind: "timeout", sent: true, ...all, nextSteps: texts(raw.next_steps) ?? NO_REPLY });
}

function classOf(status, raw) {
  if (raw.code === "idempotency_key_in_use" || raw.code === "lock_timeout") return errors.ConflictError;
  if (raw.type === "idempotency_error" && status !== 409) return errors.IdempotencyError;
  if (BY_STATUS[status]) return BY_STATUS[status];
  if (status >= 500) return errors.ServerError;
  return status >= 400 ? errors.InvalidRequestError : errors.APIError;
}
