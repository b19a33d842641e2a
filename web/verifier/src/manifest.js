// The two manifests: which parts there are, with the digest of each. Source: docs/dossier-spec.md section 1.3.
import { base64, equal, latin1, utf8 } from "./bytes.js";
import { sha256 } from "./digests.js";
import { Refusal, demand } from "./refusal.js";

export const SEALED_MANIFEST = "META-INF/ASiCManifest1.xml";
export const SEAL = "META-INF/signature.p7s";
export const STAMPED_MANIFEST = "META-INF/ASiCManifest2.xml";
export const TIMESTAMP = "META-INF/timestamp.tst";
export const FRAME = [SEALED_MANIFEST, SEAL, STAMPED_MANIFEST, TIMESTAMP];

const SEAL_TYPE = "application/pkcs7-signature";
const TIMESTAMP_TYPE = "application/vnd.etsi.timestamp-token";
const ROOT_FILE = "document.pdf";
const TYPES = /** @type {{ [ending: string]: string | undefined }} */ ({
  pdf: "application/pdf",
  json: "application/json",
  txt: "text/plain",
  yaml: "application/yaml",
  der: "application/pkix-cert",
  jws: "application/jose",
  eml: "message/rfc822",
  xml: "text/xml",
  p7s: SEAL_TYPE,
});
const LISTED = /<asic:DataObjectReference URI="([^"<>&]+)"[^<>]*><[^<>]*\/><ds:DigestValue>([A-Za-z0-9+/=]{44})</g;

/** Require that both manifests list exactly the parts, in their one form. @param {Map<string, Uint8Array>} parts */
export async function demandManifests(parts) {
  const inner = [...parts.keys()].filter((name) => !FRAME.includes(name));
  await demandManifest(parts, { own: SEALED_MANIFEST, names: inner, signature: SEAL, type: SEAL_TYPE });
  const outer = [...inner, SEALED_MANIFEST, SEAL];
  await demandManifest(parts, { own: STAMPED_MANIFEST, names: outer, signature: TIMESTAMP, type: TIMESTAMP_TYPE });
}

/** @param {Map<string, Uint8Array>} parts @param {{ own: string, names: string[], signature: string, type: string }} expected */
async function demandManifest(parts, { own, names, signature, type }) {
  const manifest = /** @type {Uint8Array} */ (parts.get(own));
  /** @type {Map<string, string>} */
  const digests = new Map();
  for (const name of [...names].sort()) digests.set(name, base64(await sha256(/** @type {Uint8Array} */ (parts.get(name)))));
  const listed = new Map([...latin1(manifest).matchAll(LISTED)].map((found) => [found[1], found[2]]));
  for (const [name, digest] of digests) {
    demand(listed.has(name), "the part is not listed", name);
    demand(listed.get(name) === digest, "the part has another digest than the one listed", name);
  }
  for (const name of [...listed.keys()].sort()) demand(digests.has(name), "a part that is listed is missing", name);
  demand(equal(manifest, utf8(writeManifest(digests, signature, type))), "the manifest is not in its one form", own);
}

/** @param {Map<string, string>} digests @param {string} signature @param {string} type */
function writeManifest(digests, signature, type) {
  const references = [...digests].map(([name, digest]) => {
    const kind = TYPES[name.slice(name.lastIndexOf(".") + 1)];
    if (!kind) throw new Refusal("a part of an unknown type", name);
    const root = name === ROOT_FILE ? ' Rootfile="true"' : "";
    return (
      `<asic:DataObjectReference URI="${name}" MimeType="${kind}"${root}>` +
      '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>' +
      `<ds:DigestValue>${digest}</ds:DigestValue></asic:DataObjectReference>\n`
    );
  });
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n' +
    `<asic:SigReference URI="${signature}" MimeType="${type}"/>\n` +
    `${references.join("")}</asic:ASiCManifest>\n`
  );
}
