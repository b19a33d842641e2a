// The parts of a dossier, each in its one form. Source: docs/dossier-spec.md section 2.
import { b64url, equal, fromB64url, fromUtf8, hex } from "./bytes.js";
import { transcriptHash } from "./capsule.js";
import { sha256 } from "./digests.js";
import { asArray, asInteger, asText, isObject, parseCanonical, withMembers } from "./json.js";
import { readExtract, writeExtract } from "./ledger.js";
import { Refusal, about, demand } from "./refusal.js";
import { writeStatement } from "./statement.js";
import { readTranscript } from "./transcript.js";

/**
 * @typedef {object} Enrolment
 * @property {Uint8Array} request
 * @property {Uint8Array} capsuleKey
 * @property {Uint8Array} deviceKey
 * @property {{ credentialId: Uint8Array, publicKey: Uint8Array, algorithm: number, prf: boolean } | null} passkey
 * @property {string} idToken
 * @property {string} issuer
 * @property {string} jwks
 * @property {string} audience
 */

/** @typedef {{ seq: number, name: string, salt: Uint8Array, content: Uint8Array }} Opening */

/**
 * What a dossier holds about one signatory, and what it holds once for all of them.
 * @typedef {object} Dossier
 * @property {number} number which signatory, from 1
 * @property {number} signatories how many there are
 * @property {Uint8Array} document
 * @property {import("./transcript.js").Transcript} transcript
 * @property {Uint8Array} tau
 * @property {import("./capsule.js").Sealed} capsule
 * @property {Uint8Array} certificate
 * @property {Uint8Array[]} chain
 * @property {Enrolment | null} enrolment
 * @property {Uint8Array[]} messages
 * @property {import("./user-verification.js").Assertion | null} userVerification
 * @property {import("./ledger.js").Extract} ledger
 * @property {Opening[]} openings
 * @property {Uint8Array[]} mails
 * @property {Uint8Array | null} seed
 */

/** SHA-256 of the leaflet, which is the same in every dossier of version 1 with one signatory, and with several. */
const LEAFLET = "bfb0e9c4808ab9b246313017d1f8a7de17494859a67768d17586715406d80465";
const LEAFLET_OF_SEVERAL = "0f9a0ca5f85ce7751e15a1704f42e894c86f97a86b4321f4cfc89dd6b2fc9958";
const SHARED = ["readme.txt", "document.pdf", "policy.yaml", "contract.json", "ledger.json", "commitments.json"];
const SHARED_OPTIONAL = ["formation.json"];
const OWN = [
  ...["agent-manifest.json", "capsule.json", "certificates/signer.der", "declaration.txt", "statement.json"],
  ...["summary.json", "transcript.json"],
];
const OPTIONAL = ["enrolment.json", "user-verification.json", "disclosure.json"];
const CHAIN = /^certificates\/chain-([0-9]{2})\.der$/;
const MESSAGE = /^messages\/([0-9]{3})\.jws$/;
const MAIL = /^mails\/([0-9]{3})\.eml$/;
const MOST_SIGNATORIES = 5;

/** Folder of a signatory's own parts; the first one's stand at the top. @param {number} number */
export const folder = (number) => (number === 1 ? "" : `signatories/${number}/`);

/** @param {string} name */
const isShared = (name) => SHARED.includes(name) || SHARED_OPTIONAL.includes(name) || name.startsWith("mails/");

/** A signatory's part by its whole name; shared parts have the same name for everybody.
 * @param {string | null} name @param {number} number */
export function wholeName(name, number) {
  if (name === null || isShared(name)) return name;
  return folder(number) + name;
}

/** The parts of one signatory, under their plain names, and the shared ones.
 * @param {Map<string, Uint8Array>} parts @param {number} number @returns {Map<string, Uint8Array>} */
export function seenBy(parts, number) {
  const own = folder(number);
  const seen = new Map([...parts].filter(([name]) => isShared(name)));
  for (const [name, data] of parts) {
    const mine = number === 1 ? !name.startsWith("signatories/") : name.startsWith(own);
    if (mine) seen.set(name.slice(own.length), data);
  }
  return seen;
}

