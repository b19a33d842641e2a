import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ceremonyEvidence, explainDifference, requireSameAttributes, signedAttributes } from "../src/attributes.js";
import { concat, fromHex, hex } from "../src/bytes.js";
import { sha256 } from "../src/digests.js";
import { refusal } from "./vectors.js";

const vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/signed-attributes.json", import.meta.url), "utf8"));
const LEVELS = ["simple", "advanced", "qualified"];

async function values({ document_digest: document, certificate, policy_oid: policyOid, policy_digest: policy, evidence }) {
  return {
    documentDigest: fromHex(document),
    certificateDigest: await sha256(fromHex(certificate)),
    policyOid,
    policyDigest: fromHex(policy),
    transcript: fromHex(evidence.transcript),
    capsule: fromHex(evidence.capsule),
    proof: fromHex(evidence.proof),
    statement: {
      level: LEVELS[evidence.level],
      held_by: evidence.held_by,
      identified_by: evidence.identified_by,
      trust: evidence.trust,
    },
    userVerification: evidence.user_verification === null ? null : fromHex(evidence.user_verification),
  };
}

for (const { name, input, evidence_der: evidence, attributes_der: attributes } of vectors.cases) {
  test(`the agent builds the engine's attributes: ${name}`, async () => {
    const own = await values(input);
    assert.equal(hex(ceremonyEvidence(own)), evidence);
    assert.equal(hex(signedAttributes(own)), attributes);
    assert.equal(hex(requireSameAttributes(fromHex(attributes), own)), attributes);
  });
}

test("no single changed byte is accepted", async () => {
  const [{ input, attributes_der: attributes }] = vectors.cases;
  const own = await values(input);
  for (let at = 0; at < attributes.length / 2; at++) {
    const bent = fromHex(attributes);
    bent[at] ^= 0x01;
    assert.equal(await refusal(() => requireSameAttributes(bent, own)), "agent.attributes.differ", `byte ${at}`);
  }
});

test("every encoding that the engine's tests refuse is refused", async () => {
  const own = await values(vectors.cases[0].input);
  assert.ok(vectors.refused.length > 3);
  for (const { name, der } of vectors.refused) {
    assert.equal(await refusal(() => requireSameAttributes(fromHex(der), own)), "agent.attributes.differ", name);
  }
});

test("the reason of a difference has a name", async () => {
  const own = await values(vectors.cases[0].input);
  const ours = signedAttributes(own);
  const other = signedAttributes({ ...own, documentDigest: fromHex("00".repeat(32)) });
  assert.equal(explainDifference(other, ours), "messageDigest differs");
  assert.equal(explainDifference(signedAttributes({ ...own, proof: own.capsule }), ours), "ceremonyEvidence differs");
  assert.equal(explainDifference(concat(ours, Uint8Array.of(0)), ours), "encoding");
});
