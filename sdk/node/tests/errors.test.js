/** What a call rejects with, and what it knows. */

import "./fixtures/bare.js";

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inspect } from "node:util";

import * as finsecure from "../src/index.js";
import { FinSecure } from "../src/index.js";
import { refusal, scripted } from "./fixtures/scripted.js";

const TABLE = JSON.parse(readFileSync(new URL("../../../contract/errors.json", import.meta.url), "utf8"));
const CLASS_OF_TYPE = {
  api_error: "ServerError",
  authentication_error: "AuthenticationError",
  card_error: "CardError",
  idempotency_error: "IdempotencyError",
  invalid_request_error: "InvalidRequestError",
  permission_error: "PermissionError",
  rate_limit_error: "RateLimitError",
};
/** Codes that say more than their type does. */
const CLASS_OF_CODE = { idempotency_key_in_use: "ConflictError", lock_timeout: "ConflictError" };

async function errorOf(t, answer, call = (client) => client.balance.retrieve()) {
  const server = await scripted(t, answer);
  const client = new FinSecure("sk_test_planted0secret", { apiBase: server.url, maxRetries: 0 });
  t.after(() => client.close());
  return call(client).then(assert.fail, (error) => error);
}

test("every code of the table has its class, and its steps where the reply has none", async (t) => {
  for (const [code, row] of Object.entries(TABLE.codes)) {
    const error = await errorOf(t, refusal(row.status, { type: row.type, code }));
    assert.equal(error.name, CLASS_OF_CODE[code] ?? CLASS_OF_TYPE[row.type], code);
    assert.ok(error instanceof finsecure.FinSecureError);
    assert.ok(error instanceof FinSecure.errors[error.name]);
    assert.deepEqual(error.nextSteps, row.next_steps);
    assert.equal(error.retryable, row.transient && row.status !== 402, code);
  }
});

test("an error carries what the envelope and the headers say", async (t) => {
  const said = {
    type: "card_error",
    code: "card_declined",
    decline_code: "insufficient_funds",
    advice_code: "try_again_later",
    param: "payment_method",
    message: "Your card was declined.",
    next_steps: ["Do this."],
    recovery: { options: ["Or that."] },
    doc_url: "http://localhost/help/errors/insufficient_funds",
    request_log_url: "http://localhost/v1/request_logs/req_scripted",
    charge: "ch_1",
    payment_intent: { id: "pi_1", client_secret: "pi_1_secret_hidden" },
  };
  const pays = (client) => client.paymentIntents.create({ amount: 1, currency: "usd" });
  const error = await errorOf(t, refusal(402, said), pays);
  assert.ok(error instanceof finsecure.CardError);
  const { type, code, declineCode, adviceCode, param, docUrl, requestLogUrl, charge, httpStatus, requestId } = error;
  assert.deepEqual(
    [type, code, declineCode, adviceCode, param, docUrl, requestLogUrl, charge],
    [said.type, said.code, said.decline_code, said.advice_code, said.param, said.doc_url, said.request_log_url, "ch_1"],
  );
  assert.deepEqual([httpStatus, requestId, error.retryable], [402, "req_scripted", false]);
  assert.deepEqual([error.nextSteps, error.recoveryOptions], [["Do this."], ["Or that."]]);
  assert.equal(error.userMessage, "Your card was declined.");
  assert.equal(error.paymentIntent.id, "pi_1");
  assert.match(error.idempotencyKey, /^auto_/);
  assert.equal(error.attempts.length, 1);
});

test("what a log shows holds no secret", async (t) => {
  const message = "No: sk_live_abcdefgh, whsec_AAECAwQF, pi_1_secret_xyz, Bearer abc.def, 4242 4242 4242 4242.";
  const said = { type: "card_error", message, payment_intent: { client_secret: "pi_1_secret_hidden" } };
  const error = await errorOf(t, refusal(402, said, { "set-cookie": "session=hidden" }));
  const shown = [inspect(error, { depth: 9 }), JSON.stringify(error), String(error), error.stack].join();
  assert.doesNotMatch(shown, /abcdefgh|AAECAw|_xyz|abc\.def|4242 4242|hidden|planted0secret/);
  assert.match(shown, /sk_live_….*whsec_….*pi_1_secret_….*Bearer ….*…4242/);
  assert.equal(error.raw.payment_intent.client_secret, "pi_1_secret_hidden");
});

test("a client shows no key", () => {
  const client = new FinSecure("sk_test_planted0secret");
  assert.doesNotMatch(inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client), /planted0secret/);
});

test("only a card error has words for the payer", async (t) => {
  const error = await errorOf(t, refusal(400, { type: "invalid_request_error", message: "Ours." }));
  assert.equal(error.userMessage, undefined);
  assert.deepEqual(error.recoveryOptions, ["Contact customer support with the request id."]);
});

