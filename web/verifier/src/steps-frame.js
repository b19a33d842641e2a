// Steps 1 to 5: container, manifest, timestamp, seal, parts. Source: docs/dossier-spec.md section 4.
import { readContainer } from "./container.js";
import { sha256 } from "./digests.js";
import { FRAME, SEAL, SEALED_MANIFEST, STAMPED_MANIFEST, TIMESTAMP, demandManifests } from "./manifest.js";
import { readParts } from "./parts.js";
import { readAnchors } from "./path.js";
import { demand } from "./refusal.js";
import { instantText } from "./report.js";
import { demandSealed } from "./seal.js";
import { readTimestamp } from "./timestamp.js";

/** @typedef {import("./findings.js").Findings} Findings */

/** @param {Findings} found @param {Uint8Array} data */
export function container(found, data) {
  found.parts = readContainer(data);
  for (const name of FRAME) demand(found.parts.has(name), "missing", name);
  return `${found.parts.size} parts, every byte in its place`;
}

/** @param {Findings} found */
export async function manifest(found) {
  await demandManifests(found.parts);
  return "the parts are exactly those that were sealed and timestamped";
}

/** @param {Findings} found @param {readonly Uint8Array[]} anchors */
export async function timestamp(found, anchors) {
  found.anchors = readAnchors(anchors);
  const imprint = await sha256(found.part(STAMPED_MANIFEST));
  found.dossierAt = (await readTimestamp(found.part(TIMESTAMP), imprint, found.anchors, { lone: true })).at;
  return `the dossier existed at ${instantText(found.dossierAt)}`;
}

/** @param {Findings} found */
export async function seal(found) {
  const at = found.dossierAt ?? 0;
  await demandSealed(found.part(SEAL), found.part(SEALED_MANIFEST), { anchors: found.anchors, at });
  return "the seal holds and its certificate leads to an anchor";
}

/** Fills the dossier of each signatory in. @param {Findings} found @param {import("./parts.js").Dossier[]} dossiers */
export async function parts(found, dossiers) {
  const inner = new Map([...found.parts].filter(([name]) => !FRAME.includes(name)));
  dossiers.push(...(await readParts(inner)));
  return "every part is there and in its one form";
}
