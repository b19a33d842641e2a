// RFC 3161 timestamp tokens, checked in themselves and up to an anchor at the time that they state.
// Source: RFC 3161; RFC 5816; RFC 5652 section 5; docs/dossier-spec.md section 3.5.
import { concat, equal } from "./bytes.js";
import { CONTENT_COMMITMENT, DIGITAL_SIGNATURE, issuerAndSerial, readCertificate, readExtensions, readable } from "./certificate.js";
import {
  BOOLEAN,
  GENERALIZED_TIME,
  INTEGER,
  OCTET_STRING,
  Reader,
  SEQUENCE,
  SET,
  constructed,
  context,
  demandWellFormed,
  generalizedTime,
  sequence,
  whole,
} from "./der.js";
import { digest } from "./digests.js";
import { readAlgorithm, readHash, readKey, verifies } from "./keys.js";
import * as oids from "./oids.js";
import { demandNothingLoose, findPath } from "./path.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {import("./certificate.js").Certificate} Certificate */
/** @typedef {{ at: number, certificate: Certificate, certificates: Certificate[], path: Certificate[] }} Timestamp */

/**
 * The timestamp that a token is, over a SHA-256 digest. `at` is in microseconds since 1970.
 * @param {Uint8Array} token DER @param {Uint8Array} imprint @param {readonly Certificate[]} anchors
 * @param {{ lone?: boolean }} [place] whether nothing else covers its bytes: then every certificate in it is judged, needed or not
 * @returns {Promise<Timestamp>}
 */
export async function readTimestamp(token, imprint, anchors, { lone = false } = {}) {
  demandWellFormed(token);
  const info = whole(token, SEQUENCE);
  demand(info.oid() === oids.SIGNED_DATA, "the timestamp is not signed data");
  const wrapped = info.inside(constructed(0));
  info.done();
  const data = wrapped.inside(SEQUENCE);
  wrapped.done();
  demand(data.smallInteger() === 3, "signed data of another version");
  const hashes = readHashes(data.inside(SET));
  const content = readContent(data.inside(SEQUENCE));
  const carried = elements(data.inside(constructed(0)));
  const certificates = lone ? carried.map(readCertificate) : readable(carried);
  if (data.tag === constructed(1)) data.raw();
  const signers = data.inside(SET);
  data.done();
  const signer = signers.inside(SEQUENCE);
  demand(signers.empty, "the timestamp has not exactly one signer");
  const { certificate, attributes, ...signed } = readSigner(signer, certificates);
  demand(hashes.includes(signed.hash), "the signer's hash is not one that the timestamp lists");
  const at = readInfo(content, imprint);
  demand(equal(await digest(signed.hash, content), attributes.digest), "the timestamp's content is not what was signed");
  demand(equal(await digest(attributes.reference.hash, certificate.der), attributes.reference.value), "the timestamp names another certificate");
  demandMayStamp(certificate, at);
  demand(await verifies(readKey(certificate.spki), signed.algorithm, signed.signature, signed.attributeBytes), "the timestamp's signature does not hold");
  const path = await findPath(certificate, { between: certificates, anchors, at });
  if (lone) await demandNothingLoose(certificate, certificates, anchors);
  return { at, certificate, certificates, path };
}

/** @param {Reader} set */
function readHashes(set) {
  const hashes = [];
  while (!set.empty) hashes.push(readHash(set));
  return hashes;
}

/** @param {Reader} encapsulated */
function readContent(encapsulated) {
  demand(encapsulated.oid() === oids.TST_INFO, "the timestamp's content is another one");
  const wrapped = encapsulated.inside(constructed(0));
  encapsulated.done();
  const content = wrapped.content(OCTET_STRING);
  wrapped.done();
  return content;
}

/** @param {Reader} set */
function elements(set) {
  const found = [];
  while (!set.empty) found.push(set.raw());
  return found;
}

/** The instant of a TSTInfo over the imprint. @param {Uint8Array} content @param {Uint8Array} imprint */
function readInfo(content, imprint) {
  const info = whole(content, SEQUENCE);
  demand(info.smallInteger() === 1, "a timestamp of an unknown version");
  info.oid();
  const message = info.inside(SEQUENCE);
  demand(readHash(message) === "SHA-256" && equal(message.content(OCTET_STRING), imprint), "the timestamp is over something else");
  message.done();
  info.integer();
  const at = generalizedTime(info.content(GENERALIZED_TIME), true);
  if (info.tag === SEQUENCE) readAccuracy(info.inside(SEQUENCE));
  if (info.tag === BOOLEAN) info.boolean();
  if (info.tag === INTEGER) info.integer();
  if (info.tag === constructed(0)) info.raw();
  if (info.tag === constructed(1)) {
    // [1] IMPLICIT Extensions: the list itself is tagged.
    const list = readExtensions(new Reader(sequence(info.content())));
    demand(![...list.values()].some(({ critical }) => critical), "the timestamp demands what is not understood");
  }
  info.done();
  return at;
}

