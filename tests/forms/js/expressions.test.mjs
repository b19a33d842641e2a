// Runs the table that Python runs: tests/forms/expressions.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { evaluate, text } from "../../../web/static/forms/expressions.mjs";

const table = JSON.parse(readFileSync(new URL("../expressions.json", import.meta.url), "utf8"));

for (const row of table.rows) {
  test(JSON.stringify(row.expression), () => {
    const found = evaluate(row.expression, { values: table.values, tables: table.tables });
    assert.equal(typeof found === "boolean" ? found : text(found), row.is);
  });
}

test("an unknown operation is refused", () => {
  for (const name of ["constructor", "eval", "__proto__x"]) {
    assert.throws(() => evaluate({ [name]: "1" }, { values: {}, tables: {} }));
  }
});
