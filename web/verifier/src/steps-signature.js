// Steps 6 to 11: the signature, done again from nothing but the bytes of the document. The transcript names the byte
// range; the hole in it holds the CMS signature. Source: docs/dossier-spec.md section 4.
import { LEVELS, readAttributes } from "./attributes.js";
import { digits, equal, fromAscii } from "./bytes.js";
import { readSignature } from "./cms.js";
import { elementLength } from "./der.js";
import { sha256 } from "./digests.js";
import { asArray, parseCanonical } from "./json.js";
import { sameOrNone } from "./messages.js";
import { demand, present } from "./refusal.js";
import { instantText } from "./report.js";
import { readTimestamp } from "./timestamp.js";
import { assertionDigest } from "./user-verification.js";

/** @typedef {import("./findings.js").Findings} Findings */

export const DOCUMENT = "document.pdf";
export const TRANSCRIPT = "transcript.json";
export const SIGNER = "certificates/signer.der";
const TOLERANCE = 5 * 60 * 1e6;

/** @param {Findings} found */
export function transcript(found) {
  const { statement, signatory } = found.transcript;
  found.level = statement.level;
  found.signatory = signatory.name;
  found.sandbox = statement.trust === "sandbox";
  return "the transcript is complete and canonical";
}

/** @param {Findings} found */
export async function signature(found) {
  const [, hole, behind] = found.transcript.document.byteRange;
  const contents = readHole(found.dossier.document, hole, behind);
  const cms = await readSignature(contents.subarray(0, elementLength(contents)));
  demand(equal(cms.certificate.der, found.dossier.certificate), "it is not the certificate that signed", SIGNER);
  found.signatureOrNone = cms;
  return "the signature value holds over the signed attributes under the certificate's key";
}

/** The bytes that a hole holds: `<`, hexadecimal digits, `>`. @param {Uint8Array} pdf @param {number} start @param {number} end */
export function readHole(pdf, start, end) {
  const text = fromAscii(pdf.subarray(start, end));
  demand(end <= pdf.length && /^<([0-9A-Fa-f]{2})+>$/.test(text), "the hole of the byte range is not one hexadecimal string");
  return digits(text.slice(1, -1));
}

/** @param {Findings} found */
export async function document(found) {
  const attributes = readAttributes(found.signature.attributes);
  const { byteRange, revisions, sha256: named } = found.transcript.document;
  const [, hole, behind, rest] = byteRange;
  const pdf = found.dossier.document;
  const digest = await sha256(pdf.subarray(0, hole), pdf.subarray(behind, behind + rest));
  demand(equal(digest, attributes.document), "the document is not the one that was signed", DOCUMENT);
  demand(equal(digest, named), "the transcript is about another document", TRANSCRIPT);
  for (const revision of revisions) {
    const prefix = await sha256(pdf.subarray(0, revision.length));
    demand(equal(prefix, revision.sha256), "an earlier revision is another one than was shown", DOCUMENT);
  }
  found.attributesOrNone = attributes;
  return "the document is, byte for byte, the one that was signed";
}

/** @param {Findings} found */
export async function signingTime(found) {
  const { signature: value, timestamp } = found.signature;
  const token = present(timestamp, "the signature has no timestamp", DOCUMENT);
  const stamped = await readTimestamp(token, await sha256(value), found.anchors);
  found.signatureTimestampOrNone = stamped;
  found.provenAt = stamped.at;
  const issued = found.transcript.issuedAt * 1e6;
  demand(stamped.at >= issued - TOLERANCE, "it is signed before the transcript was made", TRANSCRIPT);
  return `the signature existed at ${instantText(stamped.at)}`;
}

/** @param {Findings} found */
export async function evidence(found) {
  const { evidence: inside, certificate, policyOid, policyDigest } = found.attributes;
  const { capsule, certificate: own, tau, userVerification } = found.dossier;
  const { statement, policy } = found.transcript;
  demand(equal(inside.transcript, tau), "the signature is over another transcript", TRANSCRIPT);
  demand(equal(certificate, await sha256(own)), "the signature names another certificate", SIGNER);
  const said = inside.statement;
  const sameStatement =
    LEVELS[said.level] === statement.level &&
    said.heldBy === statement.heldBy &&
    said.identifiedBy === statement.identifiedBy &&
    said.trust === statement.trust;
  demand(sameStatement, "the signature states something else than the transcript", TRANSCRIPT);
  const samePolicy = policyOid === policy.oid && equal(policyDigest, policy.sha256);
  demand(samePolicy, "the signature is under another policy than the transcript", TRANSCRIPT);
  demand(equal(inside.capsule, await sha256(capsule.enc, capsule.ct)), "the signature is about another capsule", "capsule.json");
  const assertion = userVerification ? await assertionDigest(userVerification) : null;
  demand(sameOrNone(inside.userVerification, assertion), "the signature is about another user verification", "user-verification.json");
  return "the signature binds exactly this transcript";
}

/** @param {Findings} found */
export async function texts(found) {
  const { agent, declaration, document: file, order, policy, signatory, statement } = found.transcript;
  const contract = file.attachments.filter(({ name }) => name === "contract.json").map((attachment) => attachment.sha256);
  /** @type {[string, Uint8Array][]} */
  const fixed = [
    ["declaration.txt", declaration],
    ["summary.json", order.summary],
    ["policy.yaml", policy.sha256],
    ["agent-manifest.json", agent],
    ["contract.json", contract.length === 1 ? contract[0] : new Uint8Array(0)],
  ];
  for (const [name, digest] of fixed) {
    demand(equal(await sha256(found.part(name)), digest), "it is another one than the transcript fixes", name);
  }
  const met = found.transcript.userVerification === "passkey" || !demandsPasskey(found.part("policy.yaml"));
  demand(met, "it demands a verified user, and the transcript asks for none", "policy.yaml");
  const further = parseCanonical(found.part("contract.json")).further_signatories ?? [];
  const alone = found.dossier.signatories > 1 || asArray(further).length === 0;
  demand(alone, "the contract names further signatories", "contract.json");
  const own = statement.level === "simple" ? null : await sha256(found.dossier.certificate);
  demand(sameOrNone(signatory.certificate, own), "it is another one than the transcript fixes", SIGNER);
  return "declaration, summary, policy, agent and contract data are those that were declared";
}

/** Whether a line of the policy's source demands that a passkey verifies the user. @param {Uint8Array} policy */
function demandsPasskey(policy) {
  const lines = new TextDecoder("latin1").decode(policy).split("\n");
  return lines.some((line) => /^user_verification:[ \t]+required\b/.test(line));
}
