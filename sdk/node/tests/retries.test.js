/** What is tried again, how often, with which key, and how long that waits. */

import "./fixtures/bare.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { APIConnectionError, ConflictError, FinSecure, RateLimitError, ServerError } from "../src/index.js";
import { clock, refusal, reply, scripted } from "./fixtures/scripted.js";

const INTENT = { id: "pi_1", object: "payment_intent", status: "succeeded" };
const PAYMENT = { amount: 2000, currency: "usd" };

async function setUp(t, answers, options = {}) {
  const server = await scripted(t, ...answers);
  const time = clock(options);
  const client = new FinSecure("sk_test_1", { apiBase: server.url, world: time.world, ...options.client });
  t.after(() => client.close());
  return { server, client, slept: time.slept };
}

for (const status of [408, 429, 500, 502, 503, 504]) {
  test(`${status} is tried again, as a POST too, with one idempotency key`, async (t) => {
    const { server, client } = await setUp(t, [refusal(status), refusal(status), refusal(status), reply(INTENT)]);
    const intent = await client.paymentIntents.create(PAYMENT);
    assert.equal(intent.id, "pi_1");
    assert.equal(server.seen.length, 4);
    const keys = new Set(server.seen.map((one) => one.headers["idempotency-key"]));
    assert.equal(keys.size, 1);
    assert.equal(intent.lastResponse.idempotencyKey, [...keys][0]);
    const outcomes = intent.lastResponse.attempts.map((one) => one.outcome);
    assert.deepEqual(outcomes, [...Array(3).fill(`HTTP ${status}`), "HTTP 200"]);
  });
}

for (const status of [400, 401, 402, 403, 404, 405, 410, 413, 415, 422, 501, 505]) {
  test(`${status} is not tried again`, async (t) => {
    const { server, client } = await setUp(t, [refusal(status)]);
    await assert.rejects(client.paymentIntents.create(PAYMENT), { httpStatus: status, retryable: false });
    assert.equal(server.seen.length, 1);
  });
}

test("409 is tried again only where the clash passes by itself", async (t) => {
  for (const code of ["idempotency_key_in_use", "lock_timeout"]) {
    const { server, client } = await setUp(t, [refusal(409, { code }), reply(INTENT)]);
    await client.paymentIntents.create(PAYMENT);
    assert.equal(server.seen.length, 2);
  }
  const { server, client } = await setUp(t, [refusal(409, { code: "another" })]);
  await assert.rejects(client.paymentIntents.create(PAYMENT), ConflictError);
  assert.equal(server.seen.length, 1);
});

test("after three retries it is over, and the error knows all four attempts", async (t) => {
  const { server, client } = await setUp(t, [refusal(500)]);
  await assert.rejects(client.paymentIntents.create(PAYMENT), (error) => {
    assert.ok(error instanceof ServerError);
    assert.deepEqual(error.attempts.map((one) => one.number), [1, 2, 3, 4]);
    assert.equal(error.idempotencyKey, server.seen[0].headers["idempotency-key"]);
    assert.equal(error.requestId, "req_scripted");
    return error.retryable;
  });
  assert.equal(server.seen.length, 4);
});

test("a connection that is reset is tried again", async (t) => {
  const { server, client } = await setUp(t, [{ reset: true }, { ...reply(INTENT), cut: true }, reply(INTENT)]);
  const intent = await client.paymentIntents.create(PAYMENT);
  assert.deepEqual(intent.lastResponse.attempts.map((one) => one.outcome), ["reset", "reset", "HTTP 200"]);
  assert.equal(new Set(server.seen.map((one) => one.headers["idempotency-key"])).size, 1);
});

test("the server may forbid it, and a kept reply would only come again", async (t) => {
  for (const headers of [{ "finsecure-should-retry": "false" }, { "idempotent-replayed": "true" }]) {
    const { server, client } = await setUp(t, [refusal(500, {}, headers)]);
    await assert.rejects(client.paymentIntents.create(PAYMENT), ServerError);
    assert.equal(server.seen.length, 1);
  }
});

test("waits double at most, with full jitter", async (t) => {
  const { client, slept } = await setUp(t, [refusal(500)], { chance: 0.25, client: { maxRetries: 6 } });
  await assert.rejects(client.balance.retrieve());
  assert.deepEqual(slept, [250, 500, 1000, 2000, 2000, 2000]);
});

