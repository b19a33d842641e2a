// The extension that ties capsule key, device key and passkey to a certified signature key.
// Source: docs/ceremony-spec.md section 3.
import { equal } from "./bytes.js";
import { OCTET_STRING, SEQUENCE, context, octetString, sequence, smallInteger, tlv, whole } from "./der.js";
import { demand } from "./refusal.js";

/** Key ids, 32 bytes each. @typedef {{ capsuleKey: Uint8Array, deviceKey: Uint8Array, passkey: Uint8Array | null, companyDevice: boolean }} KeyBinding */

/** Version 2 is of the bindings that say that the device belongs to the company; a passkey is in none of those. */
const COMPANY_DEVICE = 2;
const TRUE = new Uint8Array([0xff]);

/** The binding that the bytes are the one encoding of. @param {Uint8Array} der @returns {KeyBinding} */
export function readKeyBinding(der) {
  const reader = whole(der, SEQUENCE);
  const version = reader.smallInteger();
  const companyDevice = version === COMPANY_DEVICE;
  demand(version === 1 || companyDevice, "a key binding of an unknown version");
  const capsuleKey = reader.content(OCTET_STRING);
  const deviceKey = reader.content(OCTET_STRING);
  const passkey = reader.empty || companyDevice ? null : reader.content(context(0));
  demand(!companyDevice || equal(reader.content(context(1)), TRUE), "a key binding that says what is never said");
  reader.done();
  const ids = [capsuleKey, deviceKey, ...(passkey ? [passkey] : [])];
  demand(ids.every((id) => id.length === 32), "a key id has 32 bytes");
  return { capsuleKey, deviceKey, passkey, companyDevice };
}

/** @param {KeyBinding} binding */
export function writeKeyBinding({ capsuleKey, deviceKey, passkey, companyDevice }) {
  const last = companyDevice ? tlv(context(1), TRUE) : passkey ? tlv(context(0), passkey) : new Uint8Array(0);
  return sequence(smallInteger(companyDevice ? COMPANY_DEVICE : 1), octetString(capsuleKey), octetString(deviceKey), last);
}

/** @param {KeyBinding} left @param {KeyBinding | null} right */
export function sameBinding(left, right) {
  return right !== null && equal(writeKeyBinding(left), writeKeyBinding(right));
}
