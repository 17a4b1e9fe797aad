/** Each program of the README runs, word for word, with the package as npm packs it. */

import "./fixtures/bare.js";

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { webhooks } from "../src/index.js";
import { freePort, liveServer } from "./fixtures/live.js";

const HERE = fileURLToPath(new URL("../", import.meta.url));
const README = readFileSync(join(HERE, "README.md"), "utf8");
const PROGRAMS = [...README.matchAll(/^```js\n(.*?)^```$/gms)].map(([, program]) => program);

let server;
let folder;
let packed;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "finsecure-"));
  const target = join(folder, "node_modules", "finsecure");
  mkdirSync(target, { recursive: true });
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: HERE });
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  execFileSync("tar", ["-xzf", join(folder, archive), "-C", target, "--strip-components=1"]);
  packed = readdirSync(target);
  server = await liveServer();
});

after(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function environ(more = {}) {
  return { PATH: process.env.PATH, FINSECURE_SECRET_KEY: server.key, FINSECURE_API_BASE: server.url, ...more };
}

async function output(program) {
  const words = ["--input-type=module", "-e", program];
  return (await promisify(execFile)(process.execPath, words, { cwd: folder, env: environ() })).stdout;
}

function programOf(words) {
  const found = PROGRAMS.filter((program) => program.includes(words));
  assert.equal(found.length, 1, words);
  return found[0];
}

test("the package holds its code, its types, its licence and nothing else", () => {
  assert.deepEqual(packed.sort(), ["LICENSE", "README.md", "package.json", "src"]);
  assert.equal(PROGRAMS.length, 5);
});

test("the first payment", async () => {
  assert.match(await output(programOf("pm_card_visa")), /^succeeded req_\w+\n$/);
});

test("a decline, explained", async () => {
  const said = await output(programOf("CardError"));
  assert.match(said, /^Your card was declined\./);
  assert.match(said, /card_declined insufficient_funds\n\[\n? *'/);
  assert.match(said, /req_\w+ http\S+\/insufficient_funds\n$/);
});

test("the handler", async () => {
  assert.match(await output(programOf("PaymentErrorHandler")), /^\[\n? *'/);
});

test("lists", async () => {
  assert.match(await output(programOf("autoPagingToArray")), /^pi_\w+ succeeded$/m);
});

test("a webhook, verified", async (t) => {
  const port = await freePort();
  const secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  const env = environ({ PORT: String(port), FINSECURE_WEBHOOK_SECRET: secret });
  const words = ["--input-type=module", "-e", programOf("createServer")];
  const child = spawn(process.execPath, words, { cwd: folder, env, stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => child.kill());
  const payload = '{"id":"evt_1","object":"event","type":"refund.created","data":{"object":{"id":"re_1"}}}';
  const signature = webhooks.generateTestHeaderString({ payload, secret });
  const good = await posted(port, payload, { "finsecure-signature": signature });
  assert.equal(good.status, 200);
  assert.equal(String((await once(child.stdout, "data"))[0]), "refund.created re_1\n");
  const bad = await posted(port, `${payload} `, { "finsecure-signature": signature });
  assert.deepEqual([bad.status, bad.body], [400, "body_reencoded"]);
});

/** {status, body}, once the receiver is there. */
async function posted(port, payload, headers) {
  for (;;) {
    const request = http.request({ port, host: "127.0.0.1", method: "POST", headers, agent: false }).end(payload);
    try {
      const [response] = await once(request, "response");
      let body = "";
      for await (const chunk of response) body += chunk;
      return { status: response.statusCode, body };
    } catch (error) {
      if (error.code !== "ECONNREFUSED") throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
