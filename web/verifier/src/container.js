// The container: a ZIP file of which there is exactly one for the same parts. Source: docs/dossier-spec.md section 1.
import { equal, latin1, utf8 } from "./bytes.js";
import { Refusal, demand } from "./refusal.js";

export const MIMETYPE = "mimetype";
export const MEDIA_TYPE = utf8("application/vnd.etsi.asic-e+zip");

const META = "META-INF/";
const MOST_PARTS = 2_000;
const MOST_BYTES = 256 * 1024 * 1024;
const NAME = /^(signatories\/[2-5]\/)?[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(\/[A-Za-z0-9][A-Za-z0-9_.-]{0,63})?$/;
const LOCAL = 30;
const CENTRAL = 46;
const END = 22;
const [LOCAL_MARK, CENTRAL_MARK, END_MARK] = [0x04034b50, 0x02014b50, 0x06054b50];
const VERSION = 10;
const FIRST_DAY = 0x0021;

/** @typedef {{ name: string, data: Uint8Array, at: number, checksum: number }} Segment */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of ISO 3309. @param {Uint8Array} data */
export function crc32(data) {
  let value = 0xffffffff;
  for (let i = 0; i < data.length; i++) value = TABLE[(value ^ data[i]) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** The parts (without `mimetype`) of exactly such a container. @param {Uint8Array} data @returns {Map<string, Uint8Array>} */
export function readContainer(data) {
  demand(data.length <= MOST_BYTES + MOST_PARTS * 512, "larger than a dossier may be", "container");
  const { segments, end } = walk(data);
  demandDirectory(data, segments, end);
  const names = segments.map(({ name }) => name);
  demand(names.every((name, i) => i === 0 || before(names[i - 1], name)), "the parts are not in their order, or one stands twice", "container");
  demand(names[0] === MIMETYPE && equal(segments[0].data, MEDIA_TYPE), "not the media type of a dossier", MIMETYPE);
  return new Map(segments.slice(1).map(({ name, data: content }) => [name, content]));
}

/** Order of parts: mimetype, the parts by name, then META-INF by name. @param {string} left @param {string} right */
function before(left, right) {
  /** @param {string} name */
  const rank = (name) => (name === MIMETYPE ? 0 : name.startsWith(META) ? 2 : 1);
  return rank(left) < rank(right) || (rank(left) === rank(right) && left < right);
}

/** The parts up to the first that is not exactly as it must be, and where that begins. @param {Uint8Array} data */
function walk(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  /** @type {Segment[]} */
  const segments = [];
  let at = 0;
  while (segments.length < MOST_PARTS && at + LOCAL <= data.length && view.getUint32(at, true) === LOCAL_MARK) {
    const begin = at + LOCAL + view.getUint16(at + 26, true);
    const size = view.getUint32(at + 18, true);
    if (begin + size > data.length) break;
    const name = latin1(data.subarray(at + LOCAL, begin));
    const content = data.subarray(begin, begin + size);
    if (!NAME.test(name)) break;
    const segment = { name, data: content, at, checksum: crc32(content) };
    if (!equal(data.subarray(at, begin), localHeader(segment))) break;
    segments.push(segment);
    at = begin + size;
  }
  return { segments, end: at };
}

/** @param {Uint8Array} data @param {Segment[]} segments @param {number} start */
function demandDirectory(data, segments, start) {
  let at = start;
  for (const segment of segments) {
    const row = centralHeader(segment);
    if (!equal(data.subarray(at, at + row.length), row)) throw difference(data, segments, start, segment);
    at += row.length;
  }
  const end = endRecord(segments.length, at - start, start);
  demand(segments.length > 0 && equal(data.subarray(at), end), "directory, or something before, between or behind the parts", "container");
}

/** The part where the bytes differ, as well as it can be told: the first that only the directory lists, else the one
 * whose row differs. @param {Uint8Array} data @param {Segment[]} segments @param {number} start @param {Segment} segment */
function difference(data, segments, start, segment) {
  const listed = listedNames(data);
  if (latin1(data.subarray(start, start + 4)) !== "PK\x01\x02" && segments.length < listed.length) {
    return new Refusal("header, length or content of the part", listed[segments.length]);
  }
  return new Refusal("directory entry of the part", segment.name);
}

/** @param {Uint8Array} data */
function listedNames(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const names = [];
  const tail = data.length - END;
  let at = tail >= 0 && view.getUint32(tail, true) === END_MARK ? view.getUint32(tail + 16, true) : data.length;
  while (at + CENTRAL <= data.length && view.getUint32(at, true) === CENTRAL_MARK && names.length < MOST_PARTS) {
    const length = view.getUint16(at + 28, true);
    names.push(latin1(data.subarray(at + CENTRAL, at + CENTRAL + length)).replace(/[^A-Za-z0-9_./-]/g, "?").slice(0, 140));
    at += CENTRAL + length;
  }
  return names;
}

/** @param {Segment} segment */
function localHeader({ name, data, checksum }) {
  const header = new Uint8Array(LOCAL + name.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, LOCAL_MARK, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(12, FIRST_DAY, true);
  view.setUint32(14, checksum, true);
  view.setUint32(18, data.length, true);
  view.setUint32(22, data.length, true);
  view.setUint16(26, name.length, true);
  header.set(utf8(name), LOCAL);
  return header;
}

/** @param {Segment} segment */
function centralHeader({ name, data, at, checksum }) {
  const header = new Uint8Array(CENTRAL + name.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, CENTRAL_MARK, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, VERSION, true);
  view.setUint16(14, FIRST_DAY, true);
  view.setUint32(16, checksum, true);
  view.setUint32(20, data.length, true);
  view.setUint32(24, data.length, true);
  view.setUint16(28, name.length, true);
  view.setUint32(42, at, true);
  header.set(utf8(name), CENTRAL);
  return header;
}

/** @param {number} count @param {number} size @param {number} start */
function endRecord(count, size, start) {
  const record = new Uint8Array(END);
  const view = new DataView(record.buffer);
  view.setUint32(0, END_MARK, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, size, true);
  view.setUint32(16, start, true);
  return record;
}

