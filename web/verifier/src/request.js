// The signatory's certificate signing request: keys and a nonce, no name. Source: docs/ceremony-spec.md section 4.
import { compare, concat, equal } from "./bytes.js";
import { BIT_STRING, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, SET, constructed, octetString, oid, sequence, smallInteger, tlv, whole } from "./der.js";
import { readKeyBinding, writeKeyBinding } from "./key-binding.js";
import { readP256, verifies } from "./keys.js";
import * as oids from "./oids.js";
import { demand } from "./refusal.js";

/** @typedef {{ der: Uint8Array, spki: Uint8Array, binding: import("./key-binding.js").KeyBinding }} Request */

const LONGEST = 1024;
const ECDSA = sequence(oid(oids.ECDSA_WITH_SHA256));
const EMPTY_NAME = sequence();

/** The request that the bytes are the one encoding of; possession of the key is shown. @param {Uint8Array} der @returns {Promise<Request>} */
export async function readRequest(der) {
  demand(der.length <= LONGEST, "the request is longer than any honest one");
  const outer = whole(der, SEQUENCE);
  const info = outer.raw(SEQUENCE);
  demand(equal(outer.raw(SEQUENCE), ECDSA), "the request is signed with another algorithm");
  const signature = outer.wholeBits();
  outer.done();
  const inner = whole(info, SEQUENCE);
  demand(equal(inner.raw(INTEGER), smallInteger(0)) && equal(inner.raw(SEQUENCE), EMPTY_NAME), "the request names somebody");
  const spki = inner.raw(SEQUENCE);
  const { binding, nonce } = readAttributes(inner.inside(constructed(0)));
  inner.done();
  demand(equal(writeInfo(spki, binding, nonce), info), "the request is not in its one form");
  demand(equal(sequence(info, ECDSA, tlv(BIT_STRING, concat(Uint8Array.of(0), signature))), der), "the request is not in its one form");
  const key = await readP256(spki);
  demand(await verifies(key, { scheme: "ecdsa", hash: "SHA-256" }, signature, info), "the request is not signed by its key");
  return { der, spki, binding };
}

/** @param {Reader} attributes */
function readAttributes(attributes) {
  /** @type {Map<string, Uint8Array>} */
  const values = new Map();
  while (!attributes.empty) {
    const attribute = attributes.inside(SEQUENCE);
    const type = attribute.oid();
    demand(!values.has(type), "an attribute of the request stands twice");
    values.set(type, attribute.content(SET));
    attribute.done();
  }
  const asked = values.get(oids.EXTENSION_REQUEST);
  const fresh = values.get(oids.ENROLMENT_NONCE);
  if (!asked || !fresh || values.size !== 2) demand(false, "other attributes than those of a request");
  const extension = whole(/** @type {Uint8Array} */ (asked), SEQUENCE).inside(SEQUENCE);
  demand(equal(extension.raw(OID), oid(oids.KEY_BINDING)), "another extension is asked for");
  const binding = readKeyBinding(extension.content(OCTET_STRING));
  const nonce = new Reader(/** @type {Uint8Array} */ (fresh)).content(OCTET_STRING);
  demand(nonce.length === 32, "the enrolment nonce has not 32 bytes");
  return { binding, nonce };
}

/** @param {Uint8Array} spki @param {import("./key-binding.js").KeyBinding} binding @param {Uint8Array} nonce */
function writeInfo(spki, binding, nonce) {
  const extension = sequence(oid(oids.KEY_BINDING), octetString(writeKeyBinding(binding)));
  const attributes = [
    sequence(oid(oids.EXTENSION_REQUEST), tlv(SET, sequence(extension))),
    sequence(oid(oids.ENROLMENT_NONCE), tlv(SET, octetString(nonce))),
  ].sort(compare);
  return sequence(smallInteger(0), EMPTY_NAME, spki, tlv(constructed(0), ...attributes));
}
