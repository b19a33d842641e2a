// The transcript: everything an attempt is about. Source: docs/ceremony-spec.md section 5; docs/dossier-spec.md annex B.
import { fromHex } from "./bytes.js";
import { SUITE } from "./hpke.js";
import { asArray, asInteger, asText, parseCanonical, withMembers } from "./json.js";
import * as oids from "./oids.js";
import { demand } from "./refusal.js";

/**
 * @typedef {object} Transcript
 * @property {string} contract
 * @property {string} audience
 * @property {Uint8Array} agent
 * @property {{ sha256: Uint8Array, byteRange: number[], length: number, revisions: { kind: string, length: number, sha256: Uint8Array }[],
 *   attachments: { name: string, sha256: Uint8Array }[] }} document
 * @property {Uint8Array} declaration
 * @property {{ label: string, summary: Uint8Array }} order
 * @property {{ name: string, role: string, represents: string, certificate: Uint8Array | null, capsuleKey: Uint8Array, deviceKey: Uint8Array,
 *   passkey: Uint8Array | null }} signatory
 * @property {{ level: string, heldBy: string, identifiedBy: string, trust: string }} statement
 * @property {{ oid: string, sha256: Uint8Array }} policy
 * @property {Uint8Array} codeCommitment
 * @property {string} userVerification
 * @property {number} issuedAt seconds
 * @property {string} clientNonce hexadecimal
 */

const CONTROLS = "\\u0000-\\u001f\\u007f";
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const ORIGIN = /^https?:\/\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?$/;
const POLICY = /^[0-2](\.(0|[1-9][0-9]{0,38})){1,40}$/;
const FILE = new RegExp(`^[^${CONTROLS}/\\\\]+$`, "u");
const LINE = new RegExp(`^[^${CONTROLS}]*$`, "u");
/** The draft, then signatures, each perhaps with a security store behind it. */
const HISTORY = /^draft( signature( security_store)?)*$/;
const LAST_INSTANT = 253402300799;

/** The transcript that the bytes are. @param {Uint8Array} bytes @returns {Transcript} */
export function readTranscript(bytes) {
  const value = withMembers(
    parseCanonical(bytes),
    ...["v", "ceremony", "contract", "attempt", "aud", "agent", "document", "declaration", "order", "signatory", "statement"],
    ...["policy", "commitment", "suite", "code", "user_verification", "issued_at", "expires_at", "client_nonce", "server_nonce"],
  );
  demand(value.v === "esign/1", "a transcript of another version");
  demand(value.commitment === oids.PROOF_OF_APPROVAL && value.suite === SUITE, "another commitment or suite");
  text(value.ceremony, ID);
  within(value.attempt, 1, 20);
  const code = withMembers(value.code, "length", "tries", "commitment");
  demand(code.length === 6 && code.tries === 5, "another code than this protocol's");
  const issuedAt = within(value.issued_at, 0, LAST_INSTANT);
  const life = within(value.expires_at, 0, LAST_INSTANT) - issuedAt;
  demand(life > 0 && life <= 3600, "the attempt lives too long");
  fromHex(value.server_nonce, 32);
  fromHex(value.client_nonce, 32);
  const transcript = {
    contract: text(value.contract, ID),
    audience: text(value.aud, ORIGIN, 267),
    agent: fromHex(value.agent, 32),
    document: readDocument(value.document),
    declaration: readDeclaration(value.declaration),
    order: readOrder(value.order),
    signatory: readSignatory(value.signatory),
    statement: readStatement(value.statement),
    policy: readPolicy(value.policy),
    codeCommitment: fromHex(code.commitment, 32),
    userVerification: oneOf(value.user_verification, ["passkey", "none"]),
    issuedAt,
    clientNonce: asText(value.client_nonce),
  };
  demandConsistent(transcript);
  return transcript;
}

/** The word for a key that was made for one signature on a device of the company. */
export const COMPANY_DEVICE = "signatory-company-device";
/** @param {Transcript} transcript */
export const onCompanyDevice = ({ statement }) => statement.heldBy === COMPANY_DEVICE;

/** @param {Transcript} transcript */
function demandConsistent({ signatory, statement, userVerification }) {
  const simple = statement.level === "simple";
  const passkey = signatory.passkey !== null;
  demand((signatory.certificate === null) === simple, "level and certificate do not fit together");
  demand((statement.heldBy === "company") === simple, "level and holder do not fit together");
  demand((statement.heldBy === "signatory-passkey") === passkey, "holder and passkey do not fit together");
  demand((userVerification === "passkey") === passkey, "user verification and passkey do not fit together");
}

