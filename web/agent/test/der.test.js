import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, hex } from "../src/bytes.js";
import { children, ecdsaSignature, encode, integer, octetString, oid, oidText, parse, sequence, setOf } from "../src/der.js";
import { ARC } from "../src/oids.js";

test("object identifiers go there and back, also beyond 64 bits", () => {
  for (const text of ["1.2.840.113549.1.9.16.2.47", "2.16.840.1.101.3.4.2.1", "2.5.4.3", "0.0", `${ARC}.1.1`]) {
    assert.equal(oidText(parse(oid(text))), text);
  }
});

test("lengths are minimal in both directions", () => {
  for (const length of [0, 127, 128, 255, 256, 65_535, 65_536]) {
    assert.equal(parse(octetString(new Uint8Array(length))).value.length, length);
  }
  for (const bad of ["04810100", "0482000100", "048000", "0484000000010000", "1f8100", "0402ff", "04", "040100ff"]) {
    assert.throws(() => parse(fromHex(bad)), TypeError, bad);
  }
});

test("integers are minimal and not negative", () => {
  assert.equal(hex(integer(Uint8Array.of(0, 0, 1))), "020101");
  assert.equal(hex(integer(Uint8Array.of(0x80))), "02020080");
  assert.equal(hex(integer(Uint8Array.of(0))), "020100");
});

test("SET OF is sorted by its encodings", () => {
  const [a, b] = [octetString(Uint8Array.of(9)), octetString(Uint8Array.of(1, 1))];
  assert.equal(hex(setOf(b, a)), hex(encode(0x31, a, b)));
});

test("r and s become two integers", () => {
  const raw = new Uint8Array(64).fill(0x80, 0, 32).fill(0x01, 32);
  const [r, s] = children(parse(ecdsaSignature(raw)));
  assert.deepEqual([r.value.length, s.value.length], [33, 32]);
});

test("a primitive has no children, and an overrun inside is refused", () => {
  assert.throws(() => children(parse(octetString(Uint8Array.of(1)))), TypeError);
  assert.throws(() => children(parse(sequence(Uint8Array.of(0x04, 0x05, 0x00)))), TypeError);
});

test("object identifiers with a needless leading octet or an open end are refused", () => {
  for (const bad of ["06028001", "06012a81".slice(0, 6) + "81", "0600"]) assert.throws(() => oidText(parse(fromHex(bad))), TypeError, bad);
});
