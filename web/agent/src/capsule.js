// The capsule: what is in it, how it is proved that it was opened and that its code was typed (specification, section 6).
import { concat, equal, fromUtf8, utf8 } from "./bytes.js";
import { hmac, label, labelled } from "./digests.js";
import { open } from "./hpke.js";
import { Problem, demand } from "./problems.js";

const NONCE = 32;

/**
 * @typedef {object} Capsule
 * @property {Uint8Array<ArrayBuffer>} enc
 * @property {Uint8Array<ArrayBuffer>} ct
 */
/**
 * @typedef {object} Opened
 * @property {Uint8Array<ArrayBuffer>} nonce 32 bytes; the key of both proofs
 * @property {string} code the digits
 */

/**
 * Open the capsule and hold its content against the transcript.
 * @param {Capsule} capsule
 * @param {CryptoKeyPair} pair capsule key
 * @param {Uint8Array} tau digest of the transcript
 * @param {{length: number, commitment: Uint8Array}} promised what the transcript says about the code
 * @returns {Promise<Opened>}
 */
export async function openCapsule(capsule, pair, tau, promised) {
  const content = await open(pair, capsule.enc, capsule.ct, concat(label("capsule"), tau)).catch((cause) => {
    throw new Problem("agent.capsule.not_for_us", { cause });
  });
  demand(content.length === NONCE + promised.length, "agent.capsule.content");
  const nonce = content.slice(0, NONCE);
  const digits = content.slice(NONCE);
  demand(digits.every((byte) => byte >= 0x30 && byte <= 0x39), "agent.capsule.content");
  demand(equal(await labelled("commit", nonce, digits), promised.commitment), "agent.capsule.commitment");
  return { nonce, code: fromUtf8(digits) };
}

/** Proof that the capsule was opened. @param {Uint8Array<ArrayBuffer>} nonce @param {Uint8Array} tau */
export const proveOpened = (nonce, tau) => hmac(nonce, label("have"), tau);

/** Proof that this code was typed. @param {Uint8Array<ArrayBuffer>} nonce @param {Uint8Array} tau @param {string} typed */
export const proveIntent = (nonce, tau, typed) => hmac(nonce, label("intent"), tau, utf8(typed));
