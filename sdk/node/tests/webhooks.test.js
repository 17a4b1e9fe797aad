/** Webhooks: the vectors that every SDK reads, and an error for each cause that names it. */

import "./fixtures/bare.js";

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { FinSecure, SignatureVerificationError, webhooks } from "../src/index.js";

const VECTORS = JSON.parse(readFileSync(new URL("../../../contract/vectors/signatures.json", import.meta.url), "utf8"));
const SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const BODY = '{"id":"evt_1","object":"event","data":{"object":{"name":"Zoë 🌊","amount":2000}}}';
const AT = 1_700_000_000;
const HEADER = webhooks.generateTestHeaderString({ payload: BODY, secret: SECRET, timestamp: AT });

function fails(cause, payload, header, secret = SECRET, now = AT, words = /./) {
  assert.throws(
    () => webhooks.constructEvent(payload, header, secret, 300, now),
    (error) => {
      assert.ok(error instanceof SignatureVerificationError, String(error));
      assert.equal(error.cause, cause, error.message);
      assert.match(error.message, words);
      assert.doesNotMatch(`${error.message}${JSON.stringify(error)}`, /AAECAwQ/);
      return true;
    },
  );
}

for (const { about, secret, id, timestamp, body, v1, standard } of VECTORS.signatures) {
  test(`vector: ${about}`, () => {
    const header = `t=${timestamp},v1=${v1}`;
    assert.equal(webhooks.generateTestHeaderString({ payload: body, secret, timestamp }), header);
    for (const payload of [body, Buffer.from(body), new Uint8Array(Buffer.from(body))]) {
      assert.equal(String(webhooks.verify(payload, header, secret, 300, timestamp)), body);
    }
    const trio = { "webhook-id": id, "webhook-timestamp": `${timestamp}`, "webhook-signature": standard ?? "v1,AA==" };
    if (standard) webhooks.verify(body, trio, secret, 300, timestamp);
    else assert.throws(() => webhooks.verify(body, trio, secret, 300, timestamp), SignatureVerificationError);
    assert.throws(() => webhooks.verify(`${body}x`, header, secret, 300, timestamp), SignatureVerificationError);
  });
}

for (const { about, secrets, timestamp, body, headers } of VECTORS.headers) {
  test(`headers: ${about}`, () => {
    const trio = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("webhook-")));
    for (const secret of [secrets, ...secrets]) {
      for (const shape of [headers, trio, new Headers(headers), new Headers(trio), headers["FinSecure-Signature"]]) {
        assert.equal(webhooks.constructEvent(body, shape, secret, 300, timestamp).object, "event");
      }
    }
  });
}

test("it is there on a client, on the class and by itself", () => {
  assert.equal(new FinSecure("sk_test_1").webhooks, webhooks);
  assert.equal(FinSecure.webhooks, webhooks);
  assert.equal(webhooks.constructEvent(BODY, HEADER, SECRET, 300, AT).id, "evt_1");
  const now = webhooks.generateTestHeaderString({ payload: BODY, secret: SECRET });
  assert.equal(webhooks.constructEvent(BODY, now, SECRET).id, "evt_1");
});

test("a missing header", () => {
  for (const header of [undefined, null, "", {}, { "finsecure-signature": "" }]) fails("missing_header", BODY, header);
  fails("missing_header", BODY, { "FinSecure-Signature-256": "sha256=00" }, SECRET, AT, /names no time/);
  const part = { "webhook-id": "evt_1", "webhook-timestamp": String(AT) };
  fails("missing_header", BODY, part, SECRET, AT, /webhook-signature is missing/);
});

test("a malformed header", () => {
  const times = [`t=${AT},t=${AT},v1=00`, "t=,v1=00", "t=-1,v1=00", "t=1e9,v1=00"];
  for (const header of [...times, "nonsense", "t=1", "v1=00", "t=1,v0=00"]) fails("malformed_header", BODY, header);
  const trio = { "webhook-id": "evt_1", "webhook-timestamp": "soon", "webhook-signature": "v1,AA==" };
  fails("malformed_header", BODY, trio);
  fails("malformed_header", BODY, { ...trio, "webhook-timestamp": "1", "webhook-signature": "v1a,AA==" });
});

test("headers without end", () => {
  fails("header_too_long", BODY, `t=1,v1=${"0".repeat(2000)}`);
  fails("too_many_signatures", BODY, `t=1${",v1=00".repeat(11)}`);
});

test("the wrong secret, and what is likely to be wrong with it", () => {
  fails("wrong_secret", BODY, HEADER, "whsec_another", AT, /Each endpoint has its own/);
  fails("wrong_secret", BODY, HEADER, `${SECRET}\n`, AT, /white space at its ends/);
  fails("wrong_secret", BODY, HEADER, "sk_test_1", AT, /It is an API key/);
  fails("wrong_secret", `${BODY.slice(0, -1)},"a":1}`, HEADER, SECRET, AT, /body was changed/);
});

test("no secret", () => {
  for (const secret of [undefined, null, "", [], [SECRET, ""]]) fails("secret_unusable", BODY, HEADER, secret ?? null);
});

test("a body that was decoded and encoded again", () => {
  const decoded = JSON.parse(BODY);
  fails("body_reencoded", JSON.stringify(decoded, null, 2), HEADER, SECRET, AT, /express\.raw/);
  fails("body_reencoded", BODY.replaceAll(":", ": ").replaceAll(",", ", "), HEADER);
  fails("body_reencoded", BODY.replace("ë", "\\u00eb"), HEADER);
  fails("body_reencoded", `${BODY}\n`, HEADER);
  const ascii = BODY.replace("ë", "\\u00eb").replace("🌊", "\\ud83c\\udf0a");
  const spaced = ascii.replaceAll(":", ": ").replaceAll(",", ", ");
  const python = webhooks.generateTestHeaderString({ payload: spaced, secret: SECRET, timestamp: AT });
  fails("body_reencoded", BODY, python);
});

test("a body that is no bytes at all: express.json() was there first", () => {
  for (const payload of [JSON.parse(BODY), undefined, null, 1, [1]]) {
    fails("body_reencoded", payload, HEADER, SECRET, AT, /before express\.json\(\)/);
  }
});

test("a clock that is off, either way, by how much", () => {
  webhooks.constructEvent(BODY, HEADER, SECRET, 300, AT + 300.9);
  webhooks.constructEvent(BODY, HEADER, SECRET, 300, AT - 300);
  const cause = "timestamp_out_of_tolerance";
  fails(cause, BODY, HEADER, SECRET, AT + 301, /301 s behind this clock; 300 s are allowed/);
  fails(cause, BODY, HEADER, SECRET, AT - 301, /301 s ahead of this clock.*the clock here is slow/);
  fails("wrong_secret", BODY, HEADER, "whsec_another", AT + 301);
  assert.throws(() => webhooks.verify(BODY, HEADER, SECRET, 60, AT + 61), { skew: -61 });
});

test("a tolerance that would switch the check off is refused", () => {
  for (const tolerance of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, null, "300"]) {
    assert.throws(() => webhooks.constructEvent(BODY, HEADER, SECRET, tolerance, AT), RangeError);
  }
});

test("a signed body that is no object", () => {
  for (const payload of ["[]", "null", "1", "nonsense", ""]) {
    const header = webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp: AT });
    fails("payload_not_json", payload, header);
  }
});
