// The signed attributes (specification, section 7). The agent builds them from its own values; the server's must be
// the same bytes. Reading the server's only finds the words for a difference, it never decides.
import { equal } from "./bytes.js";
import { children, encode, expect, octetString, oid, oidText, parse, sequence, setOf, smallInteger, utf8String } from "./der.js";
import { OID } from "./oids.js";
import { Problem } from "./problems.js";

const LEVELS = ["simple", "advanced", "qualified"];

/**
 * @typedef {object} Statement
 * @property {string} level
 * @property {string} held_by
 * @property {string} identified_by
 * @property {string} trust
 */
/**
 * @typedef {object} SignedValues
 * @property {Uint8Array} documentDigest
 * @property {Uint8Array} certificateDigest
 * @property {string} policyOid
 * @property {Uint8Array} policyDigest
 * @property {Uint8Array} transcript tau
 * @property {Uint8Array} capsule H(enc || ct)
 * @property {Uint8Array} proof
 * @property {Statement} statement
 * @property {Uint8Array | null} userVerification
 */

/** @param {string} type @param {Uint8Array} value */
const attribute = (type, value) => sequence(oid(type), setOf(value));

/** The CeremonyEvidence value. @param {SignedValues} values */
export function ceremonyEvidence({ transcript, capsule, proof, statement, userVerification }) {
  const level = LEVELS.indexOf(statement.level);
  if (level < 0) throw new TypeError("unknown level");
  return sequence(
    smallInteger(1),
    octetString(transcript),
    octetString(capsule),
    octetString(proof),
    sequence(
      smallInteger(level),
      utf8String(statement.held_by),
      utf8String(statement.identified_by),
      utf8String(statement.trust),
    ),
    ...(userVerification ? [encode(0x80, userVerification)] : []),
  );
}

/** The DER SET OF that is signed. @param {SignedValues} values */
export function signedAttributes(values) {
  return setOf(
    attribute(OID.contentType, oid(OID.data)),
    attribute(OID.messageDigest, octetString(values.documentDigest)),
    attribute(OID.signingCertificateV2, sequence(sequence(sequence(octetString(values.certificateDigest))))),
    attribute(
      OID.signaturePolicy,
      sequence(oid(values.policyOid), sequence(sequence(oid(OID.sha256)), octetString(values.policyDigest))),
    ),
    attribute(OID.commitmentType, sequence(oid(OID.proofOfApproval))),
    attribute(OID.ceremonyEvidence, ceremonyEvidence(values)),
  );
}

/** Attribute type -> its whole encoding. @param {Uint8Array} set */
function byType(set) {
  const found = new Map();
  for (const element of children(expect(parse(set), 0x31))) {
    const type = oidText(children(expect(element, 0x30))[0]);
    if (found.has(type)) throw new TypeError("attribute twice");
    found.set(type, element.raw);
  }
  return found;
}

/** Where two sets differ: the name of the first attribute that is another, missing or too many.
 * @param {Uint8Array} theirs @param {Uint8Array} ours */
export function explainDifference(theirs, ours) {
  try {
    const own = byType(ours);
    const given = byType(theirs);
    const name = (/** @type {string} */ type) => Object.entries(OID).find(([, value]) => value === type)?.[0] ?? type;
    for (const [type, raw] of own) {
      const other = given.get(type);
      if (!other) return `${name(type)} missing`;
      if (!equal(other, raw)) return `${name(type)} differs`;
    }
    for (const type of given.keys()) if (!own.has(type)) return `${name(type)} unexpected`;
    return "order";
  } catch {
    return "encoding";
  }
}

/** Refuse unless the server's attributes are exactly ours; return ours. @param {Uint8Array} theirs @param {SignedValues} values */
export function requireSameAttributes(theirs, values) {
  const ours = signedAttributes(values);
  if (!equal(ours, theirs)) {
    throw new Problem("agent.attributes.differ", { facts: { reason: explainDifference(theirs, ours) } });
  }
  return ours;
}