/** The dossier whose parts (without the frame) these are, for each signatory. @param {Map<string, Uint8Array>} parts
 * @returns {Promise<Dossier[]>} */
export async function readParts(parts) {
  let signatories = 1;
  while (signatories < MOST_SIGNATORIES && parts.has(`${folder(signatories + 1)}transcript.json`)) signatories += 1;
  const numbers = Array.from({ length: signatories }, (_, i) => i + 1);
  const required = [...SHARED, ...numbers.flatMap((number) => OWN.map((name) => folder(number) + name))];
  for (const name of required) demand(parts.has(name), "missing", name);
  for (const name of parts.keys()) demand(required.includes(name) || isOptional(name, signatories), "an unknown part", name);
  const read = reader(parts, "");
  const leaflet = signatories === 1 ? LEAFLET : LEAFLET_OF_SEVERAL;
  await read("readme.txt", async (bytes) => demand(hex(await sha256(bytes)) === leaflet, "not the leaflet"));
  const shared = {
    signatories,
    document: await read("document.pdf", (bytes) => bytes),
    ledger: await read("ledger.json", readLedger),
    openings: await read("commitments.json", (bytes) => readOpenings(bytes, parts)),
    mails: numbered(parts, "", MAIL),
  };
  /** @type {Dossier[]} */
  const dossiers = [];
  for (const number of numbers) dossiers.push({ ...shared, number, ...(await readOwn(parts, folder(number))) });
  return dossiers;
}

/** @param {string} name @param {number} signatories */
function isOptional(name, signatories) {
  if (MAIL.test(name) || SHARED_OPTIONAL.includes(name)) return true;
  const [, number, rest] = /^signatories\/([2-5])\/(.*)$/.exec(name) ?? [name, "1", name];
  return Number(number) <= signatories && (OPTIONAL.includes(rest) || CHAIN.test(rest) || MESSAGE.test(rest));
}

/** @param {Map<string, Uint8Array>} parts @param {string} own folder */
function reader(parts, own) {
  /** @template T @param {string} name @param {(bytes: Uint8Array) => T | Promise<T>} how @returns {Promise<T>} */
  return (name, how) => about(own + name, () => how(/** @type {Uint8Array} */ (parts.get(own + name))));
}

/** @param {Map<string, Uint8Array>} parts @param {string} own folder */
async function readOwn(parts, own) {
  const read = reader(parts, own);
  /** @template T @param {string} name @param {(bytes: Uint8Array) => T | Promise<T>} how */
  const optional = async (name, how) => (parts.has(own + name) ? read(name, how) : null);
  const transcript = await read("transcript.json", readTranscript);
  const tau = await read("transcript.json", transcriptHash);
  await read("declaration.txt", fromUtf8);
  await read("statement.json", (bytes) => demand(equal(bytes, writeStatement(transcript, tau)), "not the statement of this transcript"));
  return {
    transcript,
    tau,
    capsule: await read("capsule.json", readCapsule),
    certificate: await read("certificates/signer.der", (bytes) => bytes),
    chain: numbered(parts, own, CHAIN),
    enrolment: await optional("enrolment.json", readEnrolment),
    messages: numbered(parts, own, MESSAGE),
    userVerification: await optional("user-verification.json", (bytes) => readAssertion(parseCanonical(bytes))),
    seed: await optional("disclosure.json", (bytes) => fromB64url(withMembers(parseCanonical(bytes), "seed").seed)),
  };
}

/** @param {Map<string, Uint8Array>} parts @param {string} own folder @param {RegExp} pattern */
function numbered(parts, own, pattern) {
  const names = [...parts.keys()].filter((name) => name.startsWith(own) && pattern.test(name.slice(own.length))).sort();
  names.forEach((name, i) => demand(Number(pattern.exec(name.slice(own.length))?.[1]) === i + 1, "a part out of its sequence", name));
  return names.map((name) => /** @type {Uint8Array} */ (parts.get(name)));
}

