// A certificate leads to an anchor. Source: RFC 5280 section 6; docs/dossier-spec.md section 3.3.
import { equal, hex } from "./bytes.js";
import { KEY_CERT_SIGN, readCertificate } from "./certificate.js";
import { Reader } from "./der.js";
import { readAlgorithm, readKey, verifies } from "./keys.js";
import * as oids from "./oids.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {import("./certificate.js").Certificate} Certificate */

const MOST_BETWEEN = 6;
const MOST_TRIED = 200;
const MOST_CARRIED = 16;
const UNDERSTOOD = new Set([
  oids.BASIC_CONSTRAINTS,
  oids.KEY_USAGE,
  oids.EXTENDED_KEY_USAGE,
  oids.SUBJECT_ALT_NAME,
  oids.SUBJECT_KEY_IDENTIFIER,
  oids.AUTHORITY_KEY_IDENTIFIER,
  oids.AUTHORITY_INFORMATION,
]);

/** Trust anchors, read once. @param {readonly Uint8Array[]} anchors DER */
export function readAnchors(anchors) {
  return anchors.map(readCertificate);
}

/**
 * The path that makes a certificate trusted at an instant: the certificate first, the anchor last.
 * @param {Certificate} certificate
 * @param {{ between: readonly Certificate[], anchors: readonly Certificate[], at: number }} world `at`: microseconds
 * @returns {Promise<Certificate[]>}
 */
export async function findPath(certificate, { between, anchors, at }) {
  if (!anchors.length) throw new Refusal("without a trust anchor nothing can be verified");
  if (!sound(certificate, at)) throw new Refusal("the certificate was not valid then, or demands what is not understood");
  const budget = { left: MOST_TRIED };
  const path = await climb([certificate], between, anchors, at, budget);
  if (!path) throw new Refusal("no path of certificates leads to a trust anchor");
  return path;
}

/**
 * @param {Certificate[]} path @param {readonly Certificate[]} between @param {readonly Certificate[]} anchors
 * @param {number} at @param {{ left: number }} budget @returns {Promise<Certificate[] | null>}
 */
async function climb(path, between, anchors, at, budget) {
  const top = path[path.length - 1];
  if (anchors.some((anchor) => equal(anchor.der, top.der))) return path;
  if (path.length > MOST_BETWEEN + 1) return null;
  for (const issuer of [...anchors, ...between]) {
    if (path.some((link) => equal(link.der, issuer.der))) continue;
    if (!equal(issuer.subject, top.issuer) || !mayIssue(issuer, path, at)) continue;
    if (budget.left-- <= 0) return null;
    if (!(await issued(issuer, top))) continue;
    const longer = await climb([...path, issuer], between, anchors, at, budget);
    if (longer) return longer;
  }
  return null;
}

/**
 * Whether the issuer's key signed a certificate, or what else it signs.
 * @param {Certificate} issuer
 * @param {{ algorithm: Uint8Array, signature: Uint8Array, signed: Uint8Array }} certificate
 */
