// Public keys and signatures: ECDSA on P-256, P-384, P-521; RSA from 2048 bits, PKCS #1 v1.5 and PSS; SHA-2.
// Source: RFC 5480; RFC 5758; RFC 8017; RFC 5754; ETSI TS 119 312; docs/dossier-spec.md section 3.
import { concat, fromBigInt, toBigInt } from "./bytes.js";
import { INTEGER, NULL, Reader, constructed, sequence, tlv, whole, SEQUENCE } from "./der.js";
import * as oids from "./oids.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {import("./digests.js").Hash} Hash */

/**
 * A public key as its SubjectPublicKeyInfo states it.
 * @typedef {{ kind: "ec", curve: string, size: number, spki: Uint8Array } | { kind: "rsa", bits: number, spki: Uint8Array }} PublicKey
 */

/**
 * How something was signed; `salt` (bytes) belongs to PSS.
 * @typedef {{ scheme: "ecdsa" | "pkcs1" | "pss", hash: Hash, salt?: number }} Algorithm
 */

/** @type {{ [oid: string]: { name: string, size: number } }} */
const CURVES = {
  "1.2.840.10045.3.1.7": { name: "P-256", size: 32 },
  "1.3.132.0.34": { name: "P-384", size: 48 },
  "1.3.132.0.35": { name: "P-521", size: 66 },
};
/** @type {{ [oid: string]: Hash }} */
const HASHES = {
  [oids.SHA256]: "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
};
/** @type {{ [oid: string]: Algorithm }} */
const SIGNATURES = {
  [oids.ECDSA_WITH_SHA256]: { scheme: "ecdsa", hash: "SHA-256" },
  "1.2.840.10045.4.3.3": { scheme: "ecdsa", hash: "SHA-384" },
  "1.2.840.10045.4.3.4": { scheme: "ecdsa", hash: "SHA-512" },
  [oids.RSA_WITH_SHA256]: { scheme: "pkcs1", hash: "SHA-256" },
  "1.2.840.113549.1.1.12": { scheme: "pkcs1", hash: "SHA-384" },
  "1.2.840.113549.1.1.13": { scheme: "pkcs1", hash: "SHA-512" },
};
/** Only good for seeing that the bytes of an old root are unchanged. @type {{ [oid: string]: Algorithm }} */
const OLD_SIGNATURES = {
  "1.2.840.10045.4.1": { scheme: "ecdsa", hash: "SHA-1" },
  "1.2.840.113549.1.1.5": { scheme: "pkcs1", hash: "SHA-1" },
};
const MINIMUM_RSA_BITS = 2048;
const P256_PREFIX = sequence(
  sequence(tlv(0x06, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1)), tlv(0x06, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7))),
  tlv(0x03, new Uint8Array(66)),
).subarray(0, 26);

/** The key that a SubjectPublicKeyInfo is the one encoding of. @param {Uint8Array} spki @returns {PublicKey} */
export function readKey(spki) {
  const info = whole(spki, SEQUENCE);
  const algorithm = info.inside(SEQUENCE);
  const kind = algorithm.oid();
  if (kind === oids.EC_PUBLIC_KEY) {
    const curve = CURVES[algorithm.oid()];
    algorithm.done();
    const point = info.wholeBits();
    info.done();
    demand(curve && point.length === 1 + 2 * curve.size && point[0] === 4, "not an uncompressed point on P-256, P-384 or P-521");
    return { kind: "ec", curve: curve.name, size: curve.size, spki };
  }
  demand(kind === oids.RSA_ENCRYPTION && algorithm.content(NULL).length === 0, "a key of another kind");
  algorithm.done();
  const numbers = whole(info.wholeBits(), SEQUENCE);
  info.done();
  const modulus = numbers.integer();
  const exponent = numbers.integer();
  numbers.done();
  demand(modulus > 0n && exponent > 2n && exponent % 2n === 1n, "an impossible RSA key");
  return { kind: "rsa", bits: modulus.toString(2).length, spki };
}

/** The P-256 key that the bytes are the one encoding of (91 bytes). @param {Uint8Array} spki */
export async function readP256(spki) {
  const key = readKey(spki);
  demand(key.kind === "ec" && key.curve === "P-256", "not a P-256 key");
  await imported(key, "ecdsa", "SHA-256");
  return key;
}

/** SubjectPublicKeyInfo of a point on P-256 (x || y, 64 bytes). @param {Uint8Array} coordinates */
export const p256Spki = (coordinates) => concat(P256_PREFIX, Uint8Array.of(4), coordinates);

/** The point (65 bytes) of a P-256 key. @param {PublicKey} key */
export const pointOf = (key) => key.spki.subarray(key.spki.length - 65);

/** The hash that an AlgorithmIdentifier names (parameters absent or NULL). @param {Reader} reader @returns {Hash} */
export function readHash(reader) {
  const algorithm = reader.inside(SEQUENCE);
  const name = algorithm.oid();
  if (!algorithm.empty) demand(algorithm.content(NULL).length === 0, "parameters of a hash are not NULL");
  algorithm.done();
  if (!Object.hasOwn(HASHES, name)) throw new Refusal("a hash that is weak or unknown here");
  return HASHES[name];
}

