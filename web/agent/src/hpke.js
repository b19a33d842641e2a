// RFC 9180, base mode, single shot, receiving side: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
// Only deriveBits is used, so the private key may be non-extractable.
import { concat, utf8 } from "./bytes.js";
import { hmac } from "./digests.js";

export const SUITE = "DHKEM(P-256,HKDF-SHA256)/HKDF-SHA256/AES-256-GCM";
export const CURVE = Object.freeze({ name: "ECDH", namedCurve: "P-256" });

const VERSION = utf8("HPKE-v1");
const NOTHING = new Uint8Array(0);
const KEM = concat(utf8("KEM"), Uint8Array.of(0x00, 0x10));
const SCHEDULE = concat(utf8("HPKE"), Uint8Array.of(0x00, 0x10, 0x00, 0x01, 0x00, 0x02));
const ENCAPSULATED_KEY = 65;

/** LabeledExtract, section 4. @param {Uint8Array} suite @param {Uint8Array<ArrayBuffer>} salt @param {string} name @param {Uint8Array} material */
const extract = (suite, salt, name, material) =>
  hmac(salt.length ? salt : new Uint8Array(32), VERSION, suite, utf8(name), material);

/** LabeledExpand for at most 32 bytes: one block of HKDF-Expand.
 * @param {Uint8Array} suite @param {Uint8Array<ArrayBuffer>} key @param {string} name @param {Uint8Array} info @param {number} length */
const expand = async (suite, key, name, info, length) =>
  (await hmac(key, Uint8Array.of(0, length), VERSION, suite, utf8(name), info, Uint8Array.of(1))).slice(0, length);

/**
 * Open what was sealed to the key pair.
 * @param {CryptoKeyPair} pair ECDH P-256; the public key extractable
 * @param {Uint8Array<ArrayBuffer>} enc encapsulated key, 65 bytes, uncompressed point
 * @param {Uint8Array<ArrayBuffer>} ct ciphertext
 * @param {Uint8Array} info what the message was sealed for; another value does not open it
 * @param {Uint8Array<ArrayBuffer>} [aad]
 */
export async function open(pair, enc, ct, info, aad = NOTHING) {
  if (enc.length !== ENCAPSULATED_KEY) throw new TypeError("encapsulated key of the wrong length");
  const ephemeral = await crypto.subtle.importKey("raw", enc, CURVE, true, []);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: ephemeral }, pair.privateKey, 256));
  const own = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const secret = await expand(KEM, await extract(KEM, NOTHING, "eae_prk", shared), "shared_secret", concat(enc, own), 32);
  const context = concat(
    Uint8Array.of(0),
    await extract(SCHEDULE, NOTHING, "psk_id_hash", NOTHING),
    await extract(SCHEDULE, NOTHING, "info_hash", info),
  );
  const root = await extract(SCHEDULE, secret, "secret", NOTHING);
  const raw = await expand(SCHEDULE, root, "key", context, 32);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const iv = await expand(SCHEDULE, root, "base_nonce", context, 12);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: aad }, key, ct));
}
