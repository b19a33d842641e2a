// The signatory's keys (specification, section 2). Two ways to keep K_sig and K_enc:
//   plain:   non-extractable CryptoKeys
//   passkey: PKCS #8 wrapped under a key from the passkey's PRF, encrypted once more under a device key
import { hex, random } from "./bytes.js";
import { label, labelled, sha256 } from "./digests.js";
import { CURVE } from "./hpke.js";

const SIGNING = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };

/** @param {CryptoKey} key @returns {Promise<Uint8Array<ArrayBuffer>>} */
export const spkiOf = async (key) => new Uint8Array(await crypto.subtle.exportKey("spki", key));

/** The name of a key: hexadecimal SHA-256 of its SubjectPublicKeyInfo. @param {Uint8Array} spki */
export const keyId = async (spki) => hex(await sha256(spki));

/** r||s over the message. @param {CryptoKey} key @param {Uint8Array<ArrayBuffer>} message */
export const sign = async (key, message) => new Uint8Array(await crypto.subtle.sign(SIGNATURE, key, message));

/** Input of the passkey's PRF. */
export const prfInput = () => labelled("prf-salt");

/** The key-encryption key of a PRF output. @param {Uint8Array<ArrayBuffer>} output */
export async function keyEncryptionKey(output) {
  const material = await crypto.subtle.importKey("raw", output, "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: label("kek") };
  return crypto.subtle.deriveKey(derivation, material, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

/**
 * @typedef {object} DeviceKeys
 * @property {CryptoKeyPair} signing K_dev
 * @property {Uint8Array<ArrayBuffer>} spki
 * @property {string} id
 * @property {CryptoKey} cover AES-GCM, the second lock on wrapped keys
 * @property {Uint8Array<ArrayBuffer>} user handle of this device's passkey
 */

/** @returns {Promise<DeviceKeys>} */
export async function makeDeviceKeys() {
  const signing = await crypto.subtle.generateKey(SIGNING, false, ["sign", "verify"]);
  const cover = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const spki = await spkiOf(signing.publicKey);
  return { signing, spki, id: await keyId(spki), cover, user: random(16) };
}

/** @typedef {{inner: Uint8Array<ArrayBuffer>, outer: Uint8Array<ArrayBuffer>, bytes: Uint8Array<ArrayBuffer>}} Wrapped */
/**
 * @typedef {object} KeptKeys
 * @property {"plain" | "passkey"} mode
 * @property {CryptoKey} signaturePublic
 * @property {CryptoKey} capsulePublic
 * @property {Uint8Array<ArrayBuffer>} signatureSpki
 * @property {Uint8Array<ArrayBuffer>} capsuleSpki
 * @property {CryptoKey | Wrapped} signature
 * @property {CryptoKey | Wrapped} capsule
 */
/**
 * Keys ready for use.
 * @typedef {object} UsableKeys
 * @property {CryptoKey} signature
 * @property {CryptoKeyPair} capsule
 */

/** @param {CryptoKey} key @param {Uint8Array<ArrayBuffer>} spki @param {CryptoKey} kek @param {CryptoKey} cover @returns {Promise<Wrapped>} */
async function wrap(key, spki, kek, cover) {
  const [inner, outer] = [random(12), random(12)];
  const once = await crypto.subtle.wrapKey("pkcs8", key, kek, { name: "AES-GCM", iv: inner, additionalData: spki });
  const bytes = await crypto.subtle.encrypt({ name: "AES-GCM", iv: outer, additionalData: spki }, cover, once);
  return { inner, outer, bytes: new Uint8Array(bytes) };
}

/** @param {Wrapped} wrapped @param {Uint8Array<ArrayBuffer>} spki @param {CryptoKey} kek @param {CryptoKey} cover
 * @param {EcKeyImportParams} kind @param {KeyUsage[]} uses */
async function unwrap(wrapped, spki, kek, cover, kind, uses) {
  const once = await crypto.subtle.decrypt({ name: "AES-GCM", iv: wrapped.outer, additionalData: spki }, cover, wrapped.bytes);
  const lock = { name: "AES-GCM", iv: wrapped.inner, additionalData: spki };
  return crypto.subtle.unwrapKey("pkcs8", once, kek, lock, kind, false, uses);
}

/**
 * Make K_sig and K_enc.
 * @param {DeviceKeys} device
 * @param {Uint8Array<ArrayBuffer> | null} prf output of the passkey's PRF; null: kept as plain non-extractable keys
 * @returns {Promise<KeptKeys>}
 */
export async function makeKeys(device, prf) {
  const wrapped = prf !== null;
  const signature = await crypto.subtle.generateKey(SIGNING, wrapped, ["sign", "verify"]);
  const capsule = await crypto.subtle.generateKey(CURVE, wrapped, ["deriveBits"]);
  const signatureSpki = await spkiOf(signature.publicKey);
  const capsuleSpki = await spkiOf(capsule.publicKey);
  const common = { signaturePublic: signature.publicKey, capsulePublic: capsule.publicKey, signatureSpki, capsuleSpki };
  if (!wrapped) return { mode: "plain", ...common, signature: signature.privateKey, capsule: capsule.privateKey };
  // The extractable originals leave scope here; from now on only wrapped bytes and non-extractable copies exist.
  const kek = await keyEncryptionKey(prf);
  return {
    mode: "passkey",
    ...common,
    signature: await wrap(signature.privateKey, signatureSpki, kek, device.cover),
    capsule: await wrap(capsule.privateKey, capsuleSpki, kek, device.cover),
  };
}

/**
 * Keys ready for use, non-extractable.
 * @param {KeptKeys} kept
 * @param {DeviceKeys} device
 * @param {Uint8Array<ArrayBuffer> | null} prf
 * @returns {Promise<UsableKeys>}
 */
export async function unlock(kept, device, prf) {
  if (kept.mode === "plain") {
    const [signature, privateKey] = /** @type {CryptoKey[]} */ ([kept.signature, kept.capsule]);
    return { signature, capsule: { privateKey, publicKey: kept.capsulePublic } };
  }
  if (prf === null) throw new TypeError("these keys lie behind the passkey");
  const kek = await keyEncryptionKey(prf);
  const [signature, capsule] = /** @type {Wrapped[]} */ ([kept.signature, kept.capsule]);
  return {
    signature: await unwrap(signature, kept.signatureSpki, kek, device.cover, SIGNING, ["sign"]),
    capsule: {
      privateKey: await unwrap(capsule, kept.capsuleSpki, kek, device.cover, CURVE, ["deriveBits"]),
      publicKey: kept.capsulePublic,
    },
  };
}
