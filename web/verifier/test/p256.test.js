import assert from "node:assert/strict";
import { createECDH } from "node:crypto";
import { test } from "node:test";
import { hex, toBigInt } from "../src/bytes.js";
import { ORDER, add, affine, multiply, publicPoint } from "../src/p256.js";

// "Mathematical routines for the NIST prime elliptic curves" (NSA, 2010) gives k·G; these are published in
// http://point-at-infinity.org/ecc/nisttv (P-256).
const MULTIPLES = [
  [2n, "7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978", "07775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1"],
  [3n, "5ecbe4d1a6330a44c8f7ef951d4bf165e6c6b721efada985fb41661bc6e7fd6c", "8734640c4998ff7e374b06ce1a64a2ecd82ab036384fb83d9a79b127a27d5032"],
  [112233445566778899n, "339150844ec15234807fe862a86be77977dbfb3ae3d96f4c22795513aeaab82f", "b1c14ddfdc8ec1b2583f51e85a5eb3a155840f2034730e9b5ada38b674336a21"],
];

test("published multiples of the base point", () => {
  for (const [k, x, y] of MULTIPLES) assert.equal(hex(publicPoint(k)), x + y);
});

test("the base point and its negative", () => {
  const base = hex(publicPoint(1n));
  assert.equal(hex(publicPoint(ORDER - 1n)).slice(0, 64), base.slice(0, 64));
  assert.throws(() => publicPoint(ORDER), RangeError);
  assert.throws(() => publicPoint(0n), RangeError);
});

test("adding the point at infinity, a point to itself, and a point to its negative needs no other formula", () => {
  const point = /** @type {const} */ ([0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n, 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n, 1n]);
  assert.deepEqual(affine(add([0n, 1n, 0n], point)), { x: point[0], y: point[1] });
  assert.deepEqual(affine(add(point, point)), affine(multiply(2n, point)));
  assert.equal(affine(add(point, multiply(ORDER - 1n, point))), null);
});

test("the same as another implementation", () => {
  for (let i = 0; i < 20; i++) {
    const pair = createECDH("prime256v1");
    pair.generateKeys();
    assert.equal(hex(publicPoint(toBigInt(pair.getPrivateKey()))), pair.getPublicKey("hex").slice(2));
  }
});
