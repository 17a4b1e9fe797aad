/** What a client is set up with, and the HTTP request that one call becomes: decided once, without I/O. */

import { randomBytes } from "node:crypto";

import * as encode from "./encode.js";
import { AuthenticationError, ConfigurationError } from "./errors.js";
import { API_VERSION } from "./generated/version.js";
import { VERSION } from "./version.js";

export const API_BASE = "https://api.finsecure.com";
export const SECRET_KEY = "FINSECURE_SECRET_KEY";

const TIMEOUT = { connect: 3050, read: 10_000 }; // ms
const DEADLINE = 60_000; // ms for a whole call
const MAX_RETRIES = 3;
const KEY_MAX = 255;
const SPAN_MAX = 2 ** 31 - 1; // ms; a timer that is set to more goes off at once
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** What a client may be given beside its key. */
const CLIENT_OPTIONS = new Set([
  "agent", "apiBase", "apiVersion", "caBundle", "deadline", "maxRetries", "maxSockets", "proxy", "timeout", "world",
]);
/** What one call may be given beside its parameters. */
const CALL_OPTIONS = new Set([
  "apiKey", "apiVersion", "deadline", "headers", "idempotencyKey", "maxRetries", "signal", "timeout",
]);

/** The settings of a client, checked. ConfigurationError, TypeError or RangeError for what could never work. */
export function settingsOf(apiKey, options) {
  known(options, CLIENT_OPTIONS, "a client");
  const apiBase = baseAddress(options.apiBase);
  const key = apiKey ?? (process.env[SECRET_KEY] || undefined);
  return {
    apiBase,
    apiKey: key === undefined ? undefined : usableKey(key, apiBase),
    apiVersion: options.apiVersion ?? API_VERSION,
    timeout: timeouts(options.timeout ?? TIMEOUT),
    deadline: deadline(options.deadline, DEADLINE),
    maxRetries: retries(options.maxRetries ?? MAX_RETRIES),
  };
}

/** Where the API is: as given, or FINSECURE_API_BASE, or the default; without `/v1` and without a slash at its end. */
function baseAddress(given) {
  if (given !== undefined && given !== null && typeof given !== "string") {
    throw new ConfigurationError("the address of the API is a text");
  }
  const base = (given || process.env.FINSECURE_API_BASE || API_BASE).replace(/\/+$/, "").replace(/\/v1$/, "");
  let url;
  try {
    url = new URL(base);
  } catch {
    url = undefined;
  }
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new ConfigurationError(`${JSON.stringify(base)} is not an address of the API, such as ${API_BASE}`);
  }
  if (url.username || url.password) {
    throw new ConfigurationError("the address of the API holds a user or a password; a key is the first argument");
  }
  return base;
}

/** The key, if it fits a header and does not travel in the open. */
function usableKey(key, base) {
  if (typeof key !== "string" || !key) throw new ConfigurationError("the API key is a text that is not empty");
  if (key !== key.trim()) {
    throw new ConfigurationError("the API key begins or ends with white space, perhaps a newline from a file");
  }
  if (!/^[!-~]+$/.test(key)) {
    throw new ConfigurationError("the API key holds characters that no key has; copy it again");
  }
  if (key.includes("_live_") && base.startsWith("http:") && !LOOPBACK.has(new URL(base).hostname)) {
    throw new ConfigurationError(`a live key is not sent over plain http to ${base}: use https`);
  }
  return key;
}

function timeouts(given) {
  const { connect, read } = typeof given === "number" ? { connect: given, read: given } : { ...TIMEOUT, ...given };
  if (!isSpan(connect) || !isSpan(read) || (typeof given !== "number" && !encode.isPlain(given ?? {}))) {
    throw new RangeError("a timeout is milliseconds above 0, or {connect, read}: to connect, and between two reads");
  }
  return { connect, read };
}

function deadline(given, otherwise) {
  if (given === undefined) return otherwise;
  if (given === null) return null;
  if (!isSpan(given)) throw new RangeError("a deadline is milliseconds above 0 for the whole call, or null for none");
  return given;
}

/** Whether it is some time, and no more than a timer can count. */
function isSpan(given) {
  return typeof given === "number" && given > 0 && given <= SPAN_MAX;
}

