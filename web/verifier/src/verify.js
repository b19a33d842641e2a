// Verifying a dossier: one file in, a report out. Without network, without database, without the company that made it.
// Source: docs/dossier-spec.md section 4.
import { Findings } from "./findings.js";
import { SEAL, TIMESTAMP } from "./manifest.js";
import { Steps, instantText } from "./report.js";
import * as frame from "./steps-frame.js";
import * as identity from "./steps-identity.js";
import * as record from "./steps-record.js";
import * as signature from "./steps-signature.js";
import { verdict } from "./verdict.js";

/**
 * What a dossier proves. Never rejects, whatever the bytes are.
 * @param {Uint8Array} data the file
 * @param {{ anchors: readonly Uint8Array[] }} trust certificates (DER) that are trusted, and nothing else
 * @returns {Promise<import("./report.js").Report>}
 */
export async function verifyDossier(data, { anchors }) {
  const found = new Findings(anchors);
  const steps = new Steps();
  await frameSteps(steps, found, data);
  await signatureSteps(steps, found);
  await identitySteps(steps, found);
  await recordSteps(steps, found);
  return {
    valid: steps.hold,
    sandbox: found.sandbox,
    level: found.level,
    signatory: found.signatory,
    provenAt: instantText(found.provenAt),
    dossierAt: instantText(found.dossierAt),
    steps: steps.done,
  };
}

/** @param {Steps} steps @param {Findings} found @param {Uint8Array} data */
async function frameSteps(steps, found, data) {
  const after = ["container"];
  await steps.run("container", () => frame.container(found, data));
  await steps.run("manifest", () => frame.manifest(found), { after });
  await steps.run("timestamp", () => frame.timestamp(found), { part: TIMESTAMP, after });
  await steps.run("seal", () => frame.seal(found), { part: SEAL, after: ["manifest", "timestamp"] });
  await steps.run("parts", () => frame.parts(found), { after });
}

/** @param {Steps} steps @param {Findings} found */
async function signatureSteps(steps, found) {
  const { DOCUMENT, TRANSCRIPT } = signature;
  await steps.run("transcript", () => signature.transcript(found), { part: TRANSCRIPT, after: ["parts"] });
  await steps.run("signature", () => signature.signature(found), { part: DOCUMENT, after: ["transcript"] });
  await steps.run("document", () => signature.document(found), { part: DOCUMENT, after: ["signature"] });
  await steps.run("signing_time", () => signature.signingTime(found), { part: DOCUMENT, after: ["signature"] });
  await steps.run("evidence", () => signature.evidence(found), { part: TRANSCRIPT, after: ["document"] });
  await steps.run("texts", () => signature.texts(found), { part: TRANSCRIPT, after: ["evidence"] });
}

/** @param {Steps} steps @param {Findings} found */
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

/** @param {Steps} steps @param {Findings} found */
async function recordSteps(steps, found) {
  const { MESSAGES, LEDGER, COMMITMENTS, DISCLOSURE } = record;
  await steps.run("messages", () => record.messages(found), { part: MESSAGES, after: ["evidence"] });
  await steps.run("intent", () => record.intent(found), { part: MESSAGES, after: ["messages"] });
  const claimed = found.level === null || found.transcript.userVerification !== "none" || found.dossier.userVerification !== null;
  if (claimed) {
    const options = { part: identity.USER_VERIFICATION, after: ["evidence", "request"] };
    await steps.run("user_verification", () => identity.userVerification(found), options);
  } else {
    steps.skip("user_verification", "the device had no passkey, and the signature does not claim one");
  }
  await steps.run("ledger", () => record.ledger(found), { part: LEDGER, after: ["evidence"] });
  await steps.run("commitments", () => record.commitments(found), { part: COMMITMENTS, after: ["ledger"] });
  await steps.run("verdict", () => verdict(found), { part: signature.DOCUMENT, after: ["signing_time", "document"] });
  if (found.parts.has(DISCLOSURE)) {
    await steps.run("disclosure", () => record.disclosure(found), { part: DISCLOSURE, after: ["messages", "evidence"] });
  } else {
    steps.skip("disclosure", "the seed is not disclosed: there is no dispute");
  }
}
