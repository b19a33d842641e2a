// Revocation data that a document carries: CRLs and OCSP responses, judged at an instant of the past.
// Source: RFC 5280 section 5; RFC 6960 section 4.2; docs/dossier-spec.md section 3.6.
import { equal, hex } from "./bytes.js";
import { CRL_SIGN, readCertificate, readExtensions, readSerial } from "./certificate.js";
import {
  ENUMERATED,
  GENERALIZED_TIME,
  INTEGER,
  OCTET_STRING,
  Reader,
  SEQUENCE,
  constructed,
  context,
  generalizedTime,
  whole,
} from "./der.js";
import { digest } from "./digests.js";
import * as oids from "./oids.js";
import { issued } from "./path.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {import("./certificate.js").Certificate} Certificate */

/**
 * @typedef {object} RevocationList
 * @property {Uint8Array} issuer Name, DER
 * @property {number | null} nextUpdate
 * @property {Map<string, number>} revoked serial number → instant
 * @property {boolean} understood no critical extension
 * @property {Uint8Array} signed
 * @property {Uint8Array} algorithm AlgorithmIdentifier, DER
 * @property {Uint8Array} signature
 */

/**
 * @typedef {object} Answer one certificate in an OCSP response
 * @property {import("./digests.js").Hash} hash
 * @property {Uint8Array} issuerName digest
 * @property {Uint8Array} issuerKey digest
 * @property {Uint8Array} serial
 * @property {number | null} revokedAt
 * @property {boolean} good
 * @property {number} thisUpdate
 * @property {number | null} nextUpdate
 */

/**
 * @typedef {object} OcspResponse
 * @property {Answer[]} answers
 * @property {Certificate[]} certificates
 * @property {Uint8Array} signed
 * @property {Uint8Array} algorithm AlgorithmIdentifier, DER
 * @property {Uint8Array} signature
 */

const HALF_HOUR = 30 * 60 * 1e6;

/** @param {Uint8Array} der @returns {RevocationList} */
export function readRevocationList(der) {
  const outer = whole(der, SEQUENCE);
  const signed = outer.raw(SEQUENCE);
  const algorithmBytes = outer.raw(SEQUENCE);
  const signature = outer.wholeBits();
  outer.done();
  const list = whole(signed, SEQUENCE);
  demand(list.smallInteger() === 1, "not a version 2 revocation list");
  demand(equal(list.raw(SEQUENCE), algorithmBytes), "the revocation list names two signature algorithms");
  const issuer = list.raw(SEQUENCE);
  list.time();
  const nextUpdate = list.tag === 0x17 || list.tag === GENERALIZED_TIME ? list.time() : null;
  const entries = list.tag === SEQUENCE ? readEntries(list.inside(SEQUENCE)) : { revoked: new Map(), understood: true };
  const extensions = list.tag === constructed(0) ? readExtensions(list.inside(constructed(0))) : new Map();
  list.done();
  const understood = entries.understood && ![...extensions.values()].some(({ critical }) => critical);
  return { issuer, nextUpdate, revoked: entries.revoked, understood, signed, algorithm: algorithmBytes, signature };
}

/** @param {Reader} list */
function readEntries(list) {
  /** @type {Map<string, number>} */
  const revoked = new Map();
  let understood = true;
  while (!list.empty) {
    const entry = list.inside(SEQUENCE);
    const serial = hex(readSerial(entry));
    const at = entry.time();
    if (!entry.empty) {
      const extensions = readExtensions(new Reader(entry.bytes, entry.at, entry.end));
      understood &&= ![...extensions.values()].some(({ critical }) => critical);
    }
    revoked.set(serial, Math.min(at, revoked.get(serial) ?? at));
  }
  return { revoked, understood };
}

/** @param {Uint8Array} der @returns {OcspResponse} */
export function readOcspResponse(der) {
  const response = whole(der, SEQUENCE);
  const status = response.content(ENUMERATED);
  demand(status.length === 1 && status[0] === 0, "the OCSP responder had no answer");
  const bytes = response.inside(constructed(0)).inside(SEQUENCE);
  demand(bytes.oid() === oids.OCSP_BASIC, "an OCSP response of another kind");
  const basic = whole(bytes.content(OCTET_STRING), SEQUENCE);
  const signed = basic.raw(SEQUENCE);
  const algorithm = basic.raw(SEQUENCE);
  const signature = basic.wholeBits();
  /** @type {Certificate[]} */
  const certificates = [];
  if (basic.tag === constructed(0)) {
    const wrapped = basic.inside(constructed(0));
    const list = wrapped.inside(SEQUENCE);
    wrapped.done();
    while (!list.empty) certificates.push(readCertificate(list.raw(SEQUENCE)));
  }
  basic.done();
  return { answers: readAnswers(whole(signed, SEQUENCE)), certificates, signed, algorithm, signature };
}

