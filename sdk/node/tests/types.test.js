/** The types: a user's program compiles, and what the types promise is there. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import * as finsecure from "../src/index.js";

const HERE = fileURLToPath(new URL("../", import.meta.url));
const INDEX = fileURLToPath(new URL("../src/index.d.ts", import.meta.url));

test("a user's program compiles, with nothing but this package and the language", () => {
  const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  try {
    execFileSync(process.execPath, [tsc, "-p", "tests/typing"], { cwd: HERE, encoding: "utf8" });
  } catch (error) {
    assert.fail(error.stdout || error.message);
  }
});

test("what the types export is what the code exports", async () => {
  const { default: ts } = await import("typescript");
  const program = ts.createProgram([INDEX], { module: ts.ModuleKind.NodeNext, lib: ["lib.es2022.d.ts"], types: [] });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(INDEX));
  const values = checker.getExportsOfModule(module).filter((symbol) => {
    const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return meant.flags & ts.SymbolFlags.Value;
  });
  assert.deepEqual(values.map((symbol) => symbol.name).sort(), Object.keys(finsecure).sort());
});
