// The capsule: what follows from a seed, and what was made of it. Source: docs/ceremony-spec.md sections 6 and 9.
import { concat, equal, utf8 } from "./bytes.js";
import { hmac, label, labelled } from "./digests.js";
import { deriveKeyPair, expand, seal } from "./hpke.js";
import { readP256 } from "./keys.js";

/** @typedef {{ enc: Uint8Array, ct: Uint8Array }} Sealed */

const CODE_DIGITS = 6;

/** `tau`. @param {Uint8Array} transcript */
export const transcriptHash = (transcript) => labelled("transcript", transcript);

/** The names of what does not come out as the evidence says; none means that the dispute is settled.
 * @param {{ seed: Uint8Array, tau: Uint8Array, capsule: Sealed, capsuleKey: Uint8Array, proof: Uint8Array,
 *   transcript: import("./transcript.js").Transcript }} evidence */
export async function checkDisclosure({ seed, tau, capsule, capsuleKey, proof, transcript }) {
  if (seed.length !== 32) return ["code_committed", "capsule_recomputed", "intent_proved"];
  const failed = [];
  const { nonce, code, ephemeral } = await deriveSecrets(seed);
  const typed = utf8(code);
  const id = await crypto.subtle.digest("SHA-256", concat(capsuleKey));
  if (!equal(new Uint8Array(id), transcript.signatory.capsuleKey)) failed.push("capsule_key_named");
  if (!equal(await labelled("commit", nonce, typed), transcript.codeCommitment)) failed.push("code_committed");
  const again = await recompute(capsuleKey, { ephemeral, info: concat(label("capsule"), tau), plaintext: concat(nonce, typed) });
  if (!again || !equal(again.enc, capsule.enc) || !equal(again.ct, capsule.ct)) failed.push("capsule_recomputed");
  if (!equal(await hmac(nonce, label("intent"), tau, typed), proof)) failed.push("intent_proved");
  return failed;
}

/** What follows from a seed (32 bytes). @param {Uint8Array} seed */
export async function deriveSecrets(seed) {
  /** @param {string} name */
  const derive = (name) => expand(seed, label(`seed/${name}`), 32);
  let code = "";
  for (let block = 0; code.length < CODE_DIGITS; block++) {
    for (const byte of await derive(`code/${block}`)) if (byte < 250) code += byte % 10;
  }
  return {
    nonce: await derive("nonce"),
    code: code.slice(0, CODE_DIGITS),
    ephemeral: await deriveKeyPair(await derive("ephemeral")),
  };
}

/** @param {Uint8Array} capsuleKey @param {Parameters<typeof seal>[1]} message */
async function recompute(capsuleKey, message) {
  try {
    return await seal(await readP256(capsuleKey), message);
  } catch {
    return null;
  }
}