test("Retry-After is kept to, as seconds and as a date", async (t) => {
  const date = new Date(1_700_000_000_000 + 2000 + 5000).toUTCString();
  const answers = [refusal(429, {}, { "retry-after": "2" }), refusal(503, {}, { "retry-after": date }), reply(INTENT)];
  const { client, slept } = await setUp(t, answers);
  await client.paymentIntents.create(PAYMENT);
  assert.deepEqual(slept, [2000, 5000]);
});

test("an error says what the server asks to wait", async (t) => {
  const { client } = await setUp(t, [refusal(429, { type: "rate_limit_error" }, { "retry-after": "7" })], {
    client: { maxRetries: 0 },
  });
  await assert.rejects(client.balance.retrieve(), (error) => error instanceof RateLimitError && error.retryAfter === 7);
});

test("the deadline is for the whole call: no wait goes beyond it", async (t) => {
  const { server, client, slept } = await setUp(t, [refusal(503, {}, { "retry-after": "20" })], {
    client: { deadline: 45_000 },
  });
  await assert.rejects(client.balance.retrieve(), ServerError);
  assert.deepEqual(slept, [20_000, 20_000]);
  assert.equal(server.seen.length, 3);
});

test("a server in trouble is not buried: retries stop when their budget is spent", async (t) => {
  const { server, client } = await setUp(t, [refusal(500)]);
  for (let call = 0; call < 30; call++) await assert.rejects(client.balance.retrieve());
  assert.equal(server.seen.length, 30 + 20);
  server.script(reply({ object: "balance" }));
  for (let call = 0; call < 11; call++) await client.balance.retrieve();
  server.script(refusal(500), reply({ object: "balance" }));
  await client.balance.retrieve();
});

test("maxRetries may be set for a client and for a call", async (t) => {
  const { server, client } = await setUp(t, [refusal(500)], { client: { maxRetries: 1 } });
  await assert.rejects(client.balance.retrieve());
  assert.equal(server.seen.length, 2);
  await assert.rejects(client.balance.retrieve({}, { maxRetries: 0 }));
  assert.equal(server.seen.length, 3);
});

test("GET and DELETE carry no idempotency key, a POST always does, and yours is used", async (t) => {
  const { server, client } = await setUp(t, [reply({ id: "cus_1" })]);
  await client.customers.retrieve("cus_1");
  await client.customers.delete("cus_1");
  await client.customers.create();
  await client.customers.create({}, { idempotencyKey: "order 17" });
  const [read, gone, made, mine] = server.seen.map((one) => one.headers["idempotency-key"]);
  assert.deepEqual([read, gone, mine], [undefined, undefined, "order 17"]);
  assert.match(made, /^auto_[0-9a-f]{36}$/);
});

test("the same parameters, sent again when nobody knows what became of them, keep their key", async (t) => {
  const { server, client } = await setUp(t, [{ reset: true }, reply(INTENT)], { client: { maxRetries: 0 } });
  const payment = { ...PAYMENT };
  await assert.rejects(client.paymentIntents.create(payment), APIConnectionError);
  await client.paymentIntents.create(payment);
  await client.paymentIntents.create(payment);
  const [lost, again, another] = server.seen.map((one) => one.headers["idempotency-key"]);
  assert.equal(again, lost);
  assert.notEqual(another, lost);
});

test("but not when they were changed, or answered, or are another object", async (t) => {
  const { server, client } = await setUp(t, [{ reset: true }], { client: { maxRetries: 0 } });
  const payment = { ...PAYMENT };
  await assert.rejects(client.paymentIntents.create(payment));
  payment.amount = 3000;
  await assert.rejects(client.paymentIntents.create(payment));
  await assert.rejects(client.paymentIntents.create({ ...payment }));
  server.script(refusal(402, { type: "card_error", code: "card_declined" }));
  await assert.rejects(client.paymentIntents.create(payment));
  await assert.rejects(client.paymentIntents.create(payment));
  const keys = server.seen.map((one) => one.headers["idempotency-key"]);
  assert.equal(keys[3], keys[1]);
  assert.equal(new Set(keys).size, 4);
});
