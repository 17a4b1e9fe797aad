/** What an application does wrong is said before anything is sent, and in words. */

import "./fixtures/bare.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { ConfigurationError, FinSecure, webhooks } from "../src/index.js";
import { reply, scripted } from "./fixtures/scripted.js";

const KEY = "sk_test_1";
const itself = {};
itself.a = itself;
let deep = {};
for (let count = 0; count < 100_000; count += 1) deep = { a: deep };

/** A client of a server that answers every call with a customer, handed to `work`. */
function served(work) {
  return async (t) => {
    const server = await scripted(t, reply({ id: "cus_1", object: "customer" }));
    const client = new FinSecure(KEY, { apiBase: server.url, maxRetries: 0 });
    t.after(() => client.close());
    await work(client, server);
  };
}

for (const id of [".", "..", "", " ", null, undefined, 5, "\udcff"]) {
  test(`an id that would name something else: ${JSON.stringify(id)}`, served(async (client, server) => {
    await assert.rejects(client.customers.retrieve(id), TypeError);
    await assert.rejects(client.customers.delete(id), TypeError);
    assert.equal(server.seen.length, 0);
  }));
}

const PARAMS = {
  "a number that is none": { amount: NaN },
  itself: { metadata: itself },
  "too deep": deep,
  "a BigInt": { amount: 20n },
};
for (const [about, params] of Object.entries(PARAMS)) {
  test(`parameters that cannot be sent: ${about}`, served(async (client, server) => {
    await assert.rejects(client.customers.create(params), TypeError);
    assert.equal(server.seen.length, 0);
  }));
}

test("a query with half a letter", served(async (client) => {
  await assert.rejects(client.customers.list({ email: "\udcff" }), /surrogate/);
}));

const OPTIONS = [
  { timeout: "5" }, { timeout: 2 ** 40 }, { deadline: 2 ** 40 }, { deadline: NaN }, { headers: 5 }, { signal: 5 },
  { idempotencyKey: "" }, { headers: { "Idempotency-Key": "" } }, "x", [1],
];
for (const options of OPTIONS) {
  test(`options that cannot be: ${JSON.stringify(options)}`, served(async (client, server) => {
    await assert.rejects(client.customers.create({}, options), (error) => /^(Type|Range)Error$/.test(error.name));
    assert.equal(server.seen.length, 0);
  }));
}

const CLIENTS = [
  { apiBase: 5 }, { apiBase: "http://[::1" }, { apiBase: "https://x.example", proxy: "::::" },
  { apiBase: "https://x.example", proxy: "socks5://x:1" }, { apiBase: "https://x.example", proxy: 5 },
  { apiBase: "https://x.example", caBundle: "/nope" },
];
for (const options of CLIENTS) {
  test(`a client that could never call: ${JSON.stringify(options)}`, () => {
    assert.throws(() => new FinSecure(KEY, options), ConfigurationError);
  });
}

test("options of a client that are none", () => {
  for (const options of [null, 5, "x", [1]]) assert.throws(() => new FinSecure(KEY, options), TypeError);
});

test("numbers in metadata are texts, as at Stripe", served(async (client, server) => {
  await client.customers.create({ metadata: { order: 6735, gift: true, old: null, part: 1.5 } });
  assert.deepEqual(JSON.parse(server.seen[0].body).metadata, { order: "6735", gift: "true", old: null, part: 1.5 });
}));

test("an idempotency key among the headers is the key of the call", served(async (client, server) => {
  const made = await client.customers.create({}, { headers: { "Idempotency-Key": "order-1" } });
  assert.equal(server.seen[0].headers["idempotency-key"], "order-1");
  assert.equal(made.lastResponse.idempotencyKey, "order-1");
}));

test("no tolerance switches the check of the time off", () => {
  for (const tolerance of [null, 0, -1, NaN, Infinity, "300"]) {
    assert.throws(() => webhooks.constructEvent("{}", "t=1,v1=ab", "whsec_x", tolerance), RangeError);
  }
});