/** @param {Reader} data */
function readAnswers(data) {
  if (data.tag === constructed(0)) data.raw();
  data.raw(); // the responder's name or key: the signature says more
  generalizedTime(data.content(GENERALIZED_TIME), true);
  const list = data.inside(SEQUENCE);
  if (data.tag === constructed(1)) demandNothingCritical(data.inside(constructed(1)));
  data.done();
  const answers = [];
  while (!list.empty) answers.push(readAnswer(list.inside(SEQUENCE)));
  return answers;
}

/** @param {Reader} single @returns {Answer} */
function readAnswer(single) {
  const identifier = single.inside(SEQUENCE);
  const hash = readIdentifierHash(identifier);
  const [issuerName, issuerKey] = [identifier.content(OCTET_STRING), identifier.content(OCTET_STRING)];
  const serial = identifier.content(INTEGER);
  identifier.done();
  const { tag, content } = single.take();
  const revokedAt = tag === constructed(1) ? generalizedTime(new Reader(single.bytes, content).content(GENERALIZED_TIME), true) : null;
  const thisUpdate = generalizedTime(single.content(GENERALIZED_TIME), true);
  let nextUpdate = null;
  if (single.tag === constructed(0)) nextUpdate = generalizedTime(single.inside(constructed(0)).content(GENERALIZED_TIME), true);
  if (single.tag === constructed(1)) demandNothingCritical(single.inside(constructed(1)));
  single.done();
  return { hash, issuerName, issuerKey, serial, revokedAt, good: tag === context(0), thisUpdate, nextUpdate };
}

/** @param {Reader} identifier @returns {import("./digests.js").Hash} */
function readIdentifierHash(identifier) {
  const algorithm = identifier.inside(SEQUENCE);
  const name = algorithm.oid();
  if (name === oids.SHA1) return "SHA-1";
  if (name === oids.SHA256) return "SHA-256";
  throw new Refusal("an OCSP response with another hash");
}

/** @param {Reader} wrapped */
function demandNothingCritical(wrapped) {
  const critical = [...readExtensions(wrapped).values()].some((extension) => extension.critical);
  demand(!critical, "the OCSP response demands what is not understood");
}

/**
 * Require that revocation data shows that a certificate was not revoked at an instant.
 * @param {Certificate} certificate @param {Certificate} issuer
 * @param {{ lists: RevocationList[], responses: OcspResponse[], at: number }} data
 */
export async function demandNotRevoked(certificate, issuer, { lists, responses, at }) {
  let shown = false;
  for (const list of lists) {
    if (!equal(list.issuer, issuer.subject) || !list.understood) continue;
    if (list.nextUpdate === null || at > list.nextUpdate) continue;
    if (issuer.usage && !issuer.usage.has(CRL_SIGN)) continue;
    if (!(await issued(issuer, list))) continue;
    const revokedAt = list.revoked.get(hex(certificate.serial));
    demand(revokedAt === undefined || revokedAt > at, "a certificate was revoked");
    shown = true;
  }
  for (const response of responses) {
    for (const answer of response.answers) {
      if (!(await answers(answer, certificate, issuer)) || at > (answer.nextUpdate ?? answer.thisUpdate + HALF_HOUR)) continue;
      if (!(await byResponder(response, issuer, at))) continue;
      demand(answer.revokedAt === null || answer.revokedAt > at, "a certificate was revoked");
      shown ||= answer.good || answer.revokedAt !== null;
    }
  }
  demand(shown, "nothing shows that a certificate was not revoked");
}

/** Whether an answer is about the certificate. @param {Answer} answer @param {Certificate} certificate @param {Certificate} issuer */
async function answers(answer, certificate, issuer) {
  if (!equal(answer.serial, certificate.serial)) return false;
  const key = whole(issuer.spki, SEQUENCE);
  key.raw(SEQUENCE);
  const [name, id] = [await digest(answer.hash, issuer.subject), await digest(answer.hash, key.wholeBits())];
  return equal(name, answer.issuerName) && equal(id, answer.issuerKey);
}

/** Whether the issuer signed a response, or a responder that it certified for that. @param {OcspResponse} response
 * @param {Certificate} issuer @param {number} at */
async function byResponder(response, issuer, at) {
  for (const signer of [issuer, ...response.certificates]) {
    const own = signer === issuer;
    if (!own && !(signer.extendedUsages.includes(oids.OCSP_SIGNING) && equal(signer.issuer, issuer.subject))) continue;
    if (!own && (at < signer.notBefore || at > signer.notAfter || !(await issued(issuer, signer)))) continue;
    if (await issued(signer, response)) return true;
  }
  return false;
}
