// The signed attributes of the document's signature, and the ceremony's evidence among them.
// Source: docs/ceremony-spec.md sections 3 and 7.
import { equal } from "./bytes.js";
import { OCTET_STRING, OID, SEQUENCE, SET, context, octetString, oid, oidText, sequence, setOf, smallInteger, tlv, utf8String, whole } from "./der.js";
import * as oids from "./oids.js";
import { demand, present } from "./refusal.js";

/** @typedef {{ level: number, heldBy: string, identifiedBy: string, trust: string }} Statement */

/**
 * @typedef {object} Evidence
 * @property {Uint8Array} transcript
 * @property {Uint8Array} capsule
 * @property {Uint8Array} proof
 * @property {Statement} statement
 * @property {Uint8Array | null} userVerification
 */

/**
 * @typedef {object} Attributes
 * @property {Uint8Array} document
 * @property {Uint8Array} certificate
 * @property {string} policyOid
 * @property {Uint8Array} policyDigest
 * @property {Evidence} evidence
 */

export const LEVELS = /** @type {readonly string[]} */ (["simple", "advanced", "qualified"]);
export const HELD_BY = /** @type {readonly string[]} */ (["signatory-passkey", "signatory", "signatory-company-device", "company"]);
export const TRUST = /** @type {readonly string[]} */ (["sandbox", "configured"]);

const NOTHING = new Uint8Array(0);
const SHA256 = sequence(oid(oids.SHA256));

/** What the signed attributes say, which the bytes are the one encoding of. @param {Uint8Array} bytes @returns {Attributes} */
export function readAttributes(bytes) {
  const values = readValues(bytes);
  /** @param {string} type */
  const value = (type) => present(values.get(type), "a signed attribute is missing");
  const policy = whole(value(oids.SIGNATURE_POLICY), SEQUENCE);
  const policyOid = policy.oid();
  const hashed = policy.inside(SEQUENCE);
  hashed.raw(SEQUENCE);
  const reference = whole(value(oids.SIGNING_CERTIFICATE_V2), SEQUENCE).inside(SEQUENCE).inside(SEQUENCE);
  const message = whole(tlv(SEQUENCE, value(oids.MESSAGE_DIGEST)), SEQUENCE);
  const attributes = {
    document: message.content(OCTET_STRING),
    certificate: reference.content(OCTET_STRING),
    policyOid,
    policyDigest: hashed.content(OCTET_STRING),
    evidence: readEvidence(value(oids.CEREMONY_EVIDENCE)),
  };
  const { document, certificate, policyDigest } = attributes;
  demand([document, certificate, policyDigest].every((digest) => digest.length === 32), "a digest has 32 bytes");
  demand(equal(writeAttributes(attributes), bytes), "not exactly the signed attributes of this product");
  return attributes;
}

/** @param {Attributes} attributes */
export function writeAttributes({ document, certificate, policyOid, policyDigest, evidence }) {
  return setOf([
    attribute(oids.CONTENT_TYPE, oid(oids.DATA)),
    attribute(oids.COMMITMENT_TYPE, sequence(oid(oids.PROOF_OF_APPROVAL))),
    attribute(oids.MESSAGE_DIGEST, octetString(document)),
    attribute(oids.SIGNING_CERTIFICATE_V2, sequence(sequence(sequence(octetString(certificate))))),
    attribute(oids.SIGNATURE_POLICY, sequence(oid(policyOid), sequence(SHA256, octetString(policyDigest)))),
    attribute(oids.CEREMONY_EVIDENCE, writeEvidence(evidence)),
  ]);
}

/** An attribute with one value. @param {string} type @param {Uint8Array} value */
export const attribute = (type, value) => sequence(oid(type), tlv(SET, value));

/** @param {Uint8Array} bytes */
function readValues(bytes) {
  /** @type {Map<string, Uint8Array>} */
  const values = new Map();
  const set = whole(bytes, SET);
  while (!set.empty) {
    const inside = set.inside(SEQUENCE);
    const type = oidText(inside.content(OID));
    demand(!values.has(type), "a signed attribute stands twice");
    values.set(type, inside.content(SET));
    inside.done();
  }
  return values;
}

/** @param {Uint8Array} bytes @returns {Evidence} */
function readEvidence(bytes) {
  const body = whole(bytes, SEQUENCE);
  demand(body.smallInteger() === 1, "evidence of an unknown version");
  const transcript = body.content(OCTET_STRING);
  const capsule = body.content(OCTET_STRING);
  const proof = body.content(OCTET_STRING);
  const said = body.inside(SEQUENCE);
  const statement = { level: said.smallInteger(), heldBy: said.text(), identifiedBy: said.text(), trust: said.text() };
  said.done();
  const userVerification = body.empty ? null : body.content(context(0));
  body.done();
  const digests = [transcript, capsule, proof, ...(userVerification ? [userVerification] : [])];
  demand(digests.every((digest) => digest.length === 32), "a digest of evidence has 32 bytes");
  const { level, heldBy, identifiedBy, trust } = statement;
  demand(level < LEVELS.length && HELD_BY.includes(heldBy) && TRUST.includes(trust), "a statement that is never made");
  demand(isPrintable(identifiedBy) && identifiedBy.length > 0 && [...identifiedBy].length <= 2048, "a statement that names nobody");
  return { transcript, capsule, proof, statement, userVerification };
}

/** @param {Evidence} evidence */
function writeEvidence({ transcript, capsule, proof, statement, userVerification }) {
  const { level, heldBy, identifiedBy, trust } = statement;
  return sequence(
    smallInteger(1),
    octetString(transcript),
    octetString(capsule),
    octetString(proof),
    sequence(smallInteger(level), utf8String(heldBy), utf8String(identifiedBy), utf8String(trust)),
    userVerification ? tlv(context(0), userVerification) : NOTHING,
  );
}

/** No control character, no half of a character, no separator but the plain blank. @param {string} text */
const isPrintable = (text) => !/[\p{C}\p{Z}]/u.test(text.replaceAll(" ", ""));
