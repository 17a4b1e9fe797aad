/** Which proxy a call goes through, and that it goes through it. */

import "./fixtures/bare.js";

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { test } from "node:test";

import { APIConnectionError, FinSecure } from "../src/index.js";
import { proxyFor } from "../src/proxies.js";
import { certificate } from "./fixtures/certificates.js";

const BASE = "https://api.example.com";
const PROXY = { https_proxy: "proxy.example:3128" };

for (const [environ, base, expected] of [
  [{}, BASE, undefined],
  [PROXY, BASE, "http://proxy.example:3128/"],
  [PROXY, "http://api.example.com", undefined],
  [{ HTTPS_PROXY: "http://a" }, BASE, "http://a/"],
  [{ HTTPS_PROXY: "http://a", https_proxy: "http://b" }, BASE, "http://b/"],
  [{ ALL_PROXY: "https://a:8443" }, BASE, "https://a:8443/"],
  [{ ...PROXY, NO_PROXY: "*" }, BASE, undefined],
  [{ ...PROXY, no_proxy: "other, example.com" }, BASE, undefined],
  [{ ...PROXY, no_proxy: ".example.com" }, BASE, undefined],
  [{ ...PROXY, no_proxy: "*.example.com" }, BASE, undefined],
  [{ ...PROXY, no_proxy: "ample.com" }, BASE, "http://proxy.example:3128/"],
  [{ ...PROXY, no_proxy: "api.example.com:443" }, BASE, undefined],
  [{ ...PROXY, no_proxy: "api.example.com:8443" }, BASE, "http://proxy.example:3128/"],
  [{ ...PROXY, no_proxy: "10.0.0.0/8" }, "https://10.1.2.3", undefined],
  [{ ...PROXY, no_proxy: "10.0.0.0/8,10.0.0.0/99" }, "https://11.1.2.3", "http://proxy.example:3128/"],
  [{ ...PROXY, no_proxy: "fd00::/8" }, "https://[fd00::1]", undefined],
  [{ ...PROXY, no_proxy: "::1" }, "https://[::1]:8443", undefined],
]) {
  test(`${JSON.stringify(environ)}: ${base} by ${expected ?? "no proxy"}`, () => {
    assert.equal(proxyFor(base, undefined, environ)?.href, expected);
  });
}

test("what is given wins over the environment, and empty is none", () => {
  assert.equal(proxyFor(BASE, "http://mine", { ...PROXY, no_proxy: "*" }).href, "http://mine/");
  assert.equal(proxyFor(BASE, "", PROXY), undefined);
});

/** A TLS server, and a proxy that answers CONNECT as `answer(request, socket)` says, else opens the tunnel. */
async function setUp(t, answer) {
  const { key, cert, bundle } = certificate(t);
  const server = https.createServer({ key, cert }, (_, response) => response.end('{"object":"balance"}'));
  const proxy = http.createServer();
  const tunnels = [];
  proxy.on("connect", (request, socket) => {
    tunnels.push(request);
    socket.on("error", () => {});
    if (answer) {
      answer(socket);
      return;
    }
    const onward = net.connect(server.address().port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => {});
    socket.on("close", () => onward.destroy());
  });
  for (const one of [server, proxy]) {
    one.listen(0, "127.0.0.1");
    await once(one, "listening");
    t.after(() => {
      one.close();
      one.closeAllConnections();
    });
  }
  const client = new FinSecure("sk_test_planted0secret", {
    apiBase: `https://localhost:${server.address().port}`,
    proxy: `http://ada:p%40ss@127.0.0.1:${proxy.address().port}`,
    caBundle: bundle,
    maxRetries: 0,
    timeout: 500,
  });
  t.after(() => client.close());
  return { client, server, tunnels };
}

test("a tunnel is opened, kept, and the proxy sees no key", async (t) => {
  const { client, server, tunnels } = await setUp(t);
  assert.equal((await client.balance.retrieve()).object, "balance");
  assert.equal((await client.balance.retrieve()).object, "balance");
  assert.equal(tunnels.length, 1);
  const [{ url, headers }] = tunnels;
  assert.equal(url, `localhost:${server.address().port}`);
  assert.equal(Buffer.from(headers["proxy-authorization"].slice(6), "base64").toString(), "ada:p@ss");
  assert.doesNotMatch(JSON.stringify(headers), /planted0secret/);
});

for (const [what, answer, words] of [
  ["refuses", (socket) => socket.end("HTTP/1.1 407 Who are you\r\n\r\n"), /HTTP 407/],
  ["says nothing", () => {}, /500 ms/],
  ["hangs up", (socket) => socket.destroy(), /ECONNRESET/],
]) {
  test(`a proxy that ${what} is named, and nothing was sent`, async (t) => {
    const { client } = await setUp(t, answer);
    await assert.rejects(client.balance.retrieve(), (error) => {
      assert.ok(error instanceof APIConnectionError);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /ada|p@ss/);
      return error.kind === "proxy" && !error.sent && error.retryable;
    });
  });
}
