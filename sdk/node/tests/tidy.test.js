/** The rules of the house that a linter of another language cannot hold: short files, lines that fit, said purposes. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL("../", import.meta.url));
const WORD_FOR_WORD = "tests/fixtures/document.js"; // what somebody else has written stays as it is
const FILES = ["src", "tools", "tests", "tests/fixtures", "tests/typing"].flatMap((folder) =>
  readdirSync(join(HERE, folder)).filter((name) => /\.(js|ts)$/.test(name)).map((name) => `${folder}/${name}`),
);

for (const file of FILES) {
  const text = readFileSync(join(HERE, file), "utf8");
  const lines = text.split("\n");

  test(`${file} is short, says what it is, and leaves nothing behind`, () => {
    assert.ok(lines.length <= 500, `${lines.length} lines`);
    assert.match(text, /^\/\*\*/);
    assert.ok(text.endsWith("\n") && !text.endsWith("\n\n"));
    const marks = new RegExp(["TO" + "DO", "FIX" + "ME", "X{3}\\b", "debug" + "ger", "\\.only\\("].join("|"));
    assert.doesNotMatch(text, marks);
    if (file === WORD_FOR_WORD) return;
    const long = lines.flatMap((line, index) => ([...line].length > 120 ? [`${index + 1}: ${line}`] : []));
    assert.deepEqual(long, []);
    assert.deepEqual(lines.filter((line) => /\s$/.test(line)), []);
  });
}

test("every function fits a screen", () => {
  for (const file of FILES.filter((name) => name.endsWith(".js"))) {
    let began;
    readFileSync(join(HERE, file), "utf8").split("\n").forEach((line, number) => {
      if (/^(export )?(async )?function/.test(line)) began = number;
      else if (line === "}" && began !== undefined) {
        assert.ok(number - began < 70, `${file}:${began + 1} has ${number - began + 1} lines`);
        began = undefined;
      }
    });
  }
});
