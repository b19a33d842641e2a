// PKCS #10 (RFC 2986) with an empty subject: the name comes from the identity provider, never from here.
import { bitString, ecdsaSignature, encode, octetString, oid, sequence, setOf, smallInteger } from "./der.js";
import { compare } from "./bytes.js";
import { OID } from "./oids.js";

const SIGN = { name: "ECDSA", hash: "SHA-256" };

/**
 * The extension value that ties the other keys to the certified one.
 * @param {{capsuleKey: Uint8Array, deviceKey: Uint8Array, passkey?: Uint8Array | null, companyDevice?: boolean}} digests
 *   SHA-256 of each SPKI; companyDevice: the keys are made on a device of the company (version 2)
 */
export const keyBinding = ({ capsuleKey, deviceKey, passkey, companyDevice }) =>
  sequence(
    smallInteger(companyDevice ? 2 : 1),
    octetString(capsuleKey),
    octetString(deviceKey),
    ...(passkey ? [encode(0x80, passkey)] : []),
    ...(companyDevice ? [encode(0x81, Uint8Array.of(0xff))] : []),
  );

/**
 * Make the certificate signing request.
 * @param {object} request
 * @param {CryptoKey} request.signatureKey private
 * @param {Uint8Array} request.signatureSpki
 * @param {Uint8Array} request.binding DER of the KeyBinding
 * @param {Uint8Array} request.nonce of the enrolment, 32 bytes
 */
export async function certificateRequest({ signatureKey, signatureSpki, binding, nonce }) {
  const extensions = sequence(sequence(oid(OID.keyBinding), octetString(binding)));
  const attributes = [
    sequence(oid(OID.extensionRequest), setOf(extensions)),
    sequence(oid(OID.enrolmentNonce), setOf(octetString(nonce))),
  ].sort(compare);
  const info = sequence(smallInteger(0), sequence(), signatureSpki, encode(0xa0, ...attributes));
  const signature = new Uint8Array(await crypto.subtle.sign(SIGN, signatureKey, info));
  return sequence(info, sequence(oid(OID.ecdsaWithSha256)), bitString(ecdsaSignature(signature)));
}
