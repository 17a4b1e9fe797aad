/** The CORS block on an Express application, asked as a browser asks: preflight, then the call. */

import { once } from "node:events";
import { request } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, run } from "./checks.mjs";

const [, , path, packages, origin] = process.argv;
globalThis.require = createRequire(join(packages, "package.json"));
globalThis.app = globalThis.require("express")();

run(path);
globalThis.app.get("/orders", (_, response) => response.json({ orders: [] }));
const server = globalThis.app.listen(0, "127.0.0.1");
await once(server, "listening");

/** A call from a page of an origin: {status, headers}. */
async function call(method, from, headers = {}) {
  const { port } = server.address();
  const asked = request({ port, host: "127.0.0.1", path: "/orders", method, headers: { origin: from, ...headers } });
  asked.end();
  const [response] = await once(asked, "response");
  response.resume();
  await once(response, "end");
  return { status: response.statusCode, headers: response.headers };
}

const asking = { "access-control-request-method": "PUT", "access-control-request-headers": "authorization" };
const preflight = await call("OPTIONS", origin, asking);
expect("the preflight is answered", preflight.status, 204);
expect(`and lets ${origin} in`, preflight.headers["access-control-allow-origin"], origin);
expect("with credentials", preflight.headers["access-control-allow-credentials"], "true");
expect("to put", preflight.headers["access-control-allow-methods"].split(",").includes("PUT"));
expect("with a key", preflight.headers["access-control-allow-headers"], "Content-Type,Authorization");

const called = await call("GET", origin);
expect("the call is answered", called.status, 200);
expect("and may be read by the page", called.headers["access-control-allow-origin"], origin);

const stranger = await call("OPTIONS", "https://elsewhere.example", asking);
expect("another origin's preflight is not", stranger.headers["access-control-allow-origin"] ?? null, null);
server.close();