/** @param {Json} json */
function readDocument(json) {
  const value = withMembers(json, "sha256", "byte_range", "length", "name", "revisions", "attachments");
  const byteRange = asArray(value.byte_range).map((number) => within(number, 0, Number.MAX_SAFE_INTEGER));
  const length = within(value.length, 1, Number.MAX_SAFE_INTEGER);
  demand(byteRange.length === 4, "a byte range is four numbers");
  const [start, hole, after, rest] = byteRange;
  demand(start === 0 && hole > 0 && hole < after && after + rest === length, "an impossible byte range");
  const name = text(value.name, FILE, 200);
  demand([...name].length >= 5 && name.endsWith(".pdf"), "an impossible file name");
  const revisions = limited(value.revisions, 1).map((item) => {
    const revision = withMembers(item, "kind", "length", "sha256");
    return { kind: asText(revision.kind), length: within(revision.length, 1, Number.MAX_SAFE_INTEGER), sha256: fromHex(revision.sha256, 32) };
  });
  const growing = revisions.every(({ length: size }, i) => i === 0 || revisions[i - 1].length < size);
  demand(HISTORY.test(revisions.map(({ kind }) => kind).join(" ")), "impossible revisions");
  demand(growing && revisions[revisions.length - 1].length < length, "impossible revisions");
  const attachments = limited(value.attachments, 0).map((item) => {
    const attachment = withMembers(item, "name", "sha256");
    return { name: text(attachment.name, FILE, 200), sha256: fromHex(attachment.sha256, 32) };
  });
  demand(new Set(attachments.map((attachment) => attachment.name)).size === attachments.length, "an attachment stands twice");
  return { sha256: fromHex(value.sha256, 32), byteRange, length, revisions, attachments };
}

/** @param {Json} json */
function readDeclaration(json) {
  const value = withMembers(json, "lang", "sha256");
  oneOf(value.lang, ["de", "en"]);
  return fromHex(value.sha256, 32);
}

/** @param {Json} json */
function readOrder(json) {
  const value = withMembers(json, "label", "summary");
  return { label: some(value.label, 120), summary: fromHex(value.summary, 32) };
}

/** @param {Json} json */
function readSignatory(json) {
  const value = withMembers(json, "name", "role", "represents", "certificate", "capsule_key", "device_key", "passkey");
  return {
    name: some(value.name, 250),
    role: some(value.role, 80),
    represents: text(value.represents, LINE, 250),
    certificate: value.certificate === "" ? null : fromHex(value.certificate, 32),
    capsuleKey: fromHex(value.capsule_key, 32),
    deviceKey: fromHex(value.device_key, 32),
    passkey: value.passkey === "" ? null : fromHex(value.passkey, 32),
  };
}

/** @param {Json} json */
function readStatement(json) {
  const value = withMembers(json, "level", "held_by", "identified_by", "trust");
  return {
    level: oneOf(value.level, ["simple", "advanced", "qualified"]),
    heldBy: oneOf(value.held_by, ["signatory-passkey", "signatory", COMPANY_DEVICE, "company"]),
    identifiedBy: some(value.identified_by, 400),
    trust: oneOf(value.trust, ["sandbox", "configured"]),
  };
}

/** @param {Json} json */
function readPolicy(json) {
  const value = withMembers(json, "oid", "sha256");
  return { oid: text(value.oid, POLICY, 200), sha256: fromHex(value.sha256, 32) };
}

/** @param {Json} json @param {RegExp} pattern @param {number} [most] characters */
function text(json, pattern, most = 64) {
  const value = asText(json);
  demand(pattern.test(value) && [...value].length <= most, "text of another form");
  return value;
}

/** A line of text that is not empty. @param {Json} json @param {number} most characters */
function some(json, most) {
  const value = text(json, LINE, most);
  demand(value !== "", "text is missing");
  return value;
}

/** @param {Json} json @param {number} least @param {number} most */
function within(json, least, most) {
  const value = asInteger(json);
  demand(value >= least && value <= most, "a number out of range");
  return value;
}

/** @param {Json} json @param {readonly string[]} words */
function oneOf(json, words) {
  const value = asText(json);
  demand(words.includes(value), "a word that is not one of those expected");
  return value;
}

/** @param {Json} json @param {number} least */
function limited(json, least) {
  const list = asArray(json);
  demand(list.length >= least && list.length <= 64, "too few or too many");
  return list;
}
