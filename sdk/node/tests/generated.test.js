/** What is generated is what the contract says, by the names that the Python package has. */

import "./fixtures/bare.js";

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { FinSecure, VERSION } from "../src/index.js";
import { ROUTES } from "../src/generated/routes.js";
import { Contract, readContract } from "../tools/contract.js";
import { texts } from "../tools/emit.js";
import { reply, scripted } from "./fixtures/scripted.js";

const HERE = fileURLToPath(new URL("../", import.meta.url));
const PYTHON = new URL("../../python/src/finsecure/_generated/routes.py", import.meta.url);

/** `paymentIntents.create` → {name, method, path, paged}, of every operation. */
function* operations(table, before = []) {
  for (const [name, entry] of Object.entries(table)) {
    if (!Array.isArray(entry)) yield* operations(entry, [...before, name]);
    else yield { name: [...before, name].join("."), method: entry[0], path: entry[1], paged: entry[2] === "list" };
  }
}

test("nothing has drifted from the contract", () => {
  const said = execFileSync(process.execPath, ["tools/generate.js", "--check"], { cwd: HERE, encoding: "utf8" });
  assert.equal(said, "");
});

test("the same contract gives the same text, in whatever order its paths stand", () => {
  const [document, errors] = [readContract("openapi.json"), readContract("errors.json")];
  const turned = { ...document, paths: Object.fromEntries(Object.entries(document.paths).reverse()) };
  assert.deepEqual(texts(new Contract(turned), errors), texts(new Contract(document), errors));
});

test("a route that is new needs no change of the generator", () => {
  const document = structuredClone(readContract("openapi.json"));
  document.paths["/v1/parcels/{parcel}/labels/{label}/print"] = {
    post: { ...document.paths["/v1/refunds"].post, operationId: "PostPrint" },
  };
  document.paths["/v1/test_helpers/weather"] = {
    get: { ...document.paths["/v1/balance"].get, operationId: "GetWeather" },
  };
  const made = texts(new Contract(document), readContract("errors.json"));
  assert.match(made["routes.js"], /parcels: \{\n    printLabel: \["POST", "\/v1\/parcels/);
  assert.match(made["services.d.ts"], /printLabel\(parcel: string, label: string, params/);
  assert.match(made["routes.js"], /weather: \{\n      retrieve:/);
});

test("every operation has the name that it has in Python", () => {
  const snake = (name) => name.replaceAll(".", "_").replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  const theirs = [...readFileSync(PYTHON, "utf8").matchAll(/^([A-Z_]+) = Route\("([A-Z]+)", "([^"]+)", .*$/gm)];
  const spelled = theirs.map(
    ([line, name, method, path]) => `${name} ${method} ${path} ${line.includes("paged=True")}`,
  );
  const ours = [...operations(ROUTES)].map(
    ({ name, method, path, paged }) => `${snake(name)} ${method} ${path.replace(/\{\w+\}/g, "{}")} ${paged}`,
  );
  assert.deepEqual(ours.sort(), spelled.sort());
});

test("every operation is a method of a client that sends its method and its path", async (t) => {
  const server = await scripted(t, reply({ object: "list", data: [], has_more: false, url: "/" }));
  const client = new FinSecure("sk_test_1", { apiBase: server.url });
  t.after(() => client.close());
  for (const { name, method, path } of operations(ROUTES)) {
    const words = name.split(".");
    const resource = words.slice(0, -1).reduce((within, word) => within[word], client);
    const ids = [...path.matchAll(/\{(\w+)\}/g)].map((_, index) => `id_${index}`);
    await resource[words.at(-1)](...ids);
    const left = [...ids];
    const sent = server.seen.at(-1);
    assert.deepEqual([sent.method, sent.url], [method, path.replace(/\{\w+\}/g, () => left.shift())]);
  }
});

test("the version is that of the package", () => {
  assert.equal(VERSION, JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version);
});
