import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, random, utf8 } from "../src/bytes.js";
import { checkOwnCertificate, readCertificate } from "../src/certificate.js";
import { keyBinding } from "../src/csr.js";
import { encode, octetString, oid, sequence, setOf, smallInteger, utf8String } from "../src/der.js";
import { OID } from "../src/oids.js";
import { bytes, ceremony, refusal } from "./vectors.js";

const NOW = Date.UTC(2026, 10, 22, 12);
const digest = (key) => fromHex(ceremony.keys[key].key_id);
const binding = keyBinding({ capsuleKey: digest("capsule"), deviceKey: digest("device"), passkey: digest("passkey") });
const spki = bytes(ceremony.keys.signature.spki);
const own = { signatureSpki: spki, binding, givenName: "Zoë Thảo", familyName: "D'Árvai-Nguyễn" };
const algorithm = sequence(oid(OID.ecdsaWithSha256));
const name = (type, value) => setOf(sequence(oid(type), utf8String(value)));

/** A certificate as far as its holder reads it; the signature is nobody's. */
function certificate({
  key = spki,
  given = [own.givenName],
  family = own.familyName,
  extensions = [[OID.keyBinding, binding]],
  validity = [encode(0x17, utf8("261122115000Z")), encode(0x18, utf8("20261122125000Z"))],
} = {}) {
  const subject = sequence(...given.map((each) => name(OID.givenName, each)), name(OID.surname, family));
  const list = extensions.map(([id, value]) => sequence(oid(id), octetString(value)));
  const body = sequence(
    encode(0xa0, smallInteger(2)), smallInteger(1), algorithm, sequence(), sequence(...validity), subject, key,
    encode(0xa3, sequence(...list)),
  );
  return sequence(body, algorithm, encode(0x03, Uint8Array.of(0), random(70)));
}

const outcome = (changes, mine = own, now = NOW) => refusal(() => checkOwnCertificate(certificate(changes), mine, now));

test("a certificate for my keys, my name and this hour is mine", async () => {
  assert.equal(await outcome({}), "accepted");
  const { notBefore, notAfter } = readCertificate(certificate());
  assert.deepEqual([notBefore, notAfter], [Date.UTC(2026, 10, 22, 11, 50), Date.UTC(2026, 10, 22, 12, 50)]);
});

test("names are compared after Unicode normalisation", async () => {
  assert.equal(await outcome({ given: [own.givenName.normalize("NFD")] }), "accepted");
});

test("another key, binding or name is refused", async () => {
  assert.equal(await outcome({ key: bytes(ceremony.keys.device.spki) }), "agent.certificate.other_key");
  assert.equal(await outcome({ extensions: [] }), "agent.certificate.other_binding");
  const less = keyBinding({ capsuleKey: digest("capsule"), deviceKey: digest("device"), passkey: null });
  assert.equal(await outcome({ extensions: [[OID.keyBinding, less]] }), "agent.certificate.other_binding");
  assert.equal(await outcome({ given: ["Eve"] }), "agent.certificate.other_name");
  assert.equal(await outcome({ given: [own.givenName, "Eve"] }), "agent.certificate.other_name");
  assert.equal(await outcome({ family: "Nguyễn" }), "agent.certificate.other_name");
});

test("outside its hour it is not used; a minute of clock difference is allowed at its beginning", async () => {
  assert.equal(await outcome({}, own, NOW + 50 * 60_000), "agent.certificate.not_valid_now");
  assert.equal(await outcome({}, own, NOW - 10 * 60_000 - 59_000), "accepted");
  assert.equal(await outcome({}, own, NOW - 12 * 60_000), "agent.certificate.not_valid_now");
});

test("what cannot be read is no certificate", async () => {
  const twice = [[OID.keyBinding, binding], [OID.keyBinding, binding]];
  assert.equal(await outcome({ extensions: twice }), "agent.certificate.unreadable");
  assert.equal(await outcome({ validity: [encode(0x17, utf8("26112211Z")), encode(0x17, utf8("x"))] }), "agent.certificate.unreadable");
  for (const der of [new Uint8Array(0), random(40), certificate().slice(0, -1), sequence()]) {
    assert.equal(await refusal(() => checkOwnCertificate(der, own, NOW)), "agent.certificate.unreadable");
  }
});
