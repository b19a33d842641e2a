// A CMS signature in the one form of this product: no content, one signer, SHA-256, signed attributes; below the
// document's signature the timestamp of the signature value as the only unsigned attribute.
// Source: RFC 5652 section 5; docs/dossier-spec.md section 3.4.
import { compare, concat, equal } from "./bytes.js";
import { issuerAndSerial, readCertificate } from "./certificate.js";
import { INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, SET, constructed, oid, sequence, smallInteger, tlv, whole } from "./der.js";
import { readAlgorithm, readKey, verifies } from "./keys.js";
import * as oids from "./oids.js";
import { Refusal, demand } from "./refusal.js";

/**
 * @typedef {object} Signature
 * @property {Uint8Array} attributes signed attributes, DER, tag 0x31
 * @property {Uint8Array} signature its value
 * @property {import("./certificate.js").Certificate} certificate the signer's
 * @property {import("./certificate.js").Certificate[]} certificates all that it carries
 * @property {Uint8Array | null} timestamp RFC 3161 token over the value
 */

const SHA256 = sequence(oid(oids.SHA256));
const ECDSA = sequence(oid(oids.ECDSA_WITH_SHA256));
const RSA = sequence(oid(oids.RSA_WITH_SHA256), Uint8Array.of(5, 0));

/** The signature that the bytes are the one encoding of; its value holds. @param {Uint8Array} bytes @returns {Promise<Signature>} */
export async function readSignature(bytes) {
  const info = whole(bytes, SEQUENCE);
  fixed(info.raw(OID), oid(oids.SIGNED_DATA));
  const wrapped = info.inside(constructed(0));
  info.done();
  const content = wrapped.inside(SEQUENCE);
  wrapped.done();
  fixed(content.raw(INTEGER), smallInteger(1));
  fixed(content.raw(SET), tlv(SET, SHA256));
  fixed(content.raw(SEQUENCE), sequence(oid(oids.DATA)));
  const certificates = readCertificates(content.inside(constructed(0)));
  const signers = content.inside(SET);
  content.done();
  const signer = signers.inside(SEQUENCE);
  signers.done();
  fixed(signer.raw(INTEGER), smallInteger(1));
  const identifier = signer.raw(SEQUENCE);
  fixed(signer.raw(SEQUENCE), SHA256);
  const attributes = concat(Uint8Array.of(SET), signer.raw(constructed(0)).subarray(1));
  const algorithm = signer.raw(SEQUENCE);
  const signature = signer.content(OCTET_STRING);
  const timestamp = signer.empty ? null : readTimestamp(signer.inside(constructed(1)));
  signer.done();
  const own = certificates.filter(({ der }) => {
    const { issuer, serial } = issuerAndSerial(der);
    return equal(sequence(issuer, serial), identifier);
  });
  demand(own.length === 1, "the signer's certificate is not in the signature exactly once");
  const key = readKey(own[0].spki);
  fixed(algorithm, key.kind === "ec" ? ECDSA : RSA);
  const holds = await verifies(key, readAlgorithm(new Reader(algorithm)), signature, attributes);
  demand(holds, "the signature value does not hold");
  return { attributes, signature, certificate: own[0], certificates, timestamp };
}

/** Certificates in ascending order of their encodings, none twice. @param {Reader} set */
function readCertificates(set) {
  /** @type {Uint8Array[]} */
  const certificates = [];
  while (!set.empty) certificates.push(set.raw(SEQUENCE));
  const sorted = certificates.every((der, i) => i === 0 || compare(certificates[i - 1], der) < 0);
  demand(sorted, "the certificates of the signature are not in their order");
  return certificates.map(readCertificate);
}

/** @param {Reader} unsigned */
function readTimestamp(unsigned) {
  const attribute = unsigned.inside(SEQUENCE);
  unsigned.done();
  fixed(attribute.raw(OID), oid(oids.SIGNATURE_TIMESTAMP));
  const values = attribute.inside(SET);
  attribute.done();
  const token = values.raw(SEQUENCE);
  values.done();
  return token;
}

/** @param {Uint8Array} found @param {Uint8Array} expected */
function fixed(found, expected) {
  if (!equal(found, expected)) throw new Refusal("a part of the signature is another one than this product writes");
}
