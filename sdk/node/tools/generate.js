/**
 * Writes src/generated from contract/: `node tools/generate.js`.
 * With `--check` it only says what would change, and exits with 1 if anything would.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

import { Contract, readContract } from "./contract.js";
import { texts } from "./emit.js";

const OUT = new URL("../src/generated/", import.meta.url);

const wanted = texts(new Contract(readContract("openapi.json")), readContract("errors.json"));
const there = existsSync(OUT) ? readdirSync(OUT) : [];
const drifted = Object.keys(wanted).filter((name) => !there.includes(name) || read(name) !== wanted[name]);
const stale = there.filter((name) => !(name in wanted));

if (process.argv.includes("--check")) {
  for (const name of [...drifted, ...stale]) console.log(`${name} has drifted: say \`npm run generate\` in sdk/node`);
  process.exitCode = drifted.length + stale.length ? 1 : 0;
} else {
  mkdirSync(OUT, { recursive: true });
  for (const name of drifted) writeFileSync(new URL(name, OUT), wanted[name]);
  for (const name of stale) rmSync(new URL(name, OUT));
  console.log(`${drifted.length} of ${Object.keys(wanted).length} files written`);
}

function read(name) {
  return readFileSync(new URL(name, OUT), "utf8");
}
