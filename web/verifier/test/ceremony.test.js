import assert from "node:assert/strict";
import { test } from "node:test";
import { fromB64url, fromHex, hex, utf8 } from "../src/bytes.js";
import { checkDisclosure, deriveSecrets, transcriptHash } from "../src/capsule.js";
import { labelled } from "../src/digests.js";
import { readKeyBinding, writeKeyBinding } from "../src/key-binding.js";
import { readMessage } from "../src/messages.js";
import { readRequest } from "../src/request.js";
import { readTranscript } from "../src/transcript.js";
import { assertionDigest, demandUserVerified } from "../src/user-verification.js";
import { vectors } from "./vectors.js";

const { ceremony, codes, csr, keys, messages } = vectors("ceremony");
const seed = fromHex(ceremony.seed, 32);
const bytes = fromB64url(ceremony.transcript);

async function evidence(changes = {}) {
  const transcript = readTranscript(bytes);
  return {
    seed,
    tau: await transcriptHash(bytes),
    capsule: { enc: fromB64url(ceremony.enc), ct: fromB64url(ceremony.ct) },
    capsuleKey: fromB64url(keys.capsule.spki),
    proof: fromHex(ceremony.proof, 32),
    transcript,
    ...changes,
  };
}

test("seeds lead to the vectors' nonces, codes and ephemeral keys", async () => {
  for (const { seed: from, nonce, code, ephemeral_spki: spki } of codes) {
    const secrets = await deriveSecrets(fromHex(from, 32));
    assert.equal(hex(secrets.nonce), nonce);
    assert.equal(secrets.code, code);
    assert.equal(hex(secrets.ephemeral.point), hex(fromB64url(spki).subarray(26)));
  }
});

test("the transcript is read, and hashed to tau", async () => {
  assert.equal(hex(await transcriptHash(bytes)), ceremony.tau);
  const { signatory, statement, document } = readTranscript(bytes);
  assert.equal(hex(signatory.capsuleKey), keys.capsule.key_id);
  assert.equal(statement.level, JSON.parse(ceremony.transcript_text).statement.level);
  assert.deepEqual(document.byteRange, JSON.parse(ceremony.transcript_text).document.byte_range);
});

test("the disclosed seed settles the dispute; another seed, capsule, key or proof does not", async () => {
  assert.deepEqual(await checkDisclosure(await evidence()), []);
  const all = ["code_committed", "capsule_recomputed", "intent_proved"];
  assert.deepEqual(await checkDisclosure(await evidence({ seed: new Uint8Array(32) })), all);
  assert.deepEqual(await checkDisclosure(await evidence({ seed: seed.subarray(1) })), all);
  const proof = fromHex(ceremony.wrong_code.proof, 32);
  assert.deepEqual(await checkDisclosure(await evidence({ proof })), ["intent_proved"]);
  const other = fromB64url(keys.device.spki);
  assert.deepEqual(await checkDisclosure(await evidence({ capsuleKey: other })), ["capsule_key_named", "capsule_recomputed"]);
  const nothing = { capsuleKey: utf8("no key") };
  assert.deepEqual(await checkDisclosure(await evidence(nothing)), ["capsule_key_named", "capsule_recomputed"]);
  const capsule = { enc: fromB64url(ceremony.enc), ct: utf8("x") };
  assert.deepEqual(await checkDisclosure(await evidence({ capsule })), ["capsule_recomputed"]);
});

test("the passkey's statement holds for its transcript, origin and key alone", async () => {
  const { authenticator_data, client_data, signature, digest } = ceremony.user_verification;
  const assertion = {
    authenticatorData: fromB64url(authenticator_data),
    clientData: fromB64url(client_data),
    signature: fromB64url(signature),
  };
  assert.equal(hex(await assertionDigest(assertion)), digest);
  const { audience } = readTranscript(bytes);
  const expected = { tau: fromHex(ceremony.tau, 32), audience, passkey: fromB64url(keys.passkey.spki) };
  await demandUserVerified(assertion, expected);
  await assert.rejects(demandUserVerified(assertion, { ...expected, tau: new Uint8Array(32) }), /something else/);
  await assert.rejects(demandUserVerified(assertion, { ...expected, audience: "https://evil.example" }), /another origin/);
  await assert.rejects(demandUserVerified(assertion, { ...expected, passkey: fromB64url(keys.device.spki) }), /does not hold/);
});

test("the device's messages are read with the key that their greeting brought", async () => {
  const greeted = new Map();
  for (const { compact, payload } of messages) {
    const message = await readMessage(utf8(compact), "part", greeted);
    assert.equal(message.device, keys.device.key_id);
    assert.deepEqual({ ...message.payload }.type, JSON.parse(payload).type);
  }
  await assert.rejects(readMessage(utf8(messages[1].compact), "part", new Map()), /never greeted/);
  const changed = `${messages[0].compact.slice(0, -3)}AAA`;
  await assert.rejects(readMessage(utf8(changed), "part", new Map()), /does not hold|not canonical/);
});

test("the signing request shows possession and binds the keys", async () => {
  const { binding, spki } = await readRequest(fromB64url(csr.csr));
  assert.equal(hex(spki), hex(fromB64url(keys.signature.spki)));
  assert.equal(hex(writeKeyBinding(binding)), hex(fromB64url(csr.key_binding)));
  assert.equal(readKeyBinding(fromB64url(csr.key_binding_without_passkey)).passkey, null);
  assert.equal(readKeyBinding(fromB64url(csr.key_binding_without_passkey)).companyDevice, false);
  const company = fromB64url(csr.key_binding_company_device);
  assert.deepEqual([readKeyBinding(company).companyDevice, readKeyBinding(company).passkey], [true, null]);
  assert.equal(hex(writeKeyBinding(readKeyBinding(company))), hex(company));
  for (const [at, octet] of [[4, 1], [4, 3], [company.length - 1, 0], [company.length - 1, 1]]) {
    assert.throws(() => readKeyBinding(company.with(at, octet)), `${at} ${octet}`);
  }
  const changed = fromB64url(csr.csr);
  changed[changed.length - 1] ^= 1;
  await assert.rejects(readRequest(changed));
});

test("a transcript for a device of the company is read, and never with a passkey", async () => {
  const { transcript_text: text, tau } = ceremony.company_device;
  assert.equal(readTranscript(utf8(text)).statement.heldBy, "signatory-company-device");
  assert.equal(hex(await labelled("transcript", utf8(text))), tau);
  const changed = text.replace('"passkey":""', `"passkey":"${"0".repeat(64)}"`).replace('"user_verification":"none"', '"user_verification":"passkey"');
  assert.notEqual(changed, text);
  assert.throws(() => readTranscript(utf8(changed)), /holder and passkey/);
});

test("labels keep digests apart", async () => {
  assert.notEqual(hex(await labelled("transcript", bytes)), hex(await labelled("capsule", bytes)));
});