test("an envelope of nonsense is an error all the same", async (t) => {
  for (const body of ["", "[]", "null", '{"error":"x"}', '{"error":{"message":3,"code":[],"next_steps":"x"}}']) {
    const error = await errorOf(t, { status: 500, body, headers: {} });
    assert.match(error.message, /A reply that is not FinSecure's: HTTP 500, of no type/);
  }
});

test("what can be seen to be wrong before it is sent is not sent", async (t) => {
  const server = await scripted(t, refusal(500));
  const client = new FinSecure("sk_test_1", { apiBase: server.url });
  const wrong = [
    () => client.paymentIntents.retrieve(""),
    () => client.paymentIntents.retrieve(undefined),
    () => client.paymentIntents.retrieve({ id: "pi_1" }),
    () => client.paymentIntents.create("amount=1"),
    () => client.paymentIntents.create({ amount: Number.NaN }),
    () => client.paymentIntents.create({ amount: 1n }),
    () => client.paymentIntents.create({ metadata: new Map() }),
    () => client.paymentIntents.create({ expand: ["a", undefined] }),
    () => client.paymentIntents.create({ amount: 1 }, "order-17"),
    () => client.paymentIntents.create({ amount: 1 }, { idempotencykey: "a" }),
    () => client.paymentIntents.create({ amount: 1, idempotencyKey: "a" }),
    () => client.paymentIntents.create({ amount: 1 }, { idempotencyKey: "" }),
    () => client.paymentIntents.create({ amount: 1 }, { idempotencyKey: "a\nb" }),
    () => client.paymentIntents.create({ amount: 1 }, { idempotencyKey: "a".repeat(256) }),
    () => client.paymentIntents.list({ created: { gte: new Date() } }),
    () => client.paymentIntents.list({ limit: 1.5 }),
    () => client.paymentIntents.list([]),
    () => client.request("get", "@elsewhere.example/v1/balance"),
  ];
  for (const call of wrong) await assert.rejects(call(), TypeError, String(call));
  await assert.rejects(client.balance.retrieve({}, { maxRetries: -1 }), RangeError);
  await assert.rejects(client.balance.retrieve({}, { timeout: 0 }), RangeError);
  await assert.rejects(client.balance.retrieve({}, { deadline: -1 }), RangeError);
  assert.equal(server.seen.length, 0);
});

test("a client that could never call is not made", () => {
  const { ConfigurationError } = finsecure;
  for (const key of ["", "sk_test_1\n", " sk_test_1", "sk test", "sk_test_ü", 1]) {
    assert.throws(() => new FinSecure(key), ConfigurationError, String(key));
  }
  const bases = ["ftp://a", "nonsense", "http://user:pass@a", "http://a?b", "http://a#b", "http://"];
  for (const apiBase of bases) {
    assert.throws(() => new FinSecure("sk_test_1", { apiBase }), ConfigurationError, apiBase);
  }
  assert.throws(() => new FinSecure("sk_live_1", { apiBase: "http://api.example" }), /not sent over plain http/);
  assert.ok(new FinSecure("sk_live_1", { apiBase: "http://127.0.0.1:1" }));
  assert.throws(() => new FinSecure("sk_test_1", { maxretries: 1 }), /no option maxretries/);
  assert.throws(() => new FinSecure("sk_test_1", { maxRetries: 1.5 }), RangeError);
});

test("without a key nothing is sent; the environment may have one, and the address", async (t) => {
  await assert.rejects(new FinSecure().balance.retrieve(), (error) => {
    assert.ok(error instanceof finsecure.AuthenticationError);
    return error.nextSteps[0].includes("FINSECURE_SECRET_KEY");
  });
  const server = await scripted(t, { status: 200, body: "{}", headers: {} });
  Object.assign(process.env, { FINSECURE_SECRET_KEY: "sk_test_env", FINSECURE_API_BASE: `${server.url}/v1/` });
  t.after(() => ["FINSECURE_SECRET_KEY", "FINSECURE_API_BASE"].forEach((name) => delete process.env[name]));
  const client = new FinSecure();
  t.after(() => client.close());
  await client.balance.retrieve();
  await client.balance.retrieve({}, { apiKey: "sk_test_other", apiVersion: "2020-01-01", headers: { "X-Mine": "1" } });
  const [first, second] = server.seen;
  assert.equal(first.url, "/v1/balance");
  assert.equal(first.headers.authorization, "Bearer sk_test_env");
  assert.match(first.headers["user-agent"], /^FinSecure-Node\/\d+\.\d+\.\d+$/);
  assert.match(first.headers["finsecure-version"], /^\d{4}-\d\d-\d\d$/);
  assert.deepEqual(
    [second.headers.authorization, second.headers["finsecure-version"], second.headers["x-mine"]],
    ["Bearer sk_test_other", "2020-01-01", "1"],
  );
});

test("a client says where it calls, without the version", () => {
  assert.equal(new FinSecure("sk_test_1").apiBase, "https://api.finsecure.com");
  assert.equal(new FinSecure("sk_test_1", { apiBase: "http://127.0.0.1:4242/v1/" }).apiBase, "http://127.0.0.1:4242");
});
