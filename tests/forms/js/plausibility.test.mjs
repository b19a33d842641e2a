// Runs the table that Python runs: tests/forms/plausibility.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { CHECKERS } from "../../../web/static/forms/plausibility/index.mjs";

const table = JSON.parse(readFileSync(new URL("../plausibility.json", import.meta.url), "utf8"));
const reference = {
  towns: (code) => table.postal_codes[code] ?? [],
  bank: (code) => table.banks[code] ?? null,
};

for (const row of table.rows.filter((item) => !item.server_only)) {
  test(`${row.check}: ${row.value}`, () => {
    const question = { day: row.day ?? table.day, reference, arguments: row.arguments ?? {} };
    const result = CHECKERS[row.check](row.value, question);
    assert.deepEqual(result.found.map((item) => item.code), row.finds);
    assert.equal(result.value, row.keeps);
    assert.deepEqual(result.parts, row.parts ?? {});
  });
}

test("every checker of the table is there", () => {
  assert.deepEqual([...new Set(table.rows.map((row) => row.check))].sort(), Object.keys(CHECKERS).sort());
});
