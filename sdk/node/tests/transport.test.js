/** Sockets: kept, closed, slow, silent, encrypted. */

import "./fixtures/bare.js";

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import https from "node:https";
import net from "node:net";
import { test } from "node:test";

import { APIConnectionError, APIError, APITimeoutError, FinSecure } from "../src/index.js";
import { certificate } from "./fixtures/certificates.js";
import { reply, scripted } from "./fixtures/scripted.js";

const BALANCE = reply({ object: "balance" });
const ONCE = { maxRetries: 0 };

function clientOf(t, apiBase, options = {}) {
  const client = new FinSecure("sk_test_1", { apiBase, ...options });
  t.after(() => client.close());
  return client;
}

test("calls that follow one another share a socket", async (t) => {
  const server = await scripted(t, BALANCE);
  const client = clientOf(t, server.url);
  for (let call = 0; call < 5; call++) await client.balance.retrieve();
  assert.equal(new Set(server.seen.map((one) => one.port)).size, 1);
});

test("calls at once have sockets of their own, or wait if you say how many there may be", async (t) => {
  const server = await scripted(t, { ...BALANCE, delay: 20 });
  const calls = (client) => Promise.all(Array.from({ length: 8 }, () => client.balance.retrieve()));
  await calls(clientOf(t, server.url));
  assert.equal(new Set(server.seen.map((one) => one.port)).size, 8);
  server.seen.length = 0;
  await calls(clientOf(t, server.url, { maxSockets: 2 }));
  assert.equal(new Set(server.seen.map((one) => one.port)).size, 2);
});

test("a kept socket that the server has closed costs no retry", async (t) => {
  const server = await scripted(t, BALANCE);
  const client = clientOf(t, server.url, ONCE);
  await client.balance.retrieve();
  server.script({ reset: true }, BALANCE);
  const balance = await client.balance.retrieve();
  assert.equal(balance.lastResponse.attempts.length, 1);
  server.script({ reset: true });
  await assert.rejects(client.balance.retrieve(), (error) => error.kind === "reset" && error.attempts.length === 1);
});

test("a server that says nothing: a timeout, and nobody knows whether it took effect", async (t) => {
  const server = await scripted(t, { ...BALANCE, delay: 5000 });
  const client = clientOf(t, server.url, { timeout: { read: 60 } });
  await assert.rejects(client.balance.retrieve({}, ONCE), (error) => {
    assert.ok(error instanceof APITimeoutError);
    assert.match(error.message, /60 ms between two reads/);
    return error.kind === "timeout" && error.sent && error.retryable;
  });
});

test("a server that stops in the middle of its reply", async (t) => {
  const server = await scripted(t, { ...BALANCE, stall: true });
  const client = clientOf(t, server.url);
  await assert.rejects(client.balance.retrieve({}, { ...ONCE, timeout: 60 }), APITimeoutError);
  server.script({ ...BALANCE, cut: true });
  await assert.rejects(client.balance.retrieve({}, ONCE), (error) => error.kind === "reset" && error.sent);
});

test("the deadline ends a call that is under way", async (t) => {
  const server = await scripted(t, { ...BALANCE, delay: 5000 });
  const client = clientOf(t, server.url);
  const began = performance.now();
  await assert.rejects(client.balance.retrieve({}, { deadline: 80 }), APITimeoutError);
  assert.ok(performance.now() - began < 2000);
});

test("no server, no name: nothing was sent", async (t) => {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  const refused = clientOf(t, `http://127.0.0.1:${port}`, ONCE);
  await assert.rejects(refused.balance.retrieve(), { kind: "connect", sent: false, retryable: true });
  const nameless = clientOf(t, "http://no-such-host.invalid", ONCE);
  await assert.rejects(nameless.balance.retrieve(), (error) => {
    assert.match(error.message, /no-such-host\.invalid/);
    return error.kind === "dns" && !error.sent;
  });
});

test("a handshake that never ends is a timeout of the connection", async (t) => {
  const silent = net.createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(silent, "listening");
  t.after(() => silent.close());
  const client = clientOf(t, `https://127.0.0.1:${silent.address().port}`, { ...ONCE, timeout: { connect: 80 } });
  await assert.rejects(client.balance.retrieve(), (error) => {
    assert.match(error.message, /80 ms to connect/);
    return error instanceof APITimeoutError && !error.sent;
  });
});

test("a certificate of nobody's is refused and not tried again; a bundle makes it good", async (t) => {
  const { key, cert, bundle: caBundle } = certificate(t);
  const server = https.createServer({ key, cert }, (_, response) => response.end('{"object":"balance"}'));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const apiBase = `https://localhost:${server.address().port}`;
  await assert.rejects(clientOf(t, apiBase).balance.retrieve(), (error) => {
    assert.equal(error.attempts.length, 1);
    return error instanceof APIConnectionError && error.kind === "tls" && !error.sent && !error.retryable;
  });
  const trusting = clientOf(t, apiBase, { caBundle });
  assert.equal((await trusting.balance.retrieve()).object, "balance");
  assert.equal((await trusting.balance.retrieve()).object, "balance");
  process.env.FINSECURE_CA_BUNDLE = caBundle;
  t.after(() => delete process.env.FINSECURE_CA_BUNDLE);
  assert.equal((await clientOf(t, apiBase).balance.retrieve()).object, "balance");
});

test("a call may be aborted, before it is sent, under way and while it waits", async (t) => {
  const server = await scripted(t, { ...BALANCE, delay: 5000 });
  const client = clientOf(t, server.url);
  const over = AbortSignal.abort();
  await assert.rejects(client.balance.retrieve({}, { signal: over }), { kind: "aborted", sent: false });
  assert.equal(server.seen.length, 0);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(client.balance.retrieve({}, { signal: stop.signal }), { kind: "aborted", sent: true });
  server.script(reply({ error: {} }, { status: 503 }, { "retry-after": "30" }));
  const waiting = new AbortController();
  setTimeout(() => waiting.abort(), 50);
  const began = performance.now();
  await assert.rejects(client.balance.retrieve({}, { signal: waiting.signal }), (error) => error.kind === "aborted");
  assert.ok(performance.now() - began < 5000);
});

test("a redirect is not followed: the key would go with it", async (t) => {
  const elsewhere = await scripted(t, BALANCE);
  const server = await scripted(t, { status: 302, body: "", headers: { location: elsewhere.url } });
  await assert.rejects(clientOf(t, server.url).balance.retrieve(), (error) => {
    assert.ok(error instanceof APIError);
    return /not FinSecure's: HTTP 302/.test(error.message);
  });
  assert.equal(elsewhere.seen.length, 0);
});

test("a page of a proxy is no success, whatever its status", async (t) => {
  const server = await scripted(t, { status: 200, body: "<html>", headers: { "content-type": "text/html" } });
  const client = clientOf(t, server.url);
  await assert.rejects(client.balance.retrieve(), /HTTP 200, text\/html, 6 bytes/);
  server.script(reply({ object: "list" }));
  await assert.rejects(client.refunds.list(), APIError);
});

test("a client that nobody closes does not keep the process", async (t) => {
  const server = await scripted(t, BALANCE);
  const program = `
    import { FinSecure } from ${JSON.stringify(new URL("../src/index.js", import.meta.url).href)};
    await new FinSecure("sk_test_1", { apiBase: ${JSON.stringify(server.url)} }).balance.retrieve();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "inherit" });
  const began = performance.now();
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  assert.ok(performance.now() - began < 4000);
});
