// Step 21: the verdict on the whole document. Changes after signing, timestamps, chains, revocation data, level.
// Source: ETSI EN 319 102-1; ETSI EN 319 142-1 clause 6.3; docs/dossier-spec.md sections 3.6, 3.9 and 4.
import { LEVELS, attribute } from "./attributes.js";
import { equal, hex } from "./bytes.js";
import { CONTENT_COMMITMENT, readCertificate } from "./certificate.js";
import { readSignature } from "./cms.js";
import { demandWellFormed, elementLength, octetString, oid, sequence, setOf } from "./der.js";
import { sha256 } from "./digests.js";
import { parseCanonical } from "./json.js";
import * as oids from "./oids.js";
import { findPath } from "./path.js";
import { readChanges } from "./pdf-changes.js";
import { demand, present } from "./refusal.js";
import { demandNotRevoked, readOcspResponse, readRevocationList } from "./revocation.js";
import { instantText } from "./report.js";
import { holders } from "./steps-identity.js";
import { readHole } from "./steps-signature.js";
import { inOrder } from "./steps-together.js";
import { readTimestamp } from "./timestamp.js";

/** @typedef {import("./findings.js").Findings} Findings */
/** @typedef {import("./certificate.js").Certificate} Certificate */
/** @typedef {import("./timestamp.js").Timestamp} Timestamp */
/** @typedef {{ signature: import("./cms.js").Signature, stamp: Timestamp }} Signed */

const TOLERANCE = 5 * 60 * 1e6;
const COMPANY_FIELD = "Company";

/** @param {Findings[]} everybody who signed */
export async function verdict(everybody) {
  const [{ anchors, dossier, dossierAt }] = everybody;
  const pdf = dossier.document;
  const order = inOrder(everybody);
  const first = order[0].transcript.document.byteRange;
  const { store, further, timestamp } = readChanges(pdf, first);
  for (const byteRange of [first, ...further.map((signature) => signature.byteRange)]) readContents(pdf, byteRange);
  const signed = await readSigned(order, further);
  const stamped = await readTimestamp(readContents(pdf, timestamp), await rangeDigest(pdf, timestamp), anchors);
  const times = [...signed.map(({ stamp }) => stamp.at), stamped.at];
  demand(times.every((time, i) => i === 0 || times[i - 1] <= time), "the timestamps are out of order");
  demand(dossierAt === null || stamped.at <= dossierAt + TOLERANCE, "the document timestamp is later than the dossier");
  await demandNobodyRevoked(store, signed, stamped, anchors);
  const usable = signed.every(({ signature }) => signature.certificate.usage?.has(CONTENT_COMMITMENT));
  demand(usable, "a certificate does not allow its key to sign declarations");
  for (const { attributes, signature } of order) {
    demand(equal(attributes.certificate, await sha256(signature.certificate.der)), "a signature names another certificate");
  }
  for (const found of order) demandLevel(found);
  const judged = `judged as at ${instantText(stamped.at)}, the instant of its own timestamp`;
  return `nothing was changed after signing but what signatures permit; chains and timestamps are good, ${judged}`;
}

/** The signatures with their timestamps: those that people made, and the company's seal where the contract has one.
 * @param {Findings[]} order @param {import("./pdf-changes.js").Changes["further"]} further @returns {Promise<Signed[]>} */
async function readSigned(order, further) {
  const own = order.slice(1).every(({ transcript }, i) => String(transcript.document.byteRange) === String(further[i]?.byteRange));
  demand(own, "a signature is not where its transcript says");
  const signed = order.map(({ signature, signatureTimestamp }) => ({ signature, stamp: signatureTimestamp }));
  const seals = further.slice(order.length - 1);
  const [{ anchors, dossier, parts }] = order;
  const asked = parseCanonical(present(parts.get("contract.json"), "contract data are missing")).company_signature === "seal";
  demand(seals.length === (asked ? 1 : 0), "the document holds another number of signatures than were made");
  for (const { byteRange, field } of seals) {
    demand(field === COMPANY_FIELD, "the company's seal is in another field");
    signed.push(await readCompanySeal(dossier.document, byteRange, anchors));
  }
  return signed;
}

/** The company's seal, behind which no ceremony stands. @param {Uint8Array} pdf @param {number[]} byteRange
 * @param {readonly Certificate[]} anchors @returns {Promise<Signed>} */