function retries(given) {
  if (!Number.isInteger(given) || given < 0) throw new RangeError("maxRetries is a whole number, 0 or more");
  return given;
}

function known(options, names, what) {
  if (!encode.isPlain(options)) throw new TypeError(`options of ${what} are a plain object`);
  const unknown = Object.keys(options).filter((name) => !names.has(name));
  if (unknown.length) throw new TypeError(`${what} has no option ${unknown.join(", ")}`);
}

/**
 * One call, before it is sent: {method, path, params, options}.
 *
 * TypeError for what can be seen to be wrong: an option among the parameters would be lost without a word.
 */
export function callOf([method, template, kind], ids, params, options) {
  if (params !== undefined && params !== null && !encode.isPlain(params)) {
    throw new TypeError(`parameters are a plain object, not ${encode.shown(params)}`);
  }
  if (options !== undefined && options !== null && !encode.isPlain(options)) {
    throw new TypeError(`options are a plain object, not ${encode.shown(options)}`);
  }
  const misplaced = Object.keys(params ?? {}).filter((name) => CALL_OPTIONS.has(name) && /[A-Z]/.test(name));
  if (misplaced.length) {
    throw new TypeError(`${misplaced.join(", ")}: options go into the argument after the parameters`);
  }
  known(options ?? {}, CALL_OPTIONS, "a call");
  if (options?.headers !== undefined && options.headers !== null && !encode.isPlain(options.headers)) {
    throw new TypeError("headers are a plain object");
  }
  if (options?.signal !== undefined && options.signal !== null && !isSignal(options.signal)) {
    throw new TypeError("a signal is an AbortSignal");
  }
  const path = encode.path(template, ids);
  return { method, path, paged: kind === "list", params: params ?? {}, options: options ?? {} };
}

/**
 * The HTTP request of a call, its policy, and the idempotency key if it is a POST: the caller's, or what `keyFor(body)`
 * knows, or a new one.
 */
export function prepared(call, settings, keyFor) {
  const { options } = call;
  const headers = {
    accept: "application/json",
    authorization: `Bearer ${keyOf(options, settings)}`,
    "finsecure-version": options.apiVersion ?? settings.apiVersion,
    "user-agent": `FinSecure-Node/${VERSION}`,
  };
  const request = { method: call.method, url: settings.apiBase + call.path, headers, signal: options.signal };
  let key;
  if (call.method === "GET" || call.method === "DELETE") {
    const query = encode.query(call.params);
    if (query) request.url += `?${query}`;
  } else {
    request.body = encode.body(call.params);
    key = idempotencyKey(options.idempotencyKey ?? named(options.headers) ?? keyFor(request.body) ?? newKey());
    Object.assign(headers, {
      "idempotency-key": key,
      "content-type": "application/json",
      "content-length": String(request.body.length),
    });
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = value;
  if (key !== undefined) headers["idempotency-key"] = key;
  request.timeout = options.timeout === undefined ? settings.timeout : timeouts(options.timeout);
  return {
    request,
    key,
    policy: {
      maxRetries: options.maxRetries === undefined ? settings.maxRetries : retries(options.maxRetries),
      deadline: deadline(options.deadline, settings.deadline),
    },
  };
}

function keyOf(options, settings) {
  const key = options.apiKey === undefined ? settings.apiKey : usableKey(options.apiKey, settings.apiBase);
  if (key !== undefined) return key;
  throw new AuthenticationError("No API key: nothing was sent.", {
    nextSteps: [`Set ${SECRET_KEY}, or give the key: new FinSecure(key).`],
  });
}

function isSignal(given) {
  return typeof given.addEventListener === "function" && typeof given.removeEventListener === "function";
}

/** The idempotency key among a caller's headers. */
function named(headers) {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "idempotency-key")?.[1];
}

/** An idempotency key of 144 random bits. */
export function newKey() {
  return `auto_${randomBytes(18).toString("hex")}`;
}

function idempotencyKey(key) {
  if (typeof key === "string" && key.length <= KEY_MAX && /^[ -~]+$/.test(key)) return key;
  throw new TypeError(`an idempotency key is 1 to ${KEY_MAX} printable ASCII characters`);
}