export async function issued(issuer, certificate) {
  try {
    const algorithm = readAlgorithm(new Reader(certificate.algorithm));
    return await verifies(readKey(issuer.spki), algorithm, certificate.signature, certificate.signed);
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** Valid at the instant (validity is in whole seconds), and without critical extensions that are not understood.
 * @param {Certificate} certificate @param {number} at */
function sound(certificate, at) {
  const second = Math.floor(at / 1e6) * 1e6;
  if (second < certificate.notBefore || second > certificate.notAfter) return false;
  return [...certificate.extensions].every(([type, { critical }]) => !critical || UNDERSTOOD.has(type));
}

/** @param {Certificate} issuer @param {Certificate[]} path below it @param {number} at */
function mayIssue(issuer, path, at) {
  if (!sound(issuer, at) || !issuer.constraints?.authority || issuer.extensions.has(oids.NAME_CONSTRAINTS)) return false;
  if (issuer.usage && !issuer.usage.has(KEY_CERT_SIGN)) return false;
  const below = path.slice(1).filter((link) => !equal(link.subject, link.issuer)).length;
  return issuer.constraints.pathLength === null || below <= issuer.constraints.pathLength;
}

/**
 * Require that certificates which are carried beside a signer's are the chain above it and nothing else: each is the
 * issuer of another one, and one that names itself as its issuer is signed by itself.
 * @param {Certificate} signer @param {readonly Certificate[]} others
 */
export async function demandChain(signer, others) {
  let lower = signer;
  let left = others.filter(({ der }) => !equal(der, signer.der));
  while (left.length) {
    const above = await issuerAmong(left, lower);
    if (!above) throw new Refusal("a certificate is carried that is not in the chain");
    if (equal(above.subject, above.issuer) && !(await signsItself(above))) throw new Refusal("a root does not sign itself");
    left = left.filter((certificate) => certificate !== above);
    lower = above;
  }
}

/** @param {readonly Certificate[]} candidates @param {Certificate} certificate */
async function issuerAmong(candidates, certificate) {
  for (const candidate of candidates) {
    if (equal(candidate.subject, certificate.issuer) && (await issued(candidate, certificate))) return candidate;
  }
  return null;
}

/** Whether a root's own signature holds. @param {Certificate} root */
const signsItself = (root) => signed(root, root);

/** Whether a signature of one that names itself as its issuer holds. Trust never comes from it, so SHA-1 will do where
 * an old root has it. @param {Certificate} issuer @param {Certificate} certificate */
async function signed(issuer, certificate) {
  const algorithm = readAlgorithm(new Reader(certificate.algorithm), { old: true });
  return verifies(readKey(issuer.spki), algorithm, certificate.signature, certificate.signed);
}

/** Require that each certificate certifies the one before it (RFC 7515 section 4.1.6).
 * @param {readonly Certificate[]} chain */
export async function demandOrder(chain) {
  for (const [i, upper] of chain.entries()) {
    if (i) demand(await vouches(upper, chain[i - 1]), "a certificate does not certify the one before it");
  }
}

/**
 * Require that nothing stands beside a signer's certificate that could be another one just as well: each certifies the
 * signer's or one of those that do; its signature holds where its issuer is carried, trusted or itself; a copy of an
 * anchor is the anchor.
 * @param {Certificate} signer @param {readonly Certificate[]} others @param {readonly Certificate[]} anchors
 */
export async function demandNothingLoose(signer, others, anchors) {
  demand(others.length <= MOST_CARRIED, "more certificates than any chain has");
  let left = others.filter(({ der }, i) => !equal(der, signer.der) && others.findIndex((other) => equal(other.der, der)) === i);
  const known = [signer, ...left, ...anchors];
  const above = [signer];
  for (const lower of above) {
    /** @type {Certificate[]} */
    const found = [];
    for (const certificate of left) if (await vouches(certificate, lower)) found.push(certificate);
    left = left.filter((certificate) => !found.includes(certificate));
    above.push(...found);
  }
  demand(!left.length, "a certificate is carried that certifies nothing here");
  for (const certificate of above.slice(1)) {
    const issuers = known.filter(({ subject }) => equal(subject, certificate.issuer));
    demand(!issuers.length || (await anyVouches(issuers, certificate)), "the signature of a carried certificate does not hold");
    const copied = anchors.some((anchor) => identity(anchor) === identity(certificate) && !equal(anchor.der, certificate.der));
    demand(!copied, "an anchor is carried in another form");
  }
}

/** @param {readonly Certificate[]} issuers @param {Certificate} certificate */
async function anyVouches(issuers, certificate) {
  for (const issuer of issuers) if (await vouches(issuer, certificate)) return true;
  return false;
}

/** Whether a certificate names another as its issuer and was signed by its key. @param {Certificate} issuer @param {Certificate} certificate */
async function vouches(issuer, certificate) {
  if (!equal(issuer.subject, certificate.issuer)) return false;
  try {
    return equal(certificate.subject, certificate.issuer) ? await signed(issuer, certificate) : await issued(issuer, certificate);
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** @param {Certificate} certificate */
const identity = ({ subject, spki, serial }) => [subject, spki, serial].map(hex).join();
