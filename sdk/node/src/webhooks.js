/**
 * Is this webhook from FinSecure? `webhooks.constructEvent` answers with the event, or says exactly why not.
 *
 * Two kinds of header prove it: `FinSecure-Signature: t=…,v1=…`, and the three of Standard Webhooks (`webhook-id`,
 * `webhook-timestamp`, `webhook-signature`). Both sign the body byte for byte, so give the body as it arrived.
 */

import { createHmac, timingSafeEqual } from "node:crypto";

import { SignatureVerificationError } from "./errors.js";

const TOLERANCE = 300; // seconds that a signature's time may differ from this clock, either way
const HEADER_MAX = 1024; // bytes
const SIGNATURES_MAX = 10;
const DIAGNOSED_MAX = 1 << 20; // bytes of a body that is looked into further when its signature is wrong

const SIGNATURE = "finsecure-signature";
const BARE = "finsecure-signature-256";
const STANDARD = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/**
 * The event, once it is proved. SignatureVerificationError if it is not; its `cause` names why.
 *
 * `payload` is the raw body, as bytes or text. `header` is the value of `FinSecure-Signature`, or all headers of the
 * request. `secret` is the endpoint's, or several while one is being rolled. `tolerance` is seconds, above 0; `now` is
 * seconds since 1970 UTC, for tests.
 */
function constructEvent(payload, header, secret, tolerance = TOLERANCE, now = Date.now() / 1000) {
  const body = verify(payload, header, secret, tolerance, now);
  let event;
  try {
    event = JSON.parse(body.toString("utf8"));
  } catch {
    event = undefined;
  }
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    throw refusal("payload_not_json", "The body is signed, and is not a JSON object.");
  }
  return event;
}

/** Prove it by whichever header is there. The body as bytes, or a SignatureVerificationError. */
function verify(payload, header, secret, tolerance = TOLERANCE, now = Date.now() / 1000) {
  if (!(Number.isFinite(tolerance) && tolerance > 0)) {
    throw new RangeError("the tolerance is seconds above 0: without it an old webhook could be sent again by anybody");
  }
  const secrets = usable(secret);
  const body = rawBody(payload);
  const found = typeof header === "string" ? { [SIGNATURE]: header } : lowered(header);
  const standard = !found[SIGNATURE] && STANDARD.some((name) => found[name]);
  if (!found[SIGNATURE] && !standard) throw missing(found);
  const claim = standard ? standardClaim(found, secrets) : ownClaim(found[SIGNATURE]);
  if (!matches(body, secrets, claim)) throw diagnosed(body, secrets, claim);
  timely(claim, tolerance, now);
  return body;
}

/**
 * The value of `FinSecure-Signature` for a body, for tests of your receiver. `timestamp` is seconds since 1970 UTC.
 */
function generateTestHeaderString({ payload, secret, timestamp = Math.floor(Date.now() / 1000) }) {
  return `t=${timestamp},v1=${ownSignature(timestamp)(secret, rawBody(payload))}`;
}

/** Verification of webhooks; needs no API key. */
export const webhooks = Object.freeze({ constructEvent, verify, generateTestHeaderString });

// -- what is given ----------------------------------------------------------------------------------------------------

function usable(secret) {
  const secrets = [secret].flat();
  if (secrets.length && secrets.every((one) => typeof one === "string" && one)) return secrets;
  throw refusal("secret_unusable", "There is no webhook secret: copy it from the endpoint; it begins with whsec_.");
}

function rawBody(payload) {
  if (typeof payload === "string") return Buffer.from(payload, "utf8");
  if (payload instanceof Uint8Array) return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload instanceof ArrayBuffer) return Buffer.from(payload);
  throw refusal(
    "body_reencoded",
    "The body was decoded before it came here, and its bytes are what is signed. Give the raw body: in Express, " +
      'mount express.raw({ type: "application/json" }) on this route, before express.json().',
  );
}

/** Headers by their names in small letters: of an object, as of Node's requests, or of a `Headers`, as of fetch. */
function lowered(headers) {
  const entries = typeof headers?.entries === "function" ? [...headers.entries()] : Object.entries(headers ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), [value].flat().join(",")]));
}

// -- what is claimed: {header, timestamp, signatures, expected(secret, body)} -----------------------------------------

/** `t=…,v1=…[,v1=…]`; other versions are passed over. */
function ownClaim(header) {
  withinLimits(header);
  const times = [];
  const signatures = [];
  for (const element of header.split(",").map((one) => one.trim())) {
    const at = element.indexOf("=");
    if (at < 0) throw malformed(header, `${JSON.stringify(element.slice(0, 20))} is no key=value`);
    const [key, value] = [element.slice(0, at), element.slice(at + 1)];
    if (key === "t") times.push(value);
    else if (key === "v1") signatures.push(value);
  }
  if (times.length !== 1) throw malformed(header, times.length ? "it names two times" : "it names no time (t=…)");
  counted(signatures, header, "v1=<64 hex digits>");
  const timestamp = timestampOf(times[0], header);
  return { header, timestamp, signatures, expected: ownSignature(timestamp) };
}

function ownSignature(timestamp) {
  return (secret, body) => createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex");
}

