// Bytes and their spellings as text: hexadecimal, base64url, UTF-8. Strict in both directions.

const encoder = new TextEncoder();
const HEX = /^(?:[0-9a-f]{2})*$/;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/** The UTF-8 bytes of a text. @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export const utf8 = (text) => encoder.encode(text);

/** The text of UTF-8 bytes; malformed bytes throw. @param {Uint8Array} bytes */
export const fromUtf8 = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

/** One character for each byte: for searching in binary files. @param {Uint8Array} bytes */
export function latin1(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return text;
}

/** The parts one after the other. @param {...Uint8Array} parts @returns {Uint8Array<ArrayBuffer>} */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Four big-endian bytes. @param {number} value */
const uint32 = (value) => Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);

/** Each part behind its length as four big-endian bytes: unambiguous to concatenate. @param {...Uint8Array} parts */
export const lengthPrefixed = (...parts) => concat(...parts.flatMap((part) => [uint32(part.length), part]));

/** Lower-case hexadecimal. @param {Uint8Array} bytes */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * Bytes of lower-case hexadecimal text.
 * @param {string} text
 * @param {number} [length] number of bytes that must come out
 */
export function fromHex(text, length) {
  if (typeof text !== "string" || !HEX.test(text) || (length !== undefined && text.length !== 2 * length)) {
    throw new TypeError("not lower-case hexadecimal of the expected length");
  }
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** base64url without padding (RFC 4648 section 5). @param {Uint8Array} bytes */
export const b64url = (bytes) =>
  btoa(latin1(bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** Bytes of base64url without padding; anything but the one canonical spelling throws. @param {string} text */
export function fromB64url(text) {
  if (typeof text !== "string" || !BASE64URL.test(text) || text.length % 4 === 1) throw new TypeError("not base64url");
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  if (b64url(bytes) !== text) throw new TypeError("not canonical base64url");
  return bytes;
}

/** Whether two byte strings are the same. @param {Uint8Array} left @param {Uint8Array} right */
export const equal = (left, right) => left.length === right.length && left.every((byte, at) => byte === right[at]);

/** The order of DER's SET OF: byte by byte, the shorter first. @param {Uint8Array} left @param {Uint8Array} right */
export function compare(left, right) {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) if (left[at] !== right[at]) return left[at] - right[at];
  return left.length - right.length;
}

/** Fresh random bytes. @param {number} length */
export const random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** A copy on an ArrayBuffer of its own, as WebCrypto's types ask for. @param {ArrayBuffer | Uint8Array} source */
export const bytesOf = (source) => new Uint8Array(source);
