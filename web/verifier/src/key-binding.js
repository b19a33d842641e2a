// The extension that ties capsule key, device key and passkey to a certified signature key.
// Source: docs/ceremony-spec.md section 3.
import { equal } from "./bytes.js";
import { OCTET_STRING, SEQUENCE, context, octetString, sequence, smallInteger, tlv, whole } from "./der.js";
import { demand } from "./refusal.js";

/** Key ids, 32 bytes each. @typedef {{ capsuleKey: Uint8Array, deviceKey: Uint8Array, passkey: Uint8Array | null }} KeyBinding */

/** The binding that the bytes are the one encoding of. @param {Uint8Array} der @returns {KeyBinding} */
export function readKeyBinding(der) {
  const reader = whole(der, SEQUENCE);
  demand(reader.smallInteger() === 1, "a key binding of an unknown version");
  const capsuleKey = reader.content(OCTET_STRING);
  const deviceKey = reader.content(OCTET_STRING);
  const passkey = reader.empty ? null : reader.content(context(0));
  reader.done();
  const ids = [capsuleKey, deviceKey, ...(passkey ? [passkey] : [])];
  demand(ids.every((id) => id.length === 32), "a key id has 32 bytes");
  return { capsuleKey, deviceKey, passkey };
}

/** @param {KeyBinding} binding */
export function writeKeyBinding({ capsuleKey, deviceKey, passkey }) {
  const last = passkey ? tlv(context(0), passkey) : new Uint8Array(0);
  return sequence(smallInteger(1), octetString(capsuleKey), octetString(deviceKey), last);
}

/** @param {KeyBinding} left @param {KeyBinding | null} right */
export function sameBinding(left, right) {
  return right !== null && equal(writeKeyBinding(left), writeKeyBinding(right));
}
