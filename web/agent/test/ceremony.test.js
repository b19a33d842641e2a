// Everything that the engine's vectors of docs/ceremony-spec.md fix.
import assert from "node:assert/strict";
import { test } from "node:test";
import { b64url, equal, fromHex, hex, utf8 } from "../src/bytes.js";
import { openCapsule, proveIntent, proveOpened } from "../src/capsule.js";
import { certificateRequest, keyBinding } from "../src/csr.js";
import { children, parse } from "../src/der.js";
import { sha256 } from "../src/digests.js";
import { keyEncryptionKey, keyId, prfInput } from "../src/keys.js";
import { invitationName, writeMessage } from "../src/messages.js";
import { statementDigest, verificationChallenge } from "../src/passkey.js";
import { readTranscript, transcriptDigest } from "../src/transcript.js";
import { bytes, ceremony as vectors, keyPair, refusal } from "./vectors.js";

const { keys, ceremony } = vectors;
const tau = fromHex(ceremony.tau, 32);
const promised = { length: 6, commitment: fromHex(ceremony.commitment, 32) };
const capsule = () => ({ enc: bytes(ceremony.enc), ct: bytes(ceremony.ct) });

test("keys are named by the digest of their SubjectPublicKeyInfo", async () => {
  for (const key of Object.values(keys)) assert.equal(await keyId(bytes(key.spki)), key.key_id);
});

test("the transcript's digest is tau", async () => {
  const transcript = await readTranscript(bytes(ceremony.transcript));
  assert.equal(transcript.v, "esign/1");
  assert.equal(hex(await transcriptDigest(bytes(ceremony.transcript))), ceremony.tau);
});

test("the capsule opens with the capsule key, for this transcript, and holds the promised code", async () => {
  const opened = await openCapsule(capsule(), await keyPair(keys.capsule, "ECDH", ["deriveBits"]), tau, promised);
  assert.equal(opened.code, ceremony.code);
  assert.equal(hex(opened.nonce), ceremony.nonce);
  assert.equal(hex(await sha256(bytes(ceremony.enc), bytes(ceremony.ct))), ceremony.capsule_digest);
});

test("for another transcript or with another key the capsule stays shut", async () => {
  const own = await keyPair(keys.capsule, "ECDH", ["deriveBits"]);
  const other = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const elsewhere = fromHex("00".repeat(32));
  assert.equal(await refusal(() => openCapsule(capsule(), own, elsewhere, promised)), "agent.capsule.not_for_us");
  assert.equal(await refusal(() => openCapsule(capsule(), other, tau, promised)), "agent.capsule.not_for_us");
  const bent = capsule();
  bent.ct[3] ^= 1;
  assert.equal(await refusal(() => openCapsule(bent, own, tau, promised)), "agent.capsule.not_for_us");
  const short = { ...capsule(), enc: capsule().enc.slice(1) };
  assert.equal(await refusal(() => openCapsule(short, own, tau, promised)), "agent.capsule.not_for_us");
});

test("a code that is not the committed one is refused", async () => {
  const own = await keyPair(keys.capsule, "ECDH", ["deriveBits"]);
  const other = { ...promised, commitment: fromHex("11".repeat(32)) };
  assert.equal(await refusal(() => openCapsule(capsule(), own, tau, other)), "agent.capsule.commitment");
  assert.equal(await refusal(() => openCapsule(capsule(), own, tau, { ...promised, length: 5 })), "agent.capsule.content");
});

test("the proofs are the engine's", async () => {
  const nonce = fromHex(ceremony.nonce, 32);
  assert.equal(hex(await proveOpened(nonce, tau)), ceremony.have);
  assert.equal(hex(await proveIntent(nonce, tau, ceremony.code)), ceremony.proof);
  assert.equal(hex(await proveIntent(nonce, tau, ceremony.wrong_code.typed)), ceremony.wrong_code.proof);
});

