// An X.509 certificate, read completely and strictly. Source: RFC 5280 section 4; docs/ceremony-spec.md section 3.
import { equal, fromAscii, fromUtf8 } from "./bytes.js";
import { BIT_STRING, BOOLEAN, INTEGER, OCTET_STRING, Reader, SEQUENCE, SET, constructed, whole } from "./der.js";
import { readKeyBinding } from "./key-binding.js";
import * as oids from "./oids.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {{ critical: boolean, value: Uint8Array }} Extension */

/**
 * @typedef {object} Certificate
 * @property {Uint8Array} der
 * @property {Uint8Array} signed what the issuer signed
 * @property {Uint8Array} serial contents of the INTEGER
 * @property {Uint8Array} algorithm AlgorithmIdentifier, DER
 * @property {Uint8Array} signature
 * @property {Uint8Array} issuer Name, DER
 * @property {Uint8Array} subject Name, DER
 * @property {number} notBefore microseconds
 * @property {number} notAfter microseconds
 * @property {Uint8Array} spki SubjectPublicKeyInfo, DER
 * @property {Map<string, Extension>} extensions
 * @property {{ authority: boolean, pathLength: number | null } | null} constraints
 * @property {Set<number> | null} usage numbers of the bits
 * @property {string[]} extendedUsages
 * @property {string[]} policies
 * @property {Uint8Array | null} keyIdentifier
 * @property {import("./key-binding.js").KeyBinding | null} keyBinding
 */

/** Bits of keyUsage (RFC 5280 section 4.2.1.3). */
export const DIGITAL_SIGNATURE = 0;
export const CONTENT_COMMITMENT = 1;
export const KEY_CERT_SIGN = 5;
export const CRL_SIGN = 6;

/** @param {Uint8Array} der @returns {Certificate} */
export function readCertificate(der) {
  const certificate = whole(der, SEQUENCE);
  const signed = certificate.raw(SEQUENCE);
  const outer = certificate.raw(SEQUENCE);
  const signature = certificate.wholeBits();
  certificate.done();
  const tbs = whole(signed, SEQUENCE);
  demand(tbs.inside(constructed(0)).smallInteger() === 2, "not a version 3 certificate");
  const serial = readSerial(tbs);
  demand(equal(tbs.raw(SEQUENCE), outer), "the certificate names two signature algorithms");
  const issuer = tbs.raw(SEQUENCE);
  const validity = tbs.inside(SEQUENCE);
  const [notBefore, notAfter] = [validity.time(), validity.time()];
  validity.done();
  const subject = tbs.raw(SEQUENCE);
  const spki = tbs.raw(SEQUENCE);
  for (const tag of [0x81, 0x82]) if (tbs.tag === tag) tbs.raw(tag);
  const extensions = tbs.tag === constructed(3) ? readExtensions(tbs.inside(constructed(3))) : new Map();
  tbs.done();
  names(issuer);
  names(subject);
  return {
    der,
    signed,
    serial,
    algorithm: outer,
    signature,
    issuer,
    subject,
    notBefore,
    notAfter,
    spki,
    extensions,
    constraints: read(extensions, oids.BASIC_CONSTRAINTS, readConstraints),
    usage: read(extensions, oids.KEY_USAGE, readUsage),
    extendedUsages: read(extensions, oids.EXTENDED_KEY_USAGE, readIdentifiers) ?? [],
    policies: read(extensions, oids.CERTIFICATE_POLICIES, readPolicies) ?? [],
    keyIdentifier: read(extensions, oids.SUBJECT_KEY_IDENTIFIER, (value) => wholeContent(value, OCTET_STRING)),
    keyBinding: read(extensions, oids.KEY_BINDING, readKeyBinding),
  };
}

/** Those certificates of others that can be read; whether one that cannot was needed, the path says. @param {Uint8Array[]} ders */
export function readable(ders) {
  return ders.flatMap((der) => {
    try {
      return [readCertificate(der)];
    } catch (error) {
      if (error instanceof Refusal) return [];
      throw error;
    }
  });
}

/** The one text that a name has for an attribute; empty where it has none or several. @param {Uint8Array} name @param {string} type */
export function nameText(name, type) {
  const found = names(name).filter((attribute) => attribute.type === type);
  return found.length === 1 ? found[0].text : "";
}

