// HPKE's sending side with an ephemeral key that follows from a seed: base mode, single shot, DHKEM(P-256,
// HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Source: RFC 9180 sections 4, 5.1, 6.1, 7.1.3.
import { b64url, concat, fromBigInt, toBigInt, utf8 } from "./bytes.js";
import { hmac } from "./digests.js";
import { pointOf } from "./keys.js";
import { ORDER, publicPoint } from "./p256.js";

export const SUITE = "DHKEM(P-256,HKDF-SHA256)/HKDF-SHA256/AES-256-GCM";

const VERSION = utf8("HPKE-v1");
const NOTHING = new Uint8Array(0);
const KEM = concat(utf8("KEM"), Uint8Array.of(0x00, 0x10));
const SCHEDULE = concat(utf8("HPKE"), Uint8Array.of(0x00, 0x10, 0x00, 0x01, 0x00, 0x02));
const CURVE = { name: "ECDH", namedCurve: "P-256" };

/** @typedef {{ scalar: Uint8Array, point: Uint8Array }} KeyPair `point`: 65 bytes, uncompressed */

/** HKDF-Expand for at most 32 bytes: one block. Source: RFC 5869 section 2.3.
 * @param {Uint8Array} key @param {Uint8Array} info @param {number} length */
export const expand = async (key, info, length) => (await hmac(key, info, Uint8Array.of(1))).slice(0, length);

/** @param {Uint8Array} suite @param {Uint8Array} salt @param {string} name @param {Uint8Array} material */
const labelledExtract = (suite, salt, name, material) => hmac(salt, VERSION, suite, utf8(name), material);

/** @param {Uint8Array} suite @param {Uint8Array} key @param {string} name @param {Uint8Array} info @param {number} length */
const labelledExpand = (suite, key, name, info, length) =>
  expand(key, concat(Uint8Array.of(0, length), VERSION, suite, utf8(name), info), length);

/** DeriveKeyPair for P-256. @param {Uint8Array} material at least 32 bytes @returns {Promise<KeyPair>} */
export async function deriveKeyPair(material) {
  const key = await labelledExtract(KEM, NOTHING, "dkp_prk", material);
  for (let counter = 0; counter < 256; counter++) {
    const candidate = await labelledExpand(KEM, key, "candidate", Uint8Array.of(counter), 32);
    const scalar = toBigInt(candidate);
    if (scalar > 0n && scalar < ORDER) return keyPair(scalar);
  }
  throw new RangeError("DeriveKeyPairError");
}

/** @param {bigint} scalar @returns {KeyPair} */
export const keyPair = (scalar) => ({
  scalar: fromBigInt(scalar, 32),
  point: concat(Uint8Array.of(4), publicPoint(scalar)),
});

/**
 * SealBase with a given ephemeral key.
 * @param {import("./keys.js").PublicKey} recipient P-256
 * @param {{ ephemeral: KeyPair, info: Uint8Array, plaintext: Uint8Array, aad?: Uint8Array }} message
 */
export async function seal(recipient, { ephemeral, info, plaintext, aad = NOTHING }) {
  const enc = ephemeral.point;
  const shared = await exchange(ephemeral, pointOf(recipient));
  const extracted = await labelledExtract(KEM, NOTHING, "eae_prk", shared);
  const secret = await labelledExpand(KEM, extracted, "shared_secret", concat(enc, pointOf(recipient)), 32);
  const context = concat(
    Uint8Array.of(0),
    await labelledExtract(SCHEDULE, NOTHING, "psk_id_hash", NOTHING),
    await labelledExtract(SCHEDULE, NOTHING, "info_hash", info),
  );
  const scheduled = await labelledExtract(SCHEDULE, secret, "secret", NOTHING);
  const key = await labelledExpand(SCHEDULE, scheduled, "key", context, 32);
  const iv = await labelledExpand(SCHEDULE, scheduled, "base_nonce", context, 12);
  const usable = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const how = { name: "AES-GCM", iv, additionalData: concat(aad) };
  return { enc, ct: new Uint8Array(await crypto.subtle.encrypt(how, usable, concat(plaintext))) };
}

/** The x coordinate of the common point. @param {KeyPair} pair @param {Uint8Array} point 65 bytes */
async function exchange({ scalar, point: own }, point) {
  const jwk = { kty: "EC", crv: "P-256", x: b64url(own.subarray(1, 33)), y: b64url(own.subarray(33)), d: b64url(scalar) };
  const privateKey = await crypto.subtle.importKey("jwk", jwk, CURVE, false, ["deriveBits"]);
  const publicKey = await crypto.subtle.importKey("raw", concat(point), CURVE, true, []);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256));
}
