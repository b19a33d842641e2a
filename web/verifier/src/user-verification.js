// The passkey's statement over a transcript. Source: W3C WebAuthn Level 3 section 7.2; docs/ceremony-spec.md section 6.
import { b64url, concat, equal, fromUtf8, utf8 } from "./bytes.js";
import { labelled, lengthPrefixed, sha256 } from "./digests.js";
import { parseJson } from "./json.js";
import { readKey, verifies } from "./keys.js";
import { demand } from "./refusal.js";

/** @typedef {{ authenticatorData: Uint8Array, clientData: Uint8Array, signature: Uint8Array }} Assertion */

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

/** The digest that stands inside the signature. @param {Assertion} assertion */
export const assertionDigest = ({ authenticatorData, clientData, signature }) =>
  sha256(lengthPrefixed(authenticatorData, clientData, signature));

/**
 * Require that the passkey verified its user for exactly this transcript, at this origin.
 * @param {Assertion} assertion @param {{ tau: Uint8Array, audience: string, passkey: Uint8Array }} expected
 */
export async function demandUserVerified({ authenticatorData, clientData, signature }, { tau, audience, passkey }) {
  const client = parseJson(fromUtf8(clientData));
  const challenge = b64url(await labelled("user-verification", tau));
  demand(client.type === "webauthn.get" && client.challenge === challenge, "the passkey's statement is about something else");
  demand(client.origin === audience, "the passkey's statement was made at another origin");
  const framed = ("crossOrigin" in client && client.crossOrigin !== false) || "topOrigin" in client;
  demand(!framed, "the passkey's statement was made inside another page");
  demand(authenticatorData.length >= 37, "the authenticator's data is too short");
  const host = audience.replace(/^https?:\/\//, "").replace(/:[0-9]+$/, "");
  demand(equal(authenticatorData.subarray(0, 32), await sha256(utf8(host))), "the passkey's statement is for another relying party");
  const flags = authenticatorData[32];
  demand(flags & USER_PRESENT && flags & USER_VERIFIED, "the passkey did not verify its user");
  const key = readKey(passkey);
  demand(key.kind === "rsa" || key.curve === "P-256", "the passkey's key is of another kind");
  const algorithm = key.kind === "rsa" ? /** @type {const} */ ("pkcs1") : /** @type {const} */ ("ecdsa");
  const signed = concat(authenticatorData, await sha256(clientData));
  demand(await verifies(key, { scheme: algorithm, hash: "SHA-256" }, signature, signed), "the passkey's signature does not hold");
}