/** The three headers of Standard Webhooks 1.0.0. */
function standardClaim(found, secrets) {
  for (const name of STANDARD) {
    if (!found[name]) throw refusal("missing_header", `The header ${name} is missing.`, name);
    withinLimits(found[name]);
  }
  const [id, time, header] = STANDARD.map((name) => found[name]);
  const timestamp = timestampOf(time, time);
  const versioned = header.trim().split(/\s+/).map((one) => one.split(/,(.*)/s));
  const signatures = versioned.filter(([version]) => version === "v1").map(([, value]) => value ?? "");
  counted(signatures, header, "v1,<base64>");
  secrets.forEach(decodedSecret);
  const expected = (secret, body) =>
    createHmac("sha256", decodedSecret(secret)).update(`${id}.${timestamp}.`).update(body).digest("base64");
  return { header, timestamp, signatures, expected };
}

function decodedSecret(secret) {
  const base64 = secret.trim().replace(/^whsec_/, "");
  if (base64.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return Buffer.from(base64, "base64");
  throw refusal(
    "secret_unusable",
    "The webhook secret is no base64, which Standard Webhooks needs: verify FinSecure-Signature instead, or roll the " +
      "endpoint's secret.",
  );
}

function timestampOf(value, header) {
  if (!/^\d{1,15}$/.test(value)) throw malformed(header, "its time is no whole number of seconds");
  return Number(value);
}

function withinLimits(header) {
  if (Buffer.byteLength(header) <= HEADER_MAX) return;
  throw refusal("header_too_long", `A signature header is longer than ${HEADER_MAX} bytes.`, header.slice(0, 80));
}

function counted(signatures, header, form) {
  if (!signatures.length) throw malformed(header, `it holds no signature (${form})`);
  if (signatures.length <= SIGNATURES_MAX) return;
  throw refusal("too_many_signatures", `The header holds more than ${SIGNATURES_MAX} signatures.`, header);
}

// -- whether it holds -------------------------------------------------------------------------------------------------

function matches(body, secrets, { signatures, expected }) {
  let right = false;
  for (const secret of secrets) {
    const wanted = Buffer.from(expected(secret, body));
    for (const signature of signatures) {
      // All of them, so that the time taken tells nothing.
      const given = Buffer.from(signature);
      const same = given.length === wanted.length && timingSafeEqual(given, wanted);
      right = same || right;
    }
  }
  return right;
}

/** Checked last: the signature is right, so what is wrong is a clock, or the webhook is an old one sent again. */
function timely({ header, timestamp }, tolerance, now) {
  const skew = timestamp - Math.floor(now);
  if (Math.abs(skew) <= tolerance) return;
  const side = skew > 0 ? "ahead of" : "behind";
  const why = skew > 0 ? "the clock here is slow" : "the clock here is fast, or this is an old webhook sent again";
  throw new SignatureVerificationError(
    `The signature is right, and its time is ${Math.abs(skew)} s ${side} this clock; ${tolerance} s are allowed: ` +
      `${why}. Set the clock by NTP.`,
    { cause: "timestamp_out_of_tolerance", header, skew },
  );
}

/** Why no signature fits: is it the body, or the secret? */
function diagnosed(body, secrets, claim) {
  if (asItMayHaveBeen(body).some((variant) => matches(variant, secrets, claim))) {
    return refusal(
      "body_reencoded",
      "The body was re-encoded: its content is what was signed, its bytes are not. Give the raw body, before " +
        'anything has decoded it; in Express, mount express.raw({ type: "application/json" }) on this route.',
      claim.header,
    );
  }
  const trimmed = secrets.map((secret) => secret.trim());
  let why =
    "Each endpoint has its own, and test and live mode differ; `finsecure listen` prints one of its own. If it is " +
    "right, the body was changed on its way.";
  if (trimmed.some((secret, index) => secret !== secrets[index]) && matches(body, trimmed, claim)) {
    why = "It has white space at its ends, perhaps a newline from a file: take that away.";
  } else if (secrets.some((secret) => /^[srp]k_/.test(secret))) {
    why = "It is an API key: copy the endpoint's secret, which begins with whsec_.";
  }
  return refusal("wrong_secret", `No signature fits: the webhook secret is another one. ${why}`, claim.header);
}

/** The body in other words for the same JSON, and with other white space at its ends. */
function asItMayHaveBeen(body) {
  if (body.length > DIAGNOSED_MAX) return [];
  const text = body.toString("utf8");
  const variants = [text.trim(), text.replaceAll("\r\n", "\n"), `${text}\n`];
  try {
    const decoded = JSON.parse(text);
    const plain = JSON.stringify(decoded);
    variants.push(plain, spaced(decoded), ascii(plain), ascii(spaced(decoded)));
  } catch {
    // It is no JSON, so it was not re-encoded as such.
  }
  return [...new Set(variants)].filter((one) => one !== text).map((one) => Buffer.from(one, "utf8"));
}

/** JSON as Python writes it: a space after each comma and colon. */
function spaced(value) {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${spaced(one)}`).join(", ")}}`;
}

/** JSON without a sign beyond ASCII. */
function ascii(json) {
  return json.replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// -- refusals ---------------------------------------------------------------------------------------------------------

function refusal(cause, message, header) {
  return new SignatureVerificationError(message, { cause, header });
}

function malformed(header, why) {
  return refusal("malformed_header", `The signature header cannot be read: ${why}.`, header);
}

function missing(found) {
  const more = found[BARE]
    ? " FinSecure-Signature-256 is there, but names no time, so it cannot tell a new webhook from an old one."
    : "";
  return refusal(
    "missing_header",
    "The header FinSecure-Signature is missing: the call is not from FinSecure, or a proxy or the framework took the " +
      `header out.${more}`,
    "FinSecure-Signature",
  );
}
