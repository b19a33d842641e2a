// Strict DER (ITU-T X.690): definite, minimal lengths; low tag numbers; nothing behind the end.
import { compare, concat, utf8 } from "./bytes.js";

/**
 * One element.
 * @typedef {object} Element
 * @property {number} tag identifier octet
 * @property {Uint8Array} raw the whole encoding
 * @property {Uint8Array} value the content octets
 */

const CONSTRUCTED = 0x20;

/** @param {Uint8Array} bytes @param {number} start @returns {Element} */
function readAt(bytes, start) {
  let at = start;
  if (at + 2 > bytes.length) throw new TypeError("DER: truncated");
  const tag = bytes[at++];
  if ((tag & 0x1f) === 0x1f) throw new TypeError("DER: high tag number");
  let length = bytes[at++];
  if (length === 0x80) throw new TypeError("DER: indefinite length");
  if (length > 0x80) {
    const octets = length & 0x7f;
    if (octets > 3 || at + octets > bytes.length) throw new TypeError("DER: length out of range");
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + bytes[at++];
    if (length < 0x80 || (octets > 1 && length < 2 ** (8 * (octets - 1)))) throw new TypeError("DER: length not minimal");
  }
  if (at + length > bytes.length) throw new TypeError("DER: overrun");
  return { tag, raw: bytes.subarray(start, at + length), value: bytes.subarray(at, at + length) };
}

/** The one element that the bytes are. @param {Uint8Array} bytes */
export function parse(bytes) {
  const element = readAt(bytes, 0);
  if (element.raw.length !== bytes.length) throw new TypeError("DER: trailing bytes");
  return element;
}

/** The elements inside a constructed one. @param {Element} element */
export function children(element) {
  if (!(element.tag & CONSTRUCTED)) throw new TypeError("DER: primitive");
  const inside = [];
  for (let at = 0; at < element.value.length; ) {
    const child = readAt(element.value, at);
    inside.push(child);
    at += child.raw.length;
  }
  return inside;
}

/** The element, if it has this tag. @param {Element | undefined} element @param {number} tag */
export function expect(element, tag) {
  if (!element || element.tag !== tag) throw new TypeError(`DER: expected tag 0x${tag.toString(16)}`);
  return element;
}

/** Dotted text of an OBJECT IDENTIFIER. @param {Element | undefined} element */
export function oidText(element) {
  const { value } = expect(element, 0x06);
  /** @type {bigint[]} */
  const arcs = [];
  let arc = 0n;
  let open = false;
  for (const octet of value) {
    if (!open && octet === 0x80) throw new TypeError("DER: object identifier not minimal");
    open = (octet & 0x80) !== 0;
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (open) continue;
    if (arcs.length) arcs.push(arc);
    else arcs.push(arc < 80n ? arc / 40n : 2n, arc < 80n ? arc % 40n : arc - 80n);
    arc = 0n;
  }
  if (open || !arcs.length) throw new TypeError("DER: object identifier truncated");
  return arcs.join(".");
}

/** @param {number} length */
function lengthOctets(length) {
  if (length < 0x80) return [length];
  const octets = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

/** An element of a tag with the parts as content. @param {number} tag @param {...Uint8Array} parts */
export function encode(tag, ...parts) {
  const content = concat(...parts);
  return concat(Uint8Array.from([tag, ...lengthOctets(content.length)]), content);
}

/** @param {...Uint8Array} parts */
export const sequence = (...parts) => encode(0x30, ...parts);
/** SET OF: sorted, as DER demands. @param {...Uint8Array} parts */
export const setOf = (...parts) => encode(0x31, ...[...parts].sort(compare));
/** @param {Uint8Array} bytes */
export const octetString = (bytes) => encode(0x04, bytes);
/** @param {Uint8Array} bytes */
export const bitString = (bytes) => encode(0x03, Uint8Array.of(0), bytes);
/** @param {string} text */
export const utf8String = (text) => encode(0x0c, utf8(text));

/** A non-negative INTEGER from big-endian bytes. @param {Uint8Array} bytes */
export function integer(bytes) {
  let first = 0;
  while (first < bytes.length - 1 && bytes[first] === 0) first++;
  const minimal = bytes.subarray(first);
  return encode(0x02, minimal[0] & 0x80 ? concat(Uint8Array.of(0), minimal) : minimal);
}

/** An INTEGER below 128. @param {number} value */
export const smallInteger = (value) => integer(Uint8Array.of(value));

/** OBJECT IDENTIFIER from dotted text. @param {string} text */
export function oid(text) {
  const [first, second, ...rest] = text.split(".").map(BigInt);
  const octets = [first * 40n + second, ...rest].flatMap((arc) => {
    const digits = [Number(arc & 127n)];
    for (let high = arc >> 7n; high > 0n; high >>= 7n) digits.unshift(Number(high & 127n) | 0x80);
    return digits;
  });
  return encode(0x06, Uint8Array.from(octets));
}

/** ECDSA-Sig-Value (RFC 3279) from WebCrypto's r||s. @param {Uint8Array} raw */
export const ecdsaSignature = (raw) =>
  sequence(integer(raw.subarray(0, raw.length / 2)), integer(raw.subarray(raw.length / 2)));