/** @param {Uint8Array} bytes */
function readCapsule(bytes) {
  const value = withMembers(parseCanonical(bytes), "enc", "ct");
  return { enc: fromB64url(value.enc), ct: fromB64url(value.ct) };
}

/** @param {Uint8Array} bytes @returns {Enrolment} */
function readEnrolment(bytes) {
  const names = ["csr", "capsule_key", "device_key", "passkey", "id_token", "provider", "audience"];
  const value = withMembers(parseCanonical(bytes), ...names);
  const provider = withMembers(value.provider, "issuer", "jwks");
  return {
    request: fromB64url(value.csr),
    capsuleKey: fromB64url(value.capsule_key),
    deviceKey: fromB64url(value.device_key),
    passkey: value.passkey === null ? null : readPasskey(value.passkey),
    idToken: asText(value.id_token),
    issuer: asText(provider.issuer),
    jwks: asText(provider.jwks),
    audience: asText(value.audience),
  };
}

/** @param {Json} json */
function readPasskey(json) {
  const value = withMembers(json, "credential_id", "public_key", "algorithm", "prf");
  demand((value.algorithm === -7 || value.algorithm === -257) && typeof value.prf === "boolean", "a passkey of another kind");
  return {
    credentialId: fromB64url(value.credential_id),
    publicKey: fromB64url(value.public_key),
    algorithm: value.algorithm,
    prf: value.prf,
  };
}

/** A passkey's statement as the intent message carries it, too. @param {Json} json */
function readAssertion(json) {
  const value = withMembers(json, "authenticator_data", "client_data", "signature");
  return {
    authenticatorData: fromB64url(value.authenticator_data),
    clientData: fromB64url(value.client_data),
    signature: fromB64url(value.signature),
  };
}

/** @param {import("./user-verification.js").Assertion} assertion @returns {JsonObject} */
export function writeAssertion({ authenticatorData, clientData, signature }) {
  return { authenticator_data: b64url(authenticatorData), client_data: b64url(clientData), signature: b64url(signature) };
}

/** @param {Uint8Array} bytes */
function readLedger(bytes) {
  const extract = readExtract(bytes);
  demand(equal(writeExtract(extract), bytes), "not in its one form");
  return extract;
}

/** Openings; content that stands in a part, or is the digest of one, is only named: by the first such part.
 * @param {Uint8Array} bytes @param {Map<string, Uint8Array>} parts */
async function readOpenings(bytes, parts) {
  const named = new Map([...parts].filter(([name]) => name !== "commitments.json" && !/(^|\/)statement\.json$/.test(name)).sort(byName));
  /** @type {Map<string, string>} */
  const firstWith = new Map();
  const digests = new Map();
  for (const [name, content] of named) {
    digests.set(name, await sha256(content));
    const digest = hex(digests.get(name));
    if (!firstWith.has(digest)) firstWith.set(digest, name);
  }
  /** @type {Opening[]} */
  const openings = [];
  for (const item of asArray(withMembers(parseCanonical(bytes), "openings").openings)) {
    const manner = ["part", "digest_of", "content"].find((word) => isObject(item) && word in item);
    if (!manner) throw new Refusal("an opening without content");
    const value = withMembers(item, "seq", "name", "salt", manner);
    const name = asText(value[manner]);
    const content = manner === "part" ? named.get(name) : manner === "digest_of" ? digests.get(name) : fromB64url(name);
    if (!content) throw new Refusal("an opening names a part that is not here");
    const asPart = firstWith.get(hex(await sha256(content)));
    const asDigest = firstWith.get(hex(content));
    const expected = asPart !== undefined ? ["part", asPart] : asDigest !== undefined ? ["digest_of", asDigest] : ["content", name];
    demand(manner === expected[0] && name === expected[1], "an opening is not in its one form");
    const salt = fromB64url(value.salt);
    demand(salt.length === 32, "a salt has 32 bytes");
    openings.push({ seq: asInteger(value.seq), name: asText(value.name), salt, content });
  }
  return openings;
}

/** @param {[string, Uint8Array]} left @param {[string, Uint8Array]} right */
const byName = ([left], [right]) => (left < right ? -1 : left > right ? 1 : 0);