/** Contents of a serial number: positive, up to twenty bytes. @param {Reader} reader */
export function readSerial(reader) {
  const octets = new Reader(reader.bytes, reader.at, reader.end).content(INTEGER);
  demand(reader.integer() > 0n && octets.length <= 20, "an impossible serial number");
  return octets;
}

/** Extensions, each of which stands there once. @param {Reader} wrapped @returns {Map<string, Extension>} */
export function readExtensions(wrapped) {
  const list = wrapped.inside(SEQUENCE);
  wrapped.done();
  /** @type {Map<string, Extension>} */
  const found = new Map();
  while (!list.empty) {
    const extension = list.inside(SEQUENCE);
    const type = extension.oid();
    const critical = extension.tag === BOOLEAN && extension.boolean();
    const value = extension.content(OCTET_STRING);
    extension.done();
    demand(!found.has(type), "an extension stands twice");
    found.set(type, { critical, value });
  }
  return found;
}

/** @template T @param {Map<string, Extension>} extensions @param {string} type @param {(value: Uint8Array) => T} how @returns {T | null} */
function read(extensions, type, how) {
  const extension = extensions.get(type);
  return extension ? how(extension.value) : null;
}

/** @param {Uint8Array} bytes @param {number} tag */
function wholeContent(bytes, tag) {
  const reader = new Reader(bytes);
  const content = reader.content(tag);
  reader.done();
  return content;
}

/** @param {Uint8Array} value */
function readConstraints(value) {
  const constraints = whole(value, SEQUENCE);
  const authority = constraints.tag === BOOLEAN && constraints.boolean();
  const pathLength = constraints.empty ? null : Number(constraints.integer());
  constraints.done();
  demand(pathLength === null || pathLength >= 0, "a negative path length");
  return { authority, pathLength };
}

/** @param {Uint8Array} value */
function readUsage(value) {
  const octets = wholeContent(value, BIT_STRING);
  demand(octets.length >= 1 && octets.length <= 3 && octets[0] <= 7, "key usage cannot be read");
  const bits = new Set();
  for (let bit = 0; bit < 8 * (octets.length - 1) - octets[0]; bit++) {
    if (octets[1 + (bit >> 3)] & (0x80 >> (bit & 7))) bits.add(bit);
  }
  return bits;
}

/** @param {Uint8Array} value */
function readIdentifiers(value) {
  const list = whole(value, SEQUENCE);
  const found = [];
  while (!list.empty) found.push(list.oid());
  return found;
}

/** @param {Uint8Array} value */
function readPolicies(value) {
  const list = whole(value, SEQUENCE);
  const found = [];
  while (!list.empty) {
    const policy = list.inside(SEQUENCE);
    found.push(policy.oid());
    if (!policy.empty) policy.raw(SEQUENCE);
    policy.done();
  }
  return found;
}

/** @param {Uint8Array} name */
function names(name) {
  const sets = whole(name, SEQUENCE);
  const found = [];
  while (!sets.empty) {
    const set = sets.inside(SET);
    demand(!set.empty, "an empty part of a name");
    while (!set.empty) {
      const attribute = set.inside(SEQUENCE);
      const type = attribute.oid();
      const { tag, content, end } = attribute.take();
      attribute.done();
      found.push({ type, text: directoryText(tag, attribute.bytes.subarray(content, end)) });
    }
  }
  return found;
}

/** Text of a DirectoryString or IA5String. @param {number} tag @param {Uint8Array} octets */
function directoryText(tag, octets) {
  if (tag === 0x0c) return fromUtf8(octets);
  if (tag === 0x13 || tag === 0x16) return fromAscii(octets);
  if (tag === 0x1e && octets.length % 2 === 0) {
    return String.fromCharCode(...Array.from({ length: octets.length / 2 }, (_, i) => (octets[2 * i] << 8) | octets[2 * i + 1]));
  }
  throw new Refusal("a name in an encoding that is unknown here");
}

/** The very bytes of a certificate's issuer and serial number (RFC 5652 section 10.2.4). @param {Uint8Array} der */
export function issuerAndSerial(der) {
  const tbs = whole(der, SEQUENCE).inside(SEQUENCE);
  if (tbs.tag === constructed(0)) tbs.raw();
  const serial = tbs.raw(INTEGER);
  tbs.raw(SEQUENCE);
  return { issuer: tbs.raw(SEQUENCE), serial };
}

