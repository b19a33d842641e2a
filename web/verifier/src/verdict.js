// Step 21: the verdict on the whole document. Changes after signing, timestamps, chains, revocation data, level.
// Source: ETSI EN 319 102-1; ETSI EN 319 142-1 clause 6.3; docs/dossier-spec.md sections 3.6, 3.9 and 4.
import { LEVELS } from "./attributes.js";
import { equal, hex } from "./bytes.js";
import { CONTENT_COMMITMENT, readCertificate } from "./certificate.js";
import { demandWellFormed, elementLength } from "./der.js";
import { sha256 } from "./digests.js";
import * as oids from "./oids.js";
import { findPath } from "./path.js";
import { readChanges } from "./pdf-changes.js";
import { demand } from "./refusal.js";
import { demandNotRevoked, readOcspResponse, readRevocationList } from "./revocation.js";
import { holders } from "./steps-identity.js";
import { readHole } from "./steps-signature.js";
import { readTimestamp } from "./timestamp.js";

/** @typedef {import("./findings.js").Findings} Findings */
/** @typedef {import("./certificate.js").Certificate} Certificate */

const TOLERANCE = 5 * 60 * 1e6;

/** @param {Findings} found */
export async function verdict(found) {
  const { dossier, signature, signatureTimestamp, transcript } = found;
  const pdf = dossier.document;
  const { store, byteRange } = readChanges(pdf, transcript.document.byteRange);
  readContents(pdf, transcript.document.byteRange);
  const [, hole, behind] = byteRange;
  const imprint = await sha256(pdf.subarray(0, hole), pdf.subarray(behind));
  const stamped = await readTimestamp(readContents(pdf, byteRange), imprint, found.anchors);
  demand(signatureTimestamp.at <= stamped.at, "the timestamps are out of order");
  demand(found.dossierAt === null || stamped.at <= found.dossierAt + TOLERANCE, "the document timestamp is later than the dossier");
  const data = {
    lists: store.lists.map(readRevocationList),
    responses: store.responses.map(readOcspResponse),
  };
  const certificates = store.certificates.map(readCertificate);
  demandPresence([...certificates, ...signature.certificates], data);
  /** @param {Certificate} certificate @param {Certificate[]} carried @param {number} at */
  const demandGood = async (certificate, carried, at) => {
    const path = await findPath(certificate, { between: [...carried, ...certificates], anchors: found.anchors, at });
    for (let i = 0; i + 1 < path.length; i++) await demandNotRevoked(path[i], path[i + 1], { ...data, at });
  };
  await demandGood(signature.certificate, signature.certificates, signatureTimestamp.at);
  for (const { certificate, certificates: carried } of [signatureTimestamp, stamped]) {
    await demandGood(certificate, carried, stamped.at);
  }
  demand(signature.certificate.usage?.has(CONTENT_COMMITMENT), "the certificate does not allow its key to sign declarations");
  demandLevel(found);
  return "nothing was changed after signing but security store and timestamp; chains and timestamps are good";
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

