/** Lists: pages, walking through them, and the query that asks for them. */

import "./fixtures/bare.js";

import assert from "node:assert/strict";
import { test } from "node:test";

import { FinSecure } from "../src/index.js";
import { refusal, reply, scripted } from "./fixtures/scripted.js";

function page(ids, hasMore) {
  return reply({ object: "list", url: "/v1/refunds", has_more: hasMore, data: ids.map((id) => ({ id })) });
}

async function setUp(t, ...answers) {
  const server = await scripted(t, ...answers);
  const client = new FinSecure("sk_test_1", { apiBase: server.url, maxRetries: 0 });
  t.after(() => client.close());
  return { client, urls: () => server.seen.map((one) => decodeURIComponent(one.url)), seen: server.seen };
}

async function ids(iterable) {
  const found = [];
  for await (const one of iterable) found.push(one.id);
  return found.join(" ");
}

test("for await walks through all pages, and keeps what was asked", async (t) => {
  const { client, urls } = await setUp(t, page(["a", "b"], true), page(["c", "d"], true), page(["e"], false));
  assert.equal(await ids(client.refunds.list({ limit: 2, created: { gte: 5 }, expand: ["data.charge"] })), "a b c d e");
  const asked = "/v1/refunds?limit=2&created[gte]=5&expand[]=data.charge";
  assert.deepEqual(urls(), [asked, `${asked}&starting_after=b`, `${asked}&starting_after=d`]);
});

test("a page is a promise away, and goes on from where it is", async (t) => {
  const { client, urls } = await setUp(t, page(["a", "b"], true), page(["c"], false), page(["a", "b"], false));
  const first = await client.refunds.list({ limit: 2 });
  assert.deepEqual(first.data.map((one) => one.id), ["a", "b"]);
  assert.equal(first.lastResponse.requestId, "req_scripted");
  assert.deepEqual(Object.keys(first), ["object", "url", "has_more", "data"]);
  const second = await first.nextPage();
  assert.equal(await second.nextPage(), null);
  const back = await second.previousPage();
  assert.deepEqual(back.data.map((one) => one.id), ["a", "b"]);
  assert.deepEqual(urls().slice(1), ["/v1/refunds?limit=2&starting_after=b", "/v1/refunds?limit=2&ending_before=c"]);
});

test("a list asked for backwards is walked backwards", async (t) => {
  const { client, urls } = await setUp(t, page(["c", "d"], true), page(["a", "b"], false));
  assert.equal(await ids(client.refunds.list({ ending_before: "e" })), "d c b a");
  assert.equal(urls()[1], "/v1/refunds?ending_before=c");
});

test("pages, each and to an array", async (t) => {
  const answers = () => [page(["a", "b"], true), page(["c"], false)];
  const { client: one } = await setUp(t, ...answers());
  const sizes = [];
  for await (const each of one.refunds.list().pages()) sizes.push(each.data.length);
  assert.deepEqual(sizes, [2, 1]);
  const { client: two } = await setUp(t, ...answers());
  const met = [];
  await two.refunds.list().autoPagingEach(async ({ id }) => met.push(id) < 3);
  assert.deepEqual(met, ["a", "b", "c"]);
  const { client: three, seen } = await setUp(t, ...answers());
  const found = await three.refunds.list().autoPagingToArray({ limit: 2 });
  assert.deepEqual([found.length, seen.length], [2, 1]);
  await assert.rejects(three.refunds.list().autoPagingToArray(), /say how many at most/);
});

test("an empty page ends the walk, whatever it says", async (t) => {
  const { client, seen } = await setUp(t, page(["a"], true), page([], true));
  assert.equal(await ids(client.refunds.list()), "a");
  assert.equal(seen.length, 2);
});

test("a failure in the middle comes to whoever walks", async (t) => {
  const { client } = await setUp(t, page(["a"], true), refusal(500));
  await assert.rejects(ids(client.refunds.list()), { name: "ServerError" });
  await assert.rejects(ids(client.refunds.list([])), TypeError);
});

test("a POST that answers with a list is made once", async (t) => {
  const { client, seen } = await setUp(t, page(["whd_1"], true));
  assert.equal(await ids(client.events.resend("evt_1")), "whd_1");
  assert.equal(seen.length, 1);
  assert.equal(seen[0].method, "POST");
});

test("ids and values are encoded, and null is left out of a query", async (t) => {
  const { client, urls, seen } = await setUp(t, reply({ id: "x" }));
  await client.customers.retrieve("a/../b?c#d", { expand: [], nothing: null });
  await client.request("get", "/v1/search", { q: "a&b=c +ü" });
  assert.equal(seen[0].url, "/v1/customers/a%2F..%2Fb%3Fc%23d");
  assert.equal(urls()[1], "/v1/search?q=a&b=c +ü");
  assert.equal(new URL(seen[1].url, "http://a").searchParams.get("q"), "a&b=c +ü");
});

test("a body is JSON: null removes, undefined is not there, text stays text", async (t) => {
  const { client, seen } = await setUp(t, reply({ id: "cus_1" }));
  await client.customers.update("cus_1", { email: null, name: undefined, metadata: { __proto__: null, note: "ü🌊" } });
  assert.equal(seen[0].body, '{"email":null,"metadata":{"note":"ü🌊"}}');
  assert.equal(seen[0].headers["content-type"], "application/json");
});
