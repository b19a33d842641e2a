import assert from "node:assert/strict";
import { test } from "node:test";
import { Coverage, ENOUGH } from "../src/coverage.js";

test("twelve strips clear the field, eight are enough", () => {
  const coverage = new Coverage(360, 108);
  for (let strip = 0; strip < 12; strip++) {
    coverage.strip(strip * 30, (strip + 1) * 30);
    assert.equal(coverage.enough, (strip + 1) / 12 >= ENOUGH, `strip ${strip}`);
  }
  assert.equal(coverage.share, 1);
});

test("strokes count each cell once", () => {
  const coverage = new Coverage(360, 108);
  coverage.stroke([0, 54], [360, 54], 18);
  const once = coverage.share;
  coverage.stroke([360, 54], [0, 54], 18);
  assert.equal(coverage.share, once);
  assert.ok(once > 0.28 && once < 0.4, String(once));
});

test("strokes outside the field clear nothing beyond it", () => {
  const coverage = new Coverage(360, 108);
  coverage.stroke([-500, -500], [-400, 900], 18);
  assert.equal(coverage.share, 0);
  coverage.strip(-100, 1000);
  assert.equal(coverage.share, 1);
});
