// The company's seal on a dossier: a detached CAdES baseline signature over the first manifest.
// Source: ETSI EN 319 122-1 clause 6; docs/dossier-spec.md section 1.4.
import { equal } from "./bytes.js";
import { attribute } from "./attributes.js";
import { readSignature } from "./cms.js";
import { OID, SEQUENCE, SET, UTC_TIME, octetString, oid, oidText, sequence, setOf, tlv, utcTime, whole } from "./der.js";
import { sha256 } from "./digests.js";
import * as oids from "./oids.js";
import { demandChain, findPath } from "./path.js";
import { Refusal, demand } from "./refusal.js";

/**
 * Require that a seal is over this manifest, and that its certificate leads to an anchor.
 * @param {Uint8Array} seal @param {Uint8Array} manifest
 * @param {{ anchors: readonly import("./certificate.js").Certificate[], at: number }} world
 */
export async function demandSealed(seal, manifest, { anchors, at }) {
  const { attributes, certificate, certificates, timestamp } = await readSignature(seal);
  demand(timestamp === null, "the seal carries what a seal does not carry");
  const expected = setOf([
    attribute(oids.CONTENT_TYPE, oid(oids.DATA)),
    attribute(oids.MESSAGE_DIGEST, octetString(await sha256(manifest))),
    attribute(oids.SIGNING_TIME, claimedTime(attributes)),
    attribute(oids.SIGNING_CERTIFICATE_V2, sequence(sequence(sequence(octetString(await sha256(certificate.der)))))),
  ]);
  demand(equal(attributes, expected), "the seal is over another manifest, or names another certificate");
  await demandChain(certificate, certificates);
  await findPath(certificate, { between: certificates, anchors, at });
  demand(certificate.keyBinding === null, "the seal is made with a signatory's certificate");
}

/** The claimed time as it stands there; that it exists is required. @param {Uint8Array} attributes */
function claimedTime(attributes) {
  const set = whole(attributes, SET);
  while (!set.empty) {
    const inside = set.inside(SEQUENCE);
    if (oidText(inside.content(OID)) !== oids.SIGNING_TIME) continue;
    const octets = inside.inside(SET).content(UTC_TIME);
    utcTime(octets);
    return tlv(UTC_TIME, octets);
  }
  throw new Refusal("the seal claims no time");
}
