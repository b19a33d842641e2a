// Bytes and the texts that stand for them. Every decoder is strict: one text for the same bytes, and no other is read.
import { Refusal } from "./refusal.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** @param {string} text */
export const utf8 = (text) => encoder.encode(text);

/** The text that the bytes are the UTF-8 of. @param {Uint8Array} bytes */
export function fromUtf8(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Refusal("not UTF-8");
  }
}

/** The text whose ASCII the bytes are. @param {Uint8Array} bytes */
export function fromAscii(bytes) {
  const text = latin1(bytes);
  if (/[^\x00-\x7f]/.test(text)) throw new Refusal("not ASCII");
  return text;
}

/** One character for each byte. @param {Uint8Array} bytes */
export function latin1(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode.apply(null, /** @type {any} */ (bytes.subarray(start, start + 8192)));
  }
  return text;
}

/** @param {...Uint8Array} parts @returns {Uint8Array<ArrayBuffer>} */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Uint8Array} left @param {Uint8Array} right */
export const equal = (left, right) => compare(left, right) === 0;

/** Order by bytes, the shorter first. @param {Uint8Array} left @param {Uint8Array} right */
export function compare(left, right) {
  const shorter = Math.min(left.length, right.length);
  for (let i = 0; i < shorter; i++) if (left[i] !== right[i]) return left[i] - right[i];
  return left.length - right.length;
}

/** Lower-case hexadecimal. @param {Uint8Array} bytes */
export function hex(bytes) {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** Bytes of lower-case hexadecimal. @param {unknown} text @param {number} length */
export function fromHex(text, length) {
  if (typeof text !== "string" || text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) {
    throw new Refusal("not lower-case hexadecimal of the expected length");
  }
  return digits(text);
}

/** Bytes of hexadecimal digits. @param {string} text */
export function digits(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** base64url without padding. @param {Uint8Array} bytes */
export const b64url = (bytes) => encode(bytes, URL_SAFE);

/** base64 with padding. @param {Uint8Array} bytes */
export function base64(bytes) {
  const text = encode(bytes, STANDARD);
  return text + "=".repeat((4 - (text.length % 4)) % 4);
}

/** Bytes of base64url without padding. @param {unknown} text */
export function fromB64url(text) {
  if (typeof text !== "string") throw new Refusal("not base64url");
  return decode(text, URL_SAFE);
}

/** Bytes of base64 with padding. @param {unknown} text */
export function fromBase64(text) {
  if (typeof text !== "string" || text.length % 4 !== 0) throw new Refusal("not base64");
  return decode(text.replace(/={1,2}$/, ""), STANDARD);
}

/** A big-endian number. @param {Uint8Array} bytes */
export function toBigInt(bytes) {
  return bytes.length ? BigInt(`0x${hex(bytes)}`) : 0n;
}

/** @param {bigint} value @param {number} length */
export function fromBigInt(value, length) {
  return digits(value.toString(16).padStart(2 * length, "0"));
}

/** @param {Uint8Array} bytes @param {string} alphabet */
function encode(bytes, alphabet) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const count = Math.min(3, bytes.length - i) + 1;
    for (let j = 0; j < count; j++) text += alphabet[(three >> (18 - 6 * j)) & 63];
  }
  return text;
}

/** @param {string} text @param {string} alphabet */
function decode(text, alphabet) {
  if (text.length % 4 === 1) throw new Refusal("not base64");
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) throw new Refusal("not base64");
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  if (held & ((1 << bits) - 1)) throw new Refusal("not canonical base64");
  return bytes;
}