/**
 * The algorithm that a signature's AlgorithmIdentifier names.
 * @param {Reader} reader
 * @param {{ hash?: Hash, old?: boolean }} [context] the digest algorithm, where `rsaEncryption` leaves the hash to it
 *   (CMS); whether SHA-1 will do
 * @returns {Algorithm}
 */
export function readAlgorithm(reader, { hash, old = false } = {}) {
  const identifier = reader.inside(SEQUENCE);
  const name = identifier.oid();
  if (name === oids.RSA_PSS) return readPss(identifier);
  const known = old ? { ...SIGNATURES, ...OLD_SIGNATURES } : SIGNATURES;
  const rsa = name === oids.RSA_ENCRYPTION || known[name]?.scheme === "pkcs1";
  // RFC 4055 demands NULL for RSA, RFC 5758 forbids parameters for ECDSA.
  if (rsa) demand(identifier.content(NULL).length === 0, "parameters of an RSA signature are not NULL");
  identifier.done();
  if (name === oids.RSA_ENCRYPTION && hash) return { scheme: "pkcs1", hash };
  if (!Object.hasOwn(known, name)) throw new Refusal("a signature algorithm that is weak or unknown here");
  return known[name];
}

/** @param {Reader} identifier @returns {Algorithm} */
function readPss(identifier) {
  const parameters = identifier.inside(SEQUENCE);
  identifier.done();
  const hash = readHash(parameters.inside(constructed(0)));
  const mask = parameters.inside(constructed(1)).inside(SEQUENCE);
  demand(mask.oid() === oids.MASK_GENERATION_1 && readHash(mask) === hash, "mask generation with another hash");
  const salt = Number(parameters.inside(constructed(2)).integer());
  parameters.done();
  demand(salt >= 0 && salt <= 64, "salt length is out of range");
  return { scheme: "pss", hash, salt };
}

/**
 * Whether a signature value holds.
 * @param {PublicKey} key @param {Algorithm} algorithm @param {Uint8Array} signature ECDSA as DER @param {Uint8Array} data
 */
export async function verifies(key, algorithm, signature, data) {
  if (key.kind === "ec") {
    demand(algorithm.scheme === "ecdsa", "the algorithm is not one for this key");
    return verifiesRaw(key, algorithm.hash, rawSignature(signature, key.size), data);
  }
  demand(algorithm.scheme !== "ecdsa", "the algorithm is not one for this key");
  demand(key.bits >= MINIMUM_RSA_BITS, "the RSA key is too short");
  const usable = await imported(key, algorithm.scheme, algorithm.hash);
  const how = algorithm.scheme === "pss" ? { name: "RSA-PSS", saltLength: algorithm.salt ?? 0 } : { name: "RSASSA-PKCS1-v1_5" };
  return crypto.subtle.verify(how, usable, concat(signature), concat(data));
}

/** Whether an ECDSA signature r || s holds. @param {PublicKey} key @param {Hash} hash @param {Uint8Array} raw @param {Uint8Array} data */
export async function verifiesRaw(key, hash, raw, data) {
  return crypto.subtle.verify({ name: "ECDSA", hash }, await imported(key, "ecdsa", hash), concat(raw), concat(data));
}

/** r || s of an ECDSA signature in DER. @param {Uint8Array} der @param {number} size bytes of a coordinate */
export function rawSignature(der, size) {
  const pair = whole(der, SEQUENCE);
  const numbers = [pair.integer(INTEGER), pair.integer(INTEGER)];
  pair.done();
  const limit = 1n << BigInt(8 * size);
  demand(numbers.every((number) => number > 0n && number < limit), "an ECDSA signature out of range");
  return concat(...numbers.map((number) => fromBigInt(number, size)));
}

/** DER of an ECDSA signature r || s. @param {Uint8Array} raw */
export function derSignature(raw) {
  const half = raw.length / 2;
  const integers = [raw.subarray(0, half), raw.subarray(half)].map((octets) => {
    const value = toBigInt(octets);
    const digits = fromBigInt(value, Math.max(1, Math.ceil(value.toString(16).length / 2)));
    return tlv(INTEGER, digits[0] >= 0x80 ? concat(Uint8Array.of(0), digits) : digits);
  });
  return sequence(...integers);
}

/** @param {PublicKey} key @param {Algorithm["scheme"]} scheme @param {Hash} hash */
async function imported(key, scheme, hash) {
  const name = { ecdsa: "ECDSA", pkcs1: "RSASSA-PKCS1-v1_5", pss: "RSA-PSS" }[scheme];
  const parameters = key.kind === "ec" ? { name, namedCurve: key.curve } : { name, hash };
  try {
    return await crypto.subtle.importKey("spki", concat(key.spki), parameters, true, ["verify"]);
  } catch {
    throw new Refusal("a public key cannot be used");
  }
}
