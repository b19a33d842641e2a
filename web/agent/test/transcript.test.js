import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, fromUtf8, hex, utf8 } from "../src/bytes.js";
import { canonical } from "../src/canonical.js";
import { checkTranscript, fingerprint, readSummary, readTranscript } from "../src/transcript.js";
import { bytes, ceremony as vectors, refusal } from "./vectors.js";

const { ceremony, keys } = vectors;
const members = () => JSON.parse(fromUtf8(bytes(ceremony.transcript)));
const enclosed = () => ({ declaration: ceremony.declaration, summary: bytes(ceremony.summary), policy: bytes(ceremony.policy) });

function own() {
  const t = members();
  const [givenName, familyName] = [t.signatory.name.slice(0, t.signatory.name.indexOf(" ")), t.signatory.name.slice(t.signatory.name.indexOf(" ") + 1)];
  return {
    origin: "https://sign.example",
    manifest: t.agent,
    contract: t.contract,
    ceremony: null,
    givenName,
    familyName,
    role: t.signatory.role,
    represents: t.signatory.represents,
    level: "advanced",
    sandbox: t.statement.trust === "sandbox",
    issuer: t.statement.identified_by,
    certificate: t.signatory.certificate,
    capsuleKey: keys.capsule.key_id,
    deviceKey: keys.device.key_id,
    passkey: keys.passkey.key_id,
    heldBy: "signatory-passkey",
    clientNonce: t.client_nonce,
  };
}

/** The code that a changed transcript ends with. */
const outcome = (change, mine = own(), along = enclosed()) =>
  refusal(async () => {
    const t = members();
    change(t);
    await checkTranscript(await readTranscript(canonical(t)), mine, along);
  });

test("the engine's transcript is accepted by the device that it is for", async () => {
  assert.equal(await outcome(() => {}), "accepted");
});

test("a transcript in another spelling or with another shape is malformed", async () => {
  const changes = [
    (t) => (t.extra = 1),
    (t) => (t.document.extra = "x"),
    (t) => (t.signatory.email = "x"),
    (t) => delete t.server_nonce,
    (t) => delete t.statement.trust,
    (t) => (t.v = "esign/2"),
    (t) => (t.attempt = 21),
    (t) => (t.attempt = "1"),
    (t) => (t.document.byte_range = [0, 1, 2]),
    (t) => (t.document.revisions = []),
    (t) => (t.document.revisions[0].kind = "signature"),
    (t) => t.document.revisions.push({ ...t.document.revisions[0] }),
    (t) => t.document.revisions.push({ ...t.document.revisions[0], kind: "security_store" }),
    (t) => (t.document.name = "../x.pdf"),
    (t) => (t.signatory.passkey = null),
    (t) => (t.user_verification = "pin"),
    (t) => (t.client_nonce = t.client_nonce.toUpperCase()),
    (t) => (t.declaration.lang = "fr"),
    (t) => (t.constructor = "x"),
  ];
  for (const change of changes) assert.equal(await outcome(change), "agent.transcript.malformed", String(change));
  const loose = utf8(JSON.stringify(members(), null, 1));
  assert.equal(await refusal(() => readTranscript(loose)), "agent.transcript.malformed");
});

const FOREIGN = "f".repeat(64);
const MANIPULATIONS = [
  ["other_contract", (t) => (t.contract = "another")],
  ["other_site", (t) => (t.aud = "https://evil.example")],
  ["other_agent", (t) => (t.agent = FOREIGN)],
  ["stale", (t) => (t.client_nonce = FOREIGN)],
  ["lifetime", (t) => (t.expires_at = t.issued_at + 3601)],
  ["lifetime", (t) => (t.expires_at = t.issued_at)],
  ["other_person", (t) => (t.signatory.name += "a")],
  ["other_role", (t) => (t.signatory.role += "a")],
  ["other_role", (t) => (t.signatory.represents = "Somebody")],
  ["other_keys", (t) => (t.signatory.certificate = FOREIGN)],
  ["other_keys", (t) => (t.signatory.certificate = "")],
  ["other_keys", (t) => (t.signatory.capsule_key = FOREIGN)],
  ["other_keys", (t) => (t.signatory.device_key = FOREIGN)],
  ["other_keys", (t) => (t.signatory.passkey = "")],
  ["user_verification", (t) => (t.user_verification = "none")],
  ["other_level", (t) => (t.statement.level = "simple")],
  ["other_level", (t) => (t.statement.level = "qualified")],
  ["other_holder", (t) => (t.statement.held_by = "signatory")],
  ["other_identification", (t) => (t.statement.identified_by = "https://other.example")],
  ["other_trust", (t) => (t.statement.trust = t.statement.trust === "sandbox" ? "configured" : "sandbox")],
  ["suite", (t) => (t.suite = "DHKEM(X25519)/HKDF-SHA256/AES-256-GCM")],
  ["commitment", (t) => (t.commitment = "1.2.840.113549.1.9.16.6.1")],
  ["code", (t) => (t.code.length = 5)],
  ["code", (t) => (t.code.tries = 6)],
  ["policy", (t) => (t.policy.oid = "2.25.1.3.1")],
  ["policy", (t) => (t.policy.oid += ".1")],
  ["policy", (t) => (t.policy.sha256 = FOREIGN)],
  ["declaration", (t) => (t.declaration.sha256 = FOREIGN)],
  ["summary", (t) => (t.order.summary = FOREIGN)],
];
for (const [code, change] of MANIPULATIONS) {
  test(`refused as ${code}: ${change}`, async () => assert.equal(await outcome(change), `agent.transcript.${code}`));
}

test("other words, rules or summary than the transcript's are refused", async () => {
  const nothing = () => {};
  assert.equal(await outcome(nothing, own(), { ...enclosed(), declaration: `${ceremony.declaration} ` }), "agent.transcript.declaration");
  assert.equal(await outcome(nothing, own(), { ...enclosed(), summary: utf8("{}") }), "agent.transcript.summary");
  assert.equal(await outcome(nothing, own(), { ...enclosed(), policy: utf8("") }), "agent.transcript.policy");
});

test("a second attempt belongs to the same ceremony", async () => {
  assert.equal(await outcome(() => {}, { ...own(), ceremony: members().ceremony }), "accepted");
  assert.equal(await outcome(() => {}, { ...own(), ceremony: "another" }), "agent.transcript.other_ceremony");
});

test("the fingerprint is the first half of tau in groups of four", () => {
  assert.equal(fingerprint(fromHex("00112233445566778899aabbccddeeff".repeat(2))), "0011 2233 4455 6677 8899 aabb ccdd eeff");
});

test("a summary is exactly language, title and lines", async () => {
  const summary = await readSummary(bytes(ceremony.summary));
  assert.deepEqual(Object.keys(summary).sort(), ["lang", "lines", "title"]);
  for (const bad of [{ lang: "de", title: "x", lines: [], more: 1 }, { lang: "de", title: "x", lines: [{ label: "a" }] }, { lang: "xx", title: "x", lines: [] }]) {
    assert.equal(await refusal(() => readSummary(canonical(bad))), "agent.transcript.summary");
  }
  assert.equal(hex(canonical(summary)), hex(bytes(ceremony.summary)));
});
