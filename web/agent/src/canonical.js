// Canonical JSON (RFC 8785, integers only): one value, one byte sequence, on every machine.
import { equal, fromUtf8, utf8 } from "./bytes.js";

/** @typedef {null | boolean | number | string | any[] | {[key: string]: any}} Json */
/** @typedef {{[key: string]: any}} JsonObject */

/** @param {Json} value @returns {string} */
function write(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new TypeError("only exact integers");
    return String(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError("text is not well-formed Unicode");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    const members = Object.keys(value).sort(); // by UTF-16 code units, as RFC 8785 asks
    return `{${members.map((key) => `${write(key)}:${write(value[key])}`).join(",")}}`;
  }
  throw new TypeError("value of a type that JSON does not carry");
}

/** The canonical bytes of a value. @param {Json} value */
export const canonical = (value) => utf8(write(value));

/**
 * The object that the bytes are the canonical form of; duplicate keys and odd spellings throw.
 * @param {Uint8Array} bytes
 * @returns {JsonObject}
 */
export function parseCanonical(bytes) {
  const value = JSON.parse(fromUtf8(bytes));
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new TypeError("not an object");
  if (!equal(canonical(value), bytes)) throw new TypeError("not canonical JSON");
  return value;
}