/** @param {Reader} accuracy */
function readAccuracy(accuracy) {
  if (accuracy.tag === INTEGER) demand(accuracy.integer() >= 0n, "accuracy is out of range");
  for (const tag of [context(0), context(1)]) {
    if (accuracy.tag !== tag) continue;
    const value = accuracy.integer(tag);
    demand(value >= 0n && value < 1000n, "accuracy is out of range");
  }
  accuracy.done();
}

/** @param {Reader} signer @param {Certificate[]} certificates */
function readSigner(signer, certificates) {
  const version = signer.smallInteger();
  const certificate = findSigner(signer, version, certificates);
  const hash = readHash(signer);
  const attributeBytes = concat(Uint8Array.of(SET), signer.raw(constructed(0)).subarray(1));
  const attributes = readAttributes(whole(attributeBytes, SET));
  const algorithm = readAlgorithm(signer, { hash });
  const signature = signer.content(OCTET_STRING);
  if (signer.tag === constructed(1)) signer.raw();
  signer.done();
  return { certificate, hash, attributeBytes, attributes, algorithm, signature };
}

/** @param {Reader} signer @param {number} version @param {Certificate[]} certificates */
function findSigner(signer, version, certificates) {
  /** @type {(certificate: Certificate) => boolean} */
  let named;
  if (version === 1) {
    const identifier = signer.raw(SEQUENCE);
    named = ({ der }) => {
      const { issuer, serial } = issuerAndSerial(der);
      return equal(sequence(issuer, serial), identifier);
    };
  } else {
    demand(version === 3, "a signer of an unknown version");
    const identifier = signer.content(context(0));
    named = ({ keyIdentifier }) => keyIdentifier !== null && equal(keyIdentifier, identifier);
  }
  const found = certificates.find(named);
  if (!found) throw new Refusal("the certificate that signed is not in the timestamp");
  return found;
}

/** @param {Reader} set */
function readAttributes(set) {
  /** @type {Map<string, Reader>} */
  const values = new Map();
  while (!set.empty) {
    const attribute = set.inside(SEQUENCE);
    const type = attribute.oid();
    const inside = attribute.inside(SET);
    attribute.done();
    const value = inside.raw();
    demand(inside.empty && !values.has(type), "a signed attribute stands twice or has not exactly one value");
    values.set(type, new Reader(value));
  }
  demand(values.get(oids.CONTENT_TYPE)?.oid() === oids.TST_INFO, "the signed content type is another one");
  const message = values.get(oids.MESSAGE_DIGEST)?.content(OCTET_STRING);
  const [second, first] = [values.get(oids.SIGNING_CERTIFICATE_V2), values.get(oids.SIGNING_CERTIFICATE)];
  if (!message || !(second || first)) throw new Refusal("a signed attribute is missing");
  return { digest: message, reference: second ? readReference(second, true) : readReference(/** @type {Reader} */ (first), false) };
}

/** The first certificate that the signer names. @param {Reader} reader @param {boolean} second version 2
 * @returns {{ hash: import("./digests.js").Hash, value: Uint8Array }} */
function readReference(reader, second) {
  const first = reader.inside(SEQUENCE).inside(SEQUENCE).inside(SEQUENCE);
  if (!second) return { hash: "SHA-1", value: first.content(OCTET_STRING) };
  return { hash: first.tag === SEQUENCE ? readHash(first) : "SHA-256", value: first.content(OCTET_STRING) };
}

/** @param {Certificate} certificate @param {number} at */
function demandMayStamp(certificate, at) {
  const extended = certificate.extensions.get(oids.EXTENDED_KEY_USAGE);
  const alone = certificate.extendedUsages.length === 1 && certificate.extendedUsages[0] === oids.TIME_STAMPING;
  demand(extended?.critical && alone, "the certificate is not one for timestamps alone");
  const { usage } = certificate;
  demand(!usage || usage.has(DIGITAL_SIGNATURE) || usage.has(CONTENT_COMMITMENT), "the key of the timestamp may not sign");
  demand(certificate.notBefore <= at && at <= certificate.notAfter, "the certificate was not valid at the time of the timestamp");
}

