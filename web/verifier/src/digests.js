// SHA-256, with a label for each use. Source: docs/ceremony-spec.md section 1.
import { concat, utf8 } from "./bytes.js";

/** @typedef {"SHA-1" | "SHA-256" | "SHA-384" | "SHA-512"} Hash */

/** @param {Hash} hash @param {...Uint8Array} parts */
export async function digest(hash, ...parts) {
  return new Uint8Array(await crypto.subtle.digest(hash, concat(...parts)));
}

/** @param {...Uint8Array} parts */
export const sha256 = (...parts) => digest("SHA-256", ...parts);

/** `L("name")`. @param {string} name */
export const label = (name) => utf8(`esign/1/${name}`);

/** SHA-256 over the label of a use and the parts. @param {string} name @param {...Uint8Array} parts */
export const labelled = (name, ...parts) => sha256(label(name), ...parts);

/** HMAC-SHA-256. @param {Uint8Array} key @param {...Uint8Array} parts */
export async function hmac(key, ...parts) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  // WebCrypto refuses an empty key; HMAC pads keys with zeros, so one zero byte is the same key.
  const imported = await crypto.subtle.importKey("raw", key.length ? concat(key) : new Uint8Array(1), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, concat(...parts)));
}

/** `lp(x)`: length as four big-endian bytes, then the bytes; of several, one after the other. @param {...Uint8Array} parts */
export function lengthPrefixed(...parts) {
  return concat(...parts.flatMap((part) => [lengthOctets(part.length), part]));
}

/** @param {number} length */
function lengthOctets(length) {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, length);
  return octets;
}
