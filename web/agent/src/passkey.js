// The passkey (WebAuthn): verifies the person, signs the transcript's digest and yields the secret that unwraps the
// keys, all in one prompt. An authenticator without PRF still verifies the person; then the keys are kept plain.
import { b64url, bytesOf, concat, lengthPrefixed, random } from "./bytes.js";
import { labelled, sha256 } from "./digests.js";
import { prfInput } from "./keys.js";
import { Problem } from "./problems.js";

const ES256 = -7;
const RS256 = -257;
const PATIENCE = 180_000; // milliseconds

/**
 * @typedef {object} Passkey
 * @property {Uint8Array<ArrayBuffer>} credentialId
 * @property {Uint8Array<ArrayBuffer>} publicKey SPKI
 * @property {number} algorithm COSE
 * @property {boolean} prf
 */
/** @typedef {{authenticator_data: string, client_data: string, signature: string}} Assertion */
/** @typedef {{attestation_object: string, client_data: string} | {assertion: Assertion}} PasskeyProof */
/**
 * @typedef {object} Enrolled
 * @property {Passkey} passkey
 * @property {Uint8Array<ArrayBuffer> | null} prf output
 * @property {PasskeyProof} proof for the server: made now, or used again
 */
/**
 * @typedef {object} Verified
 * @property {Uint8Array<ArrayBuffer> | null} prf output
 * @property {Assertion} statement for the server
 * @property {Uint8Array<ArrayBuffer>} digest of the statement, as it stands in the signature
 */

/** Whether this browser knows passkeys at all. */
export const passkeysKnown = () => typeof PublicKeyCredential === "function" && Boolean(navigator.credentials?.create);

/** @param {unknown} cause @returns {never} */
function refused(cause) {
  const name = cause instanceof DOMException ? cause.name : "";
  if (name === "NotAllowedError" || name === "AbortError") throw new Problem("agent.passkey.cancelled", { cause });
  throw new Problem("agent.passkey.failed", { cause });
}

/** @param {PublicKeyCredential} credential */
function prfOutput(credential) {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  return first ? bytesOf(/** @type {ArrayBuffer} */ (first)) : null;
}

/**
 * Make the device's passkey; one that was lost is replaced (same user handle).
 * @param {{user: Uint8Array<ArrayBuffer>, name: string, company: string, challenge: Uint8Array<ArrayBuffer>}} wanted
 * @returns {Promise<Enrolled>}
 */
export async function createPasskey({ user, name, company, challenge }) {
  const created = await navigator.credentials
    .create({
      publicKey: {
        rp: { name: company },
        user: { id: user, name, displayName: name },
        challenge,
        pubKeyCredParams: [ES256, RS256].map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
        attestation: "none",
        timeout: PATIENCE,
        extensions: { prf: { eval: { first: await prfInput() } } },
      },
    })
    .catch(refused);
  const credential = /** @type {PublicKeyCredential} */ (created);
  const response = /** @type {AuthenticatorAttestationResponse} */ (credential.response);
  const publicKey = response.getPublicKey();
  if (!publicKey) throw new Problem("agent.passkey.failed");
  const enabled = credential.getClientExtensionResults().prf?.enabled === true;
  const credentialId = bytesOf(credential.rawId);
  let prf = prfOutput(credential);
  // Many authenticators give the PRF's output only at a later assertion.
  if (enabled && !prf) prf = (await assertPasskey(credentialId, random(32))).prf;
  return {
    passkey: { credentialId, publicKey: bytesOf(publicKey), algorithm: response.getPublicKeyAlgorithm(), prf: prf !== null },
    prf,
    proof: {
      attestation_object: b64url(bytesOf(response.attestationObject)),
      client_data: b64url(bytesOf(response.clientDataJSON)),
    },
  };
}

/**
 * Use the device's passkey for another contract.
 * @param {Passkey} known
 * @param {Uint8Array<ArrayBuffer>} challenge
 * @returns {Promise<Enrolled>}
 */
export async function usePasskey(known, challenge) {
  const { prf, statement } = await assertPasskey(known.credentialId, challenge);
  return { passkey: { ...known, prf: prf !== null }, prf, proof: { assertion: statement } };
}

/**
 * Let the person be verified, for this challenge only.
 * @param {Uint8Array<ArrayBuffer>} credentialId
 * @param {Uint8Array<ArrayBuffer>} challenge
 * @returns {Promise<Verified>}
 */
export async function assertPasskey(credentialId, challenge) {
  const asserted = await navigator.credentials
    .get({
      publicKey: {
        challenge,
        allowCredentials: [{ type: "public-key", id: credentialId }],
        userVerification: "required",
        timeout: PATIENCE,
        extensions: { prf: { eval: { first: await prfInput() } } },
      },
    })
    .catch(refused);
  const credential = /** @type {PublicKeyCredential} */ (asserted);
  const response = /** @type {AuthenticatorAssertionResponse} */ (credential.response);
  const [data, client, signature] = [response.authenticatorData, response.clientDataJSON, response.signature].map(bytesOf);
  if (!((data[32] ?? 0) & 0x04)) throw new Problem("agent.passkey.not_verified"); // flag UV (WebAuthn section 6.1)
  return {
    prf: prfOutput(credential),
    statement: { authenticator_data: b64url(data), client_data: b64url(client), signature: b64url(signature) },
    digest: await statementDigest(data, client, signature),
  };
}

/** H(lp(authenticatorData) || lp(clientDataJSON) || lp(signature)). @param {...Uint8Array} parts */
export const statementDigest = (...parts) => sha256(concat(lengthPrefixed(...parts)));

/** What the passkey signs at an enrolment. The server chooses the nonce; labelled, it is no transcript's challenge.
 * @param {Uint8Array} nonce */
export const enrolmentChallenge = (nonce) => labelled("enrolment", nonce);

/** What the passkey signs: user verified, for exactly this transcript. @param {Uint8Array} tau */
export const verificationChallenge = (tau) => labelled("user-verification", tau);