async function readCompanySeal(pdf, byteRange, anchors) {
  const signature = await readSignature(readContents(pdf, byteRange));
  const { certificate, timestamp } = signature;
  const expected = setOf([
    attribute(oids.CONTENT_TYPE, oid(oids.DATA)),
    attribute(oids.MESSAGE_DIGEST, octetString(await rangeDigest(pdf, byteRange))),
    attribute(oids.SIGNING_CERTIFICATE_V2, sequence(sequence(sequence(octetString(await sha256(certificate.der)))))),
  ]);
  demand(equal(signature.attributes, expected), "the company's seal says something else than a seal says");
  const [holder, ...others] = holders(certificate);
  demand(holder === "company" && !others.length, "the seal's certificate does not say that the company holds the key");
  const token = present(timestamp, "the company's seal has no timestamp");
  return { signature, stamp: await readTimestamp(token, await sha256(signature.signature), anchors) };
}

/** The one DER element in a hole, with nothing but zeros behind it. @param {Uint8Array} pdf @param {number[]} byteRange */
function readContents(pdf, [, hole, behind]) {
  const contents = readHole(pdf, hole, behind);
  const length = elementLength(contents);
  demand(contents.subarray(length).every((byte) => byte === 0), "something stands behind a signature in its hole");
  const element = contents.subarray(0, length);
  demandWellFormed(element);
  return element;
}

/** @param {Uint8Array} pdf @param {number[]} byteRange */
const rangeDigest = (pdf, [, hole, behind, rest]) => sha256(pdf.subarray(0, hole), pdf.subarray(behind, behind + rest));

/** Require that the store shows, for every certificate relied on, that it was not revoked.
 * @param {import("./pdf-changes.js").Store} store @param {Signed[]} signed @param {Timestamp} stamped @param {readonly Certificate[]} anchors */
async function demandNobodyRevoked(store, signed, stamped, anchors) {
  const data = { lists: store.lists.map(readRevocationList), responses: store.responses.map(readOcspResponse) };
  const certificates = store.certificates.map(readCertificate);
  demandPresence([...certificates, ...signed.flatMap(({ signature }) => signature.certificates)], data);
  /** @param {{ certificate: Certificate, certificates: Certificate[] }} signer @param {number} at */
  const demandGood = async ({ certificate, certificates: carried }, at) => {
    const path = await findPath(certificate, { between: [...carried, ...certificates], anchors, at });
    for (let i = 0; i + 1 < path.length; i++) await demandNotRevoked(path[i], path[i + 1], { ...data, at });
  };
  for (const { signature, stamp } of signed) {
    await demandGood(signature, stamp.at);
    await demandGood(stamp, stamped.at);
  }
  await demandGood(stamped, stamped.at);
}

/** Require revocation data for every certificate that the document carries, but roots.
 * @param {Certificate[]} certificates
 * @param {{ lists: import("./revocation.js").RevocationList[], responses: import("./revocation.js").OcspResponse[] }} data */
function demandPresence(certificates, { lists, responses }) {
  const serials = new Set(responses.flatMap(({ answers }) => answers.map(({ serial }) => hex(serial))));
  for (const { issuer, serial, subject } of certificates) {
    const there = equal(issuer, subject) || lists.some((list) => equal(list.issuer, issuer)) || serials.has(hex(serial));
    demand(there, "revocation data is missing in the file");
  }
}

/** Require that certificate and statement say the same about holder, identification, trust and level. @param {Findings} found */
function demandLevel(found) {
  const { certificate } = found.signature;
  const { statement, userVerification } = found.attributes.evidence;
  const words = holders(certificate);
  demand(words.length <= 1, "the certificate names several holders of one key");
  const holder = words[0] ?? "company";
  const identified = certificate.policies.includes(oids.IDENTIFIED_BY_PROVIDER);
  const trust = certificate.policies.includes(oids.SANDBOX) ? "sandbox" : "configured";
  const level = holder !== "company" && identified ? "advanced" : "simple";
  demand(holder === statement.heldBy, "certificate and statement name different holders of the key");
  demand(identified !== (statement.identifiedBy === "email-address"), "certificate and statement differ about who identified");
  demand(trust === statement.trust, "certificate and statement differ about the sandbox");
  demand(holder !== "signatory-passkey" || userVerification, "a passkey guards the key, but no user was verified");
  demand(level === LEVELS[statement.level], "certificate and statement do not support the same level");
}
