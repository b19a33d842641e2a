import assert from "node:assert/strict";
import { test } from "node:test";
import { eraseCode, drawCode, isMatrix, pathOf } from "../src/qr.js";
import { refusal } from "./vectors.js";

const grid = (side, at = () => 0) => Array.from({ length: side }, (_, y) => Array.from({ length: side }, (__, x) => at(x, y)));

test("a grid is square, of a QR code's size, dark or light", () => {
  for (const side of [21, 25, 37, 177]) assert.ok(isMatrix(grid(side)), String(side));
  for (const side of [0, 20, 22, 181]) assert.ok(!isMatrix(grid(side)), String(side));
  for (const wrong of [null, "x", {}, grid(21, () => 2), grid(21, () => "1"), grid(21).map((row) => row.slice(1)), grid(21).fill(null)]) {
    assert.ok(!isMatrix(wrong));
  }
});

test("dark modules are runs, four modules from the edge", () => {
  const rows = grid(21);
  rows[0][0] = rows[0][1] = rows[0][20] = rows[20][3] = 1;
  assert.equal(pathOf(rows), "M4 4h2v1h-2zM24 4h1v1h-1zM7 24h1v1h-1z");
});

test("every dark module is covered once, no light one", () => {
  const rows = grid(25, (x, y) => Number((x * 7 + y * 11) % 3 === 0));
  const seen = grid(25);
  for (const [, x, y, length] of pathOf(rows).matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let i = 0; i < Number(length); i++) seen[Number(y) - 4][Number(x) - 4 + i]++;
  }
  assert.deepEqual(seen, rows);
});

test("only a code is drawn, and it can be taken away", async () => {
  const set = {};
  const path = { setAttribute: (name, value) => (set[name] = value) };
  const image = { setAttribute: (name, value) => (set[name] = value), querySelector: () => path };
  assert.equal(await refusal(async () => drawCode(image, [[1]])), "agent.network.unexpected_answer");
  assert.deepEqual(set, {});
  drawCode(image, grid(21, () => 1));
  assert.equal(set.viewBox, "0 0 29 29");
  assert.ok(set.d.startsWith("M4 4h21v1h-21z"));
  eraseCode(image);
  assert.equal(set.d, "");
});
