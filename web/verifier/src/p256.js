// Multiplication on P-256, for public verification only: a disclosed seed is no secret any more. WebCrypto cannot give
// the public key of a private scalar, so the ladder stands here. Source: FIPS 186-5 / SP 800-186 section 3.2.1.3.
import { concat, fromBigInt } from "./bytes.js";

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const GX = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n;
const GY = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n;

/** Order of the base point. */
export const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Projective coordinates; the point at infinity is (0 : 1 : 0). @typedef {readonly [bigint, bigint, bigint]} Point */

/** @param {bigint} value */
const mod = (value) => ((value % P) + P) % P;

/** Complete addition for a = −3: one formula for all pairs of points (Renes, Costello, Batina 2015, algorithm 4).
 * @param {Point} left @param {Point} right @returns {Point} */
export function add([x1, y1, z1], [x2, y2, z2]) {
  let t0 = mod(x1 * x2);
  let t1 = mod(y1 * y2);
  let t2 = mod(z1 * z2);
  const t3 = mod((x1 + y1) * (x2 + y2) - t0 - t1);
  const t4 = mod((y1 + z1) * (y2 + z2) - t1 - t2);
  let y3 = mod((x1 + z1) * (x2 + z2) - t0 - t2);
  let x3 = mod(3n * (y3 - B * t2));
  let z3 = mod(t1 - x3);
  x3 = mod(t1 + x3);
  y3 = mod(B * y3);
  t1 = mod(3n * t2);
  y3 = mod(3n * (y3 - t1 - t0));
  t0 = mod(3n * t0 - t1);
  t1 = mod(t4 * y3);
  t2 = mod(t0 * y3);
  y3 = mod(x3 * z3 + t2);
  x3 = mod(t3 * x3 - t1);
  z3 = mod(t4 * z3 + t3 * t0);
  return [x3, y3, z3];
}

/** The scalar multiple of a point: the same steps for every scalar of 256 bits. @param {bigint} scalar @param {Point} point */
export function multiply(scalar, point) {
  /** @type {[Point, Point]} */
  let pair = [[0n, 1n, 0n], point];
  for (let bit = 255n; bit >= 0n; bit--) {
    const set = Number((scalar >> bit) & 1n);
    const doubled = add(pair[set], pair[set]);
    const sum = add(pair[0], pair[1]);
    pair = set ? [sum, doubled] : [doubled, sum];
  }
  return pair[0];
}

/** The affine coordinates of a point, or null for the point at infinity. @param {Point} point */
export function affine([x, y, z]) {
  if (z === 0n) return null;
  let inverse = 1n;
  let base = z;
  for (let rest = P - 2n; rest; rest >>= 1n) {
    if (rest & 1n) inverse = mod(inverse * base);
    base = mod(base * base);
  }
  return { x: mod(x * inverse), y: mod(y * inverse) };
}

/** The public key (x || y, 64 bytes) of a private scalar from 1 to ORDER − 1. @param {bigint} scalar */
export function publicPoint(scalar) {
  const point = affine(multiply(scalar, [GX, GY, 1n]));
  if (!point) throw new RangeError("not a private key of P-256");
  return concat(fromBigInt(point.x, 32), fromBigInt(point.y, 32));
}
