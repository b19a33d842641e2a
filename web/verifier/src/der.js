// Distinguished encoding rules, read strictly and written: definite, minimal lengths; tag numbers up to 30; everything
// must be read. Source: ITU-T X.690 sections 8, 10, 11.
import { compare, concat, fromAscii, fromUtf8, utf8 } from "./bytes.js";
import { Refusal } from "./refusal.js";

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const NULL = 0x05;
export const OID = 0x06;
export const ENUMERATED = 0x0a;
export const UTF8_STRING = 0x0c;
export const UTC_TIME = 0x17;
export const GENERALIZED_TIME = 0x18;
export const SEQUENCE = 0x30;
export const SET = 0x31;
/** `[n]`, primitive. @param {number} number */
export const context = (number) => 0x80 | number;
/** `[n]`, constructed. @param {number} number */
export const constructed = (number) => 0xa0 | number;

const LONGEST = 1 << 26;

/** Reads the elements of DER contents one after the other. */
export class Reader {
  /** @param {Uint8Array} bytes @param {number} [start] @param {number} [end] */
  constructor(bytes, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get empty() {
    return this.at === this.end;
  }

  /** Tag of the next element; undefined at the end. */
  get tag() {
    return this.empty ? undefined : this.bytes[this.at];
  }

  /** Where the next element, its contents and its end are. @param {number} [tag] */
  take(tag) {
    const start = this.at;
    const { bytes, end } = this;
    if (start + 2 > end) throw new Refusal("DER ends too early");
    const found = bytes[start];
    if (found === 0 || (found & 0x1f) === 0x1f || (tag !== undefined && found !== tag)) {
      throw new Refusal("another DER element was expected");
    }
    let content = start + 2;
    let length = bytes[start + 1];
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count < 1 || count > 4 || content + count > end) throw new Refusal("DER length is indefinite or oversized");
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + bytes[content + i];
      if (length < 0x80 || bytes[content] === 0 || length > LONGEST) throw new Refusal("DER length is not minimal");
      content += count;
    }
    if (content + length > end) throw new Refusal("DER ends too early");
    this.at = content + length;
    return { tag: found, start, content, end: this.at };
  }

  /** The next element, header included. @param {number} [tag] */
  raw(tag) {
    const { start, end } = this.take(tag);
    return this.bytes.subarray(start, end);
  }

  /** Contents of the next element. @param {number} [tag] */
  content(tag) {
    const { content, end } = this.take(tag);
    return this.bytes.subarray(content, end);
  }

  /** A reader over the contents of the next element. @param {number} [tag] */
  inside(tag) {
    const { content, end } = this.take(tag);
    return new Reader(this.bytes, content, end);
  }

  /** The next element, an INTEGER (or what is tagged in its place). @param {number} [tag] */
  integer(tag = INTEGER) {
    const octets = this.content(tag);
    const redundant = octets.length > 1 && ((octets[0] === 0 && octets[1] < 0x80) || (octets[0] === 0xff && octets[1] >= 0x80));
    if (!octets.length || redundant) throw new Refusal("INTEGER is not minimal");
    let value = 0n;
    for (const octet of octets) value = (value << 8n) | BigInt(octet);
    return octets[0] < 0x80 ? value : value - (1n << BigInt(8 * octets.length));
  }

  /** The next element, an INTEGER from 0 to 127. */
  smallInteger() {
    const value = this.integer();
    if (value < 0n || value > 127n) throw new Refusal("not a small integer");
    return Number(value);
  }

  boolean() {
    const octets = this.content(BOOLEAN);
    if (octets.length !== 1 || (octets[0] !== 0 && octets[0] !== 0xff)) throw new Refusal("not a BOOLEAN");
    return octets[0] === 0xff;
  }

  /** Dotted text of the next element. */
  oid() {
    return oidText(this.content(OID));
  }

  text() {
    return fromUtf8(this.content(UTF8_STRING));
  }

  /** Contents of the next element, a BIT STRING of whole bytes. */
  wholeBits() {
    const octets = this.content(BIT_STRING);
    if (octets[0] !== 0) throw new Refusal("not a BIT STRING of whole bytes");
    return octets.subarray(1);
  }

  /** The instant (microseconds since 1970) that the next element states, as certificates write it. */
  time() {
    const { tag, content, end } = this.take();
    const octets = this.bytes.subarray(content, end);
    if (tag === UTC_TIME) return utcTime(octets);
    if (tag === GENERALIZED_TIME) return generalizedTime(octets);
    throw new Refusal("not a time");
  }

  /** Require that everything has been read. */
  done() {
    if (!this.empty) throw new Refusal("something stands behind the last DER element");
  }
}

/** A reader over the contents of the one element that the bytes are. @param {Uint8Array} bytes @param {number} tag */
export function whole(bytes, tag) {
  const outer = new Reader(bytes);
  const inner = outer.inside(tag);
  outer.done();
  return inner;
}