test("user verification: challenge and digest", async () => {
  const { challenge, authenticator_data: data, client_data: client, signature, digest } = ceremony.user_verification;
  assert.equal(b64url(await verificationChallenge(tau)), challenge);
  assert.equal(hex(await statementDigest(bytes(data), bytes(client), bytes(signature))), digest);
});

test("the invitation's name comes from the token", async () => {
  assert.equal(await invitationName(vectors.invitation.token), vectors.invitation.invitation);
});

test("the passkey's PRF: input and key-encryption key", async () => {
  assert.equal(b64url(await prfInput()), vectors.prf.salt);
  const ours = await keyEncryptionKey(bytes(vectors.prf.output));
  const theirs = await crypto.subtle.importKey("raw", bytes(vectors.prf.kek), "AES-GCM", false, ["encrypt"]);
  const lock = { name: "AES-GCM", iv: new Uint8Array(12) };
  const wrapped = await crypto.subtle.encrypt(lock, theirs, bytes(keys.signature.pkcs8));
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.unwrapKey("pkcs8", wrapped, ours, lock, curve, false, ["sign"]);
  assert.equal(key.extractable, false);
});

test("a message has the engine's header, members and signature base", async () => {
  const device = { signing: await keyPair(keys.device, "ECDSA", ["sign"]), id: keys.device.key_id };
  const [{ header, payload, signing_input: base }] = vectors.messages;
  const { device_key: key, lang, aud, invitation, iat } = JSON.parse(payload);
  const jws = await writeMessage("hello", { device_key: key, lang }, { device, invitation, origin: aud, now: iat * 1000 });
  const [head, body, signature] = jws.split(".");
  assert.equal(new TextDecoder().decode(bytes(head)), header);
  assert.equal(head, base.split(".")[0]);
  const members = JSON.parse(new TextDecoder().decode(bytes(body)));
  assert.match(members.jti, /^[0-9a-f]{32}$/);
  assert.deepEqual({ ...members, jti: "" }, { ...JSON.parse(payload), jti: "" });
  const scheme = { name: "ECDSA", hash: "SHA-256" };
  assert.ok(await crypto.subtle.verify(scheme, device.signing.publicKey, bytes(signature), utf8(`${head}.${body}`)));
});

test("a fresh number stands in every message", async () => {
  const device = { signing: await keyPair(keys.device, "ECDSA", ["sign"]), id: keys.device.key_id };
  const write = () => writeMessage("result", {}, { device, invitation: "0".repeat(64), origin: "https://sign.example" });
  const numbers = await Promise.all(Array.from({ length: 50 }, async () => JSON.parse(new TextDecoder().decode(bytes((await write()).split(".")[1]))).jti));
  assert.equal(new Set(numbers).size, 50);
});

test("the certificate request is the engine's, byte for byte up to the signature", async () => {
  const { csr } = vectors;
  const digest = (key) => fromHex(key.key_id, 32);
  const named = { capsuleKey: digest(keys.capsule), deviceKey: digest(keys.device), passkey: digest(keys.passkey) };
  assert.equal(b64url(keyBinding(named)), csr.key_binding);
  assert.equal(b64url(keyBinding({ ...named, passkey: null })), csr.key_binding_without_passkey);
  assert.equal(b64url(keyBinding({ ...named, passkey: null, companyDevice: true })), csr.key_binding_company_device);
  const pair = await keyPair(keys.signature, "ECDSA", ["sign"]);
  const request = await certificateRequest({
    signatureKey: pair.privateKey,
    signatureSpki: bytes(keys.signature.spki),
    binding: keyBinding(named),
    nonce: bytes(csr.enrolment_nonce),
  });
  const [info, algorithm] = children(parse(request));
  const [, theirAlgorithm] = children(parse(bytes(csr.csr)));
  assert.equal(b64url(info.raw), csr.request_info);
  assert.ok(equal(algorithm.raw, theirAlgorithm.raw));
});
