import assert from "node:assert/strict";
import { test } from "node:test";
import { fromUtf8, utf8 } from "../src/bytes.js";
import { canonical, parseCanonical } from "../src/canonical.js";
import { bytes, ceremony } from "./vectors.js";

const text = (value) => fromUtf8(canonical(value));

test("members are sorted by UTF-16 code units and no blank is written", () => {
  assert.equal(text({ b: 1, a: [true, null, "x"], "€": 2, "\u{1F600}": 3, "\uFB33": 4 }), '{"a":[true,null,"x"],"b":1,"€":2,"\u{1F600}":3,"\uFB33":4}');
});

test("control characters are escaped as RFC 8785 asks", () => {
  assert.equal(text({ a: '\u0000\b\t\n\f\r"\\\u001f/é' }), '{"a":"\\u0000\\b\\t\\n\\f\\r\\"\\\\\\u001f/é"}');
});

test("what JSON of this protocol does not carry is not written", () => {
  for (const value of [1.5, NaN, 2 ** 53, -0, undefined, "\ud800", new Date(0), Symbol("x")]) {
    assert.throws(() => canonical({ a: value }), TypeError, String(value?.toString?.()));
  }
});

test("bytes that are not the canonical form are refused", () => {
  for (const spelling of ['{"a":1 }', '{"a":1,"a":1}', '{"b":1,"a":2}', '{"a":1.0}', '{"a":1e2}', '{"a":"\\u0041"}', "[1]", '"x"', "null", '\ufeff{"a":1}', "{"]) {
    assert.throws(() => parseCanonical(utf8(spelling)), undefined, spelling);
  }
  assert.throws(() => parseCanonical(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)));
});

test("the engine's canonical JSON is ours", () => {
  for (const { header, payload } of ceremony.messages) {
    assert.equal(text(JSON.parse(header)), header);
    assert.equal(text(JSON.parse(payload)), payload);
  }
  assert.equal(text(parseCanonical(bytes(ceremony.ceremony.transcript))), ceremony.ceremony.transcript_text);
});
