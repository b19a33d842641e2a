// Reads an X.509 certificate as far as its holder must: is it for my keys and my name, and valid now?
// The chain above it is the verifier's business, not the signatory's.
import { equal, fromUtf8 } from "./bytes.js";
import { children, expect, oidText, parse } from "./der.js";
import { OID } from "./oids.js";
import { as, demand } from "./problems.js";

/**
 * @typedef {object} Certificate
 * @property {Map<string, string[]>} subject values by attribute type
 * @property {number} notBefore milliseconds since 1970
 * @property {number} notAfter milliseconds since 1970
 * @property {Uint8Array} spki
 * @property {Map<string, Uint8Array>} extensions values by identifier
 */

/** @param {import("./der.js").Element} element */
function instant({ tag, value }) {
  const text = fromUtf8(value);
  const century = tag === 0x17 ? (Number(text.slice(0, 2)) < 50 ? "20" : "19") : "";
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(century + text);
  if (!match) throw new TypeError("not a time");
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** @param {import("./der.js").Element} name */
function nameValues(name) {
  /** @type {Map<string, string[]>} */
  const values = new Map();
  for (const pair of children(name).flatMap(children)) {
    const [type, value] = children(pair);
    values.set(oidText(type), [...(values.get(oidText(type)) ?? []), fromUtf8(value.value)]);
  }
  return values;
}

/** @param {Uint8Array} der @returns {Certificate} */
export function readCertificate(der) {
  const [tbs] = children(expect(parse(der), 0x30));
  const parts = children(expect(tbs, 0x30));
  if (parts[0].tag === 0xa0) parts.shift();
  const [, , , validity, subject, spki, ...rest] = parts;
  const [notBefore, notAfter] = children(expect(validity, 0x30)).map(instant);
  const extensions = new Map();
  const list = rest.find(({ tag }) => tag === 0xa3);
  for (const extension of list ? children(children(list)[0]) : []) {
    const inside = children(extension);
    const id = oidText(inside[0]);
    if (extensions.has(id)) throw new TypeError("extension twice");
    extensions.set(id, expect(inside.at(-1), 0x04).value);
  }
  return { subject: nameValues(subject), notBefore, notAfter, spki: spki.raw, extensions };
}

/**
 * Hold an issued certificate against what this device asked for.
 * @param {Uint8Array} der
 * @param {object} own
 * @param {Uint8Array} own.signatureSpki
 * @param {Uint8Array} own.binding DER of the KeyBinding
 * @param {string} own.givenName
 * @param {string} own.familyName
 * @param {number} now milliseconds since 1970
 * @returns {Promise<Certificate>}
 */
export async function checkOwnCertificate(der, own, now) {
  const certificate = await as("agent.certificate.unreadable", () => readCertificate(der));
  demand(equal(certificate.spki, own.signatureSpki), "agent.certificate.other_key");
  const binding = certificate.extensions.get(OID.keyBinding);
  demand(binding && equal(binding, own.binding), "agent.certificate.other_binding");
  /** @param {string} type @param {string} value */
  const names = (type, value) => {
    const values = certificate.subject.get(type);
    return values?.length === 1 && values[0].normalize("NFC") === value.normalize("NFC");
  };
  demand(
    names(OID.givenName, own.givenName) && names(OID.surname, own.familyName),
    "agent.certificate.other_name",
  );
  demand(now >= certificate.notBefore - 60_000 && now < certificate.notAfter, "agent.certificate.not_valid_now");
  return certificate;
}
