// Verifying a dossier: one file in, a report out. Without network, without database, without the company that made it.
// Source: docs/dossier-spec.md section 4.
import { Findings } from "./findings.js";
import { SEAL, TIMESTAMP } from "./manifest.js";
import { seenBy } from "./parts.js";
import { Steps, instantText, stepName } from "./report.js";
import { FORMATION, formation, isRecorded } from "./steps-formation.js";
import * as frame from "./steps-frame.js";
import * as identity from "./steps-identity.js";
import * as record from "./steps-record.js";
import * as signature from "./steps-signature.js";
import { signatories } from "./steps-together.js";
import { verdict } from "./verdict.js";

/**
 * What a dossier proves. Never rejects, whatever the bytes are.
 * @param {Uint8Array} data the file
 * @param {{ anchors: readonly Uint8Array[] }} trust certificates (DER) that are trusted, and nothing else
 * @returns {Promise<import("./report.js").Report>}
 */
export async function verifyDossier(data, { anchors }) {
  const found = new Findings();
  const steps = new Steps();
  const dossiers = await frameSteps(steps, found, data, anchors);
  const everybody = findingsOf(found, dossiers);
  const numbered = everybody.map((each, i) => ({ view: steps.of(i + 1), each }));
  for (const { view, each } of numbered) {
    await signatureSteps(view, each);
    await identitySteps(view, each);
  }
  const several = everybody.length > 1;
  if (several) {
    const after = everybody.map((_, i) => stepName("transcript", i + 1));
    await steps.run("signatories", () => signatories(everybody), { after });
  }
  for (const { view, each } of numbered) await recordSteps(view, each, several ? ["signatories"] : []);
  await formationStep(steps, everybody);
  const after = everybody.flatMap((_, i) => [stepName("signing_time", i + 1), stepName("document", i + 1)]);
  await steps.run("verdict", () => verdict(everybody), { part: signature.DOCUMENT, after });
  for (const { view, each } of numbered) await disclosureStep(view, each);
  const times = everybody.flatMap(({ provenAt }) => (provenAt === null ? [] : [provenAt]));
  return {
    valid: steps.hold,
    sandbox: everybody.some(({ sandbox }) => sandbox),
    level: found.level,
    signatory: found.signatory,
    signatories: everybody.flatMap(({ signatory }) => (signatory === null ? [] : [signatory])),
    provenAt: instantText(times.length === everybody.length ? Math.max(...times) : null),
    dossierAt: instantText(found.dossierAt),
    steps: steps.done,
  };
}

/** Findings for each signatory, who sees the own parts and the shared ones. @param {Findings} found
 * @param {import("./parts.js").Dossier[]} dossiers */
function findingsOf(found, dossiers) {
  if (!dossiers.length) return [found];
  const { anchors, dossierAt, parts } = found;
  return dossiers.map((dossier, i) => {
    const each = i === 0 ? found : Object.assign(new Findings(), { anchors, dossierAt });
    each.dossierOrNone = dossier;
    each.parts = seenBy(parts, dossier.number);
    return each;
  });
}

/** @param {Steps} steps @param {Findings} found @param {Uint8Array} data @param {readonly Uint8Array[]} anchors */
async function frameSteps(steps, found, data, anchors) {
  /** @type {import("./parts.js").Dossier[]} */
  const dossiers = [];
  const after = ["container"];
  await steps.run("container", () => frame.container(found, data));
  await steps.run("manifest", () => frame.manifest(found), { after });
  await steps.run("timestamp", () => frame.timestamp(found, anchors), { part: TIMESTAMP, after });
  await steps.run("seal", () => frame.seal(found), { part: SEAL, after: ["manifest", "timestamp"] });
  await steps.run("parts", () => frame.parts(found, dossiers), { after });
  return dossiers;
}

/** @param {ReturnType<Steps["of"]>} steps @param {Findings} found */
async function signatureSteps(steps, found) {
  const { DOCUMENT, TRANSCRIPT } = signature;
  await steps.run("transcript", () => signature.transcript(found), { part: TRANSCRIPT, after: ["parts"] });
  await steps.run("signature", () => signature.signature(found), { part: DOCUMENT, after: ["transcript"] });
  await steps.run("document", () => signature.document(found), { part: DOCUMENT, after: ["signature"] });
  await steps.run("signing_time", () => signature.signingTime(found), { part: DOCUMENT, after: ["signature"] });
  await steps.run("evidence", () => signature.evidence(found), { part: TRANSCRIPT, after: ["document"] });
  await steps.run("texts", () => signature.texts(found), { part: TRANSCRIPT, after: ["evidence"] });
}

/** @param {ReturnType<Steps["of"]>} steps @param {Findings} found */
async function identitySteps(steps, found) {
  const part = identity.ENROLMENT;
  if (found.level === "simple") {
    const why = "at the simple level nobody but the mail's recipient is identified";
    for (const name of ["request", "identity", "provider"]) steps.skip(name, why);
  } else {
    await steps.run("request", () => identity.request(found), { part, after: ["evidence"] });
    await steps.run("identity", () => identity.identity(found), { part, after: ["request", "signing_time"] });
    await steps.run("provider", () => identity.provider(found), { part, after: ["identity"] });
  }
  const after = ["evidence", "identity", "signing_time"];
  await steps.run("certificate", () => identity.certificate(found), { part: signature.SIGNER, after });
}

/** @param {ReturnType<Steps["of"]>} steps @param {Findings} found @param {string[]} before steps that the ledger needs too */
async function recordSteps(steps, found, before) {
  const { MESSAGES, LEDGER, COMMITMENTS } = record;
  await steps.run("messages", () => record.messages(found), { part: MESSAGES, after: ["evidence"] });
  await steps.run("intent", () => record.intent(found), { part: MESSAGES, after: ["messages"] });
  const claimed = found.level === null || found.transcript.userVerification !== "none" || found.dossier.userVerification !== null;
  if (claimed) {
    const options = { part: identity.USER_VERIFICATION, after: ["evidence", "request"] };
    await steps.run("user_verification", () => identity.userVerification(found), options);
  } else {
    steps.skip("user_verification", "the device had no passkey, and the signature does not claim one");
  }
  await steps.run("ledger", () => record.ledger(found), { part: LEDGER, after: ["evidence", ...before] });
  await steps.run("commitments", () => record.commitments(found), { part: COMMITMENTS, after: ["ledger"] });
}

/** @param {Steps} steps @param {Findings[]} everybody */
async function formationStep(steps, everybody) {
  const after = everybody.map((_, i) => stepName("commitments", i + 1));
  const done = ["parts", ...after].every((name) => steps.passed.has(name));
  if (done && !isRecorded(everybody[0])) {
    steps.skip("formation", "the contract is from before it was recorded how contracts come about");
    return;
  }
  await steps.run("formation", () => formation(everybody), { part: FORMATION, after });
}

/** @param {ReturnType<Steps["of"]>} steps @param {Findings} found */
async function disclosureStep(steps, found) {
  if (found.parts.has(record.DISCLOSURE)) {
    const options = { part: record.DISCLOSURE, after: ["messages", "evidence"] };
    await steps.run("disclosure", () => record.disclosure(found), options);
  } else {
    steps.skip("disclosure", "the seed is not disclosed: there is no dispute");
  }
}