/** Length of the element that the bytes begin with. @param {Uint8Array} bytes */
export const elementLength = (bytes) => new Reader(bytes).take().end;

/** Require one element whose constructed parts are exactly filled by elements, all the way down. @param {Uint8Array} bytes */
export function demandWellFormed(bytes) {
  if (elementLength(bytes) !== bytes.length) throw new Refusal("something stands behind the DER element");
  walk(new Reader(bytes), 0);
}

/** @param {Reader} reader @param {number} depth */
function walk(reader, depth) {
  if (depth > 64) throw new Refusal("DER is nested too deeply");
  while (!reader.empty) {
    const { tag, content, end } = reader.take();
    if (tag & 0x20) walk(new Reader(reader.bytes, content, end), depth + 1);
  }
}

/** Dotted text of an OBJECT IDENTIFIER's contents. @param {Uint8Array} octets */
export function oidText(octets) {
  /** @type {bigint[]} */
  const arcs = [];
  let arc = 0n;
  let open = false;
  for (const octet of octets) {
    if (!open && octet === 0x80) throw new Refusal("OBJECT IDENTIFIER is not minimal");
    open = octet >= 0x80;
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (open) continue;
    if (arcs.length) arcs.push(arc);
    else arcs.push(arc < 80n ? arc / 40n : 2n, arc < 80n ? arc % 40n : arc - 80n);
    arc = 0n;
  }
  if (open || !arcs.length || octets.length > 256) throw new Refusal("OBJECT IDENTIFIER is truncated");
  return arcs.join(".");
}

/** An element. @param {number} tag @param {...Uint8Array} contents */
export function tlv(tag, ...contents) {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  if (length < 0x80) return concat(Uint8Array.of(tag, length), ...contents);
  const octets = [];
  for (let rest = length; rest; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return concat(Uint8Array.of(tag, 0x80 | octets.length, ...octets), ...contents);
}

/** @param {...Uint8Array} contents */
export const sequence = (...contents) => tlv(SEQUENCE, ...contents);

/** SET OF, in ascending order of the encodings. @param {Uint8Array[]} elements @param {number} [tag] */
export const setOf = (elements, tag = SET) => tlv(tag, ...[...elements].sort(compare));

/** @param {Uint8Array} bytes */
export const octetString = (bytes) => tlv(OCTET_STRING, bytes);

/** @param {number} value from 0 to 127 */
export const smallInteger = (value) => Uint8Array.of(INTEGER, 1, value);

/** @param {string} text */
export const utf8String = (text) => tlv(UTF8_STRING, utf8(text));

/** OBJECT IDENTIFIER. @param {string} dotted */
export function oid(dotted) {
  if (!/^[0-2](\.(0|[1-9][0-9]*))+$/.test(dotted) || dotted.length > 400) throw new Refusal("not an object identifier");
  const [first, second, ...rest] = dotted.split(".").map(BigInt);
  if (first < 2n && second > 39n) throw new Refusal("not an object identifier");
  return tlv(OID, ...[first * 40n + second, ...rest].map(base128));
}

/** @param {bigint} arc */
function base128(arc) {
  const septets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest; rest >>= 7n) septets.unshift(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from(septets);
}

/** Microseconds since 1970 of contents `YYMMDDHHMMSSZ` (RFC 5280 section 4.1.2.5.1). @param {Uint8Array} octets */
export function utcTime(octets) {
  const text = fromAscii(octets);
  if (!/^[0-9]{12}Z$/.test(text)) throw new Refusal("UTCTime is of another form");
  return instant((text < "50" ? "20" : "19") + text.slice(0, 12), "");
}

/** Microseconds since 1970 of contents `YYYYMMDDHHMMSS[.f]Z` (RFC 5280 section 4.1.2.5.2, RFC 3161 section 2.4.2).
 * @param {Uint8Array} octets @param {boolean} [fraction] whether a fraction may stand there */
export function generalizedTime(octets, fraction = false) {
  const found = /^([0-9]{14})(?:\.([0-9]*[1-9]))?Z$/.exec(fromAscii(octets));
  if (!found || (found[2] && !fraction)) throw new Refusal("GeneralizedTime is of another form");
  return instant(found[1], found[2] ?? "");
}

/** @param {string} fourteen digits @param {string} fraction digits */
function instant(fourteen, fraction) {
  const [, year, month, day, hour, minute, second] = /** @type {string[]} */ (/^(....)(..)(..)(..)(..)(..)$/.exec(fourteen));
  return microseconds(+year, +month, +day, +hour, +minute, +second, +fraction.slice(0, 6).padEnd(6, "0"));
}

/** Microseconds since 1970 of a day and time in UTC that exist.
 * @param {number} year @param {number} month @param {number} day @param {number} hour @param {number} minute
 * @param {number} second @param {number} micros */
export function microseconds(year, month, day, hour, minute, second, micros) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const exists =
    year >= 1 && date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59) throw new Refusal("not a time that exists");
  return date.getTime() * 1000 + micros;
}
