// SHA-256 and HMAC with a label for each use, so that no digest can stand in for another (specification, section 1).
import { concat, utf8 } from "./bytes.js";

/** The label of a use: `esign/1/<name>`. @param {string} name */
export const label = (name) => utf8(`esign/1/${name}`);

/** SHA-256 over the parts. @param {...Uint8Array} parts @returns {Promise<Uint8Array<ArrayBuffer>>} */
export const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));

/** SHA-256 over the label of the use, then the parts. @param {string} name @param {...Uint8Array} parts */
export const labelled = (name, ...parts) => sha256(label(name), ...parts);

/** HMAC-SHA-256. @param {Uint8Array<ArrayBuffer>} key @param {...Uint8Array} parts */
export async function hmac(key, ...parts) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, concat(...parts)));
}
