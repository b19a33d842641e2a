import assert from "node:assert/strict";
import { test } from "node:test";
import { b64url, compare, concat, equal, fromB64url, fromHex, hex, latin1, lengthPrefixed, random, utf8 } from "../src/bytes.js";

test("base64url has no padding and takes all 256 bytes there and back", () => {
  const all = Uint8Array.from({ length: 256 }, (_, at) => at);
  for (const length of [0, 1, 2, 3, 255, 256]) assert.deepEqual(fromB64url(b64url(all.subarray(0, length))), all.slice(0, length));
  assert.equal(b64url(Uint8Array.of(0xfb, 0xff)), "-_8");
});

test("another spelling of base64url is refused", () => {
  for (const text of ["QQ==", "Q", "QR", "Q+", "Q Q", "Q/", 7, null]) assert.throws(() => fromB64url(text), TypeError, String(text));
});

test("hexadecimal is lower-case and of the expected length", () => {
  assert.equal(hex(fromHex("00ff10")), "00ff10");
  for (const text of ["0", "0G", "AB", " 00"]) assert.throws(() => fromHex(text), TypeError);
  assert.throws(() => fromHex("00", 2), TypeError);
});

test("length prefixes are four big-endian bytes", () => {
  assert.equal(hex(lengthPrefixed(utf8("ab"), new Uint8Array(0))), "00000002616200000000");
});

test("bytes are compared as DER sorts them", () => {
  const sorted = [[1], [1, 0], [1, 2], [2]].map((each) => Uint8Array.from(each));
  assert.deepEqual([...sorted].reverse().sort(compare), sorted);
  assert.ok(equal(sorted[1], Uint8Array.of(1, 0)));
  assert.ok(!equal(sorted[0], sorted[1]));
});

test("latin1 keeps one character for each byte of a large file", () => {
  const large = concat(random(40_000), random(40_000));
  const text = latin1(large);
  assert.equal(text.length, 80_000);
  assert.ok([0, 32_767, 32_768, 79_999].every((at) => text.charCodeAt(at) === large[at]));
});
