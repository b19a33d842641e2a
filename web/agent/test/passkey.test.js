// The passkey, with an authenticator of the test's: what is asked of it, and what of its answers is believed.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { concat, hex, utf8 } from "../src/bytes.js";
import { assertPasskey, createPasskey, enrolmentChallenge, statementDigest, usePasskey, verificationChallenge } from "../src/passkey.js";
import { bytes, ceremony as vectors, refusal } from "./vectors.js";

const CHALLENGE = new Uint8Array(32).fill(7);
const ID = Uint8Array.of(1, 2, 3);
if (!globalThis.navigator) globalThis.navigator = {}; // node 20 has none
afterEach(() => delete globalThis.navigator.credentials);

/** An authenticator that records what it is asked. */
function authenticator({ flags = 0x05, prf = new Uint8Array(32).fill(9), atCreation = true, fails = null } = {}) {
  const asked = [];
  const results = (now) => ({ prf: { enabled: prf !== null, ...(now && prf && { results: { first: prf.buffer } }) } });
  const answer = (response, now) => ({ rawId: ID.buffer, response, getClientExtensionResults: () => results(now) });
  const data = new Uint8Array(37);
  data[32] = flags;
  const credentials = {
    create: async ({ publicKey }) => {
      asked.push(["create", publicKey]);
      if (fails) throw new DOMException("no", fails);
      const response = {
        getPublicKey: () => Uint8Array.of(48).buffer,
        getPublicKeyAlgorithm: () => -7,
        attestationObject: Uint8Array.of(1).buffer,
        clientDataJSON: Uint8Array.of(2).buffer,
      };
      return answer(response, atCreation);
    },
    get: async ({ publicKey }) => {
      asked.push(["get", publicKey]);
      if (fails) throw new DOMException("no", fails);
      return answer({ authenticatorData: data.buffer, clientDataJSON: Uint8Array.of(2).buffer, signature: Uint8Array.of(3).buffer }, true);
    },
  };
  Object.defineProperty(globalThis.navigator, "credentials", { value: credentials, configurable: true });
  return asked;
}

const wanted = { user: ID, name: "Jana", company: "Firma", challenge: CHALLENGE };

test("a new passkey verifies its user, carries no attestation, and knows PRF", async () => {
  const asked = authenticator();
  const made = await createPasskey(wanted);
  const [[kind, options]] = asked;
  assert.equal(kind, "create");
  assert.equal(options.authenticatorSelection.userVerification, "required");
  assert.equal(options.attestation, "none");
  assert.deepEqual(options.challenge, CHALLENGE);
  assert.deepEqual(options.pubKeyCredParams.map(({ alg }) => alg), [-7, -257]);
  assert.equal(made.passkey.prf, true);
  assert.deepEqual(made.proof, { attestation_object: "AQ", client_data: "Ag" });
});

test("where the secret comes only at an assertion, one follows", async () => {
  const asked = authenticator({ atCreation: false });
  assert.equal((await createPasskey(wanted)).passkey.prf, true);
  assert.deepEqual(asked.map(([kind]) => kind), ["create", "get"]);
});

test("without PRF the passkey is recorded as that", async () => {
  authenticator({ prf: null });
  const made = await createPasskey(wanted);
  assert.equal(made.passkey.prf, false);
  assert.equal(made.prf, null);
});

test("a known passkey is asked for by name, over this challenge, and nothing is made", async () => {
  const asked = authenticator();
  const known = { credentialId: ID, publicKey: Uint8Array.of(48), algorithm: -7, prf: false };
  const used = await usePasskey(known, CHALLENGE);
  assert.deepEqual(asked.map(([kind]) => kind), ["get"]);
  assert.deepEqual(asked[0][1].allowCredentials, [{ type: "public-key", id: ID }]);
  assert.deepEqual(asked[0][1].challenge, CHALLENGE);
  assert.equal(asked[0][1].userVerification, "required");
  assert.equal(used.passkey.prf, true); // as it is now
  assert.deepEqual(Object.keys(used.proof), ["assertion"]);
});

test("no nonce that a server chooses makes an enrolment's challenge that of a transcript", async () => {
  const tau = new Uint8Array(32).fill(7);
  const chosen = await verificationChallenge(tau);
  const value = await crypto.subtle.digest("SHA-256", concat(utf8("esign/1/enrolment"), chosen));
  assert.deepEqual(await enrolmentChallenge(chosen), new Uint8Array(value));
  assert.notDeepEqual(await enrolmentChallenge(chosen), chosen);
});

test("an answer without user verification is refused here already", async () => {
  authenticator({ flags: 0x01 });
  assert.equal(await refusal(() => assertPasskey(ID, CHALLENGE)), "agent.passkey.not_verified");
});

test("a person who says no is told apart from a device that cannot", async () => {
  authenticator({ fails: "NotAllowedError" });
  assert.equal(await refusal(() => assertPasskey(ID, CHALLENGE)), "agent.passkey.cancelled");
  authenticator({ fails: "SecurityError" });
  assert.equal(await refusal(() => createPasskey(wanted)), "agent.passkey.failed");
});

test("challenge and digest are the specification's", async () => {
  const { user_verification: expected, tau } = vectors.ceremony;
  const own = await verificationChallenge(Uint8Array.from(Buffer.from(tau, "hex")));
  assert.deepEqual(own, bytes(expected.challenge));
  const digest = await statementDigest(bytes(expected.authenticator_data), bytes(expected.client_data), bytes(expected.signature));
  assert.equal(hex(digest), expected.digest);
});
