// The transcript (specification, section 5): read strictly, then every member held against what this device knows.
import { equal, fromHex, hex, utf8 } from "./bytes.js";
import { parseCanonical } from "./canonical.js";
import { labelled, sha256 } from "./digests.js";
import { SUITE } from "./hpke.js";
import { OID } from "./oids.js";
import { as, demand } from "./problems.js";
import { DIGEST, DIGEST_OR_EMPTY, FILE_NAME, ID, LINE, LINE_OR_EMPTY, OFFSET, exactly, integer, list, oneOf, text } from "./shapes.js";

export const LONGEST_ATTEMPT = 3600; // seconds
const CODE_LENGTH = 6;
const CODE_TRIES = 5;

/**
 * @typedef {object} Transcript
 * @property {"esign/1"} v
 * @property {string} ceremony
 * @property {string} contract
 * @property {number} attempt
 * @property {string} aud
 * @property {string} agent
 * @property {DocumentClaim} document
 * @property {{lang: "de" | "en", sha256: string}} declaration
 * @property {{label: string, summary: string}} order
 * @property {{name: string, role: string, represents: string, certificate: string, capsule_key: string, device_key: string, passkey: string}} signatory
 * @property {import("./attributes.js").Statement} statement
 * @property {{oid: string, sha256: string}} policy
 * @property {string} commitment
 * @property {string} suite
 * @property {{length: number, tries: number, commitment: string}} code
 * @property {"passkey" | "none"} user_verification
 * @property {number} issued_at
 * @property {number} expires_at
 * @property {string} client_nonce
 * @property {string} server_nonce
 */
/**
 * @typedef {object} DocumentClaim
 * @property {string} sha256
 * @property {[number, number, number, number]} byte_range
 * @property {number} length
 * @property {string} name
 * @property {{kind: string, length: number, sha256: string}[]} revisions
 * @property {{name: string, sha256: string}[]} attachments
 */

/** The draft, then signatures, each with its security store or without. */
const REVISIONS = /^draft( signature( security_store)?)*$/;

const SHAPE = exactly({
  v: oneOf("esign/1"),
  ceremony: ID,
  contract: ID,
  attempt: integer(1, 20),
  aud: LINE,
  agent: DIGEST,
  document: exactly({
    sha256: DIGEST,
    byte_range: list(OFFSET, 4, 4),
    length: integer(1, Number.MAX_SAFE_INTEGER),
    name: FILE_NAME,
    revisions: list(exactly({ kind: oneOf("draft", "signature", "security_store"), length: OFFSET, sha256: DIGEST }), 1, 64),
    attachments: list(exactly({ name: FILE_NAME, sha256: DIGEST }), 0, 64),
  }),
  declaration: exactly({ lang: oneOf("de", "en"), sha256: DIGEST }),
  order: exactly({ label: LINE, summary: DIGEST }),
  signatory: exactly({
    name: LINE,
    role: LINE,
    represents: LINE_OR_EMPTY,
    certificate: DIGEST_OR_EMPTY,
    capsule_key: DIGEST,
    device_key: DIGEST,
    passkey: DIGEST_OR_EMPTY,
  }),
  statement: exactly({ level: LINE, held_by: LINE, identified_by: LINE, trust: LINE }),
  policy: exactly({ oid: LINE, sha256: DIGEST }),
  commitment: LINE,
  suite: LINE,
  code: exactly({ length: OFFSET, tries: OFFSET, commitment: DIGEST }),
  user_verification: oneOf("passkey", "none"),
  issued_at: OFFSET,
  expires_at: OFFSET,
  client_nonce: DIGEST,
  server_nonce: DIGEST,
});

/** Read transcript bytes; anything but the exact shape in canonical JSON is refused.
 * @param {Uint8Array} bytes @returns {Promise<Transcript>} */
export async function readTranscript(bytes) {
  const value = await as("agent.transcript.malformed", () => parseCanonical(bytes));
  demand(SHAPE(value), "agent.transcript.malformed");
  const transcript = /** @type {Transcript} */ (/** @type {unknown} */ (value));
  demand(REVISIONS.test(transcript.document.revisions.map(({ kind }) => kind).join(" ")), "agent.transcript.malformed");
  return transcript;
}

/** The transcript's digest: what everything else is bound to. @param {Uint8Array} bytes */
export const transcriptDigest = (bytes) => labelled("transcript", bytes);

/**
 * What this device knows itself.
 * @typedef {object} Own
 * @property {string} origin
 * @property {string} manifest hex digest of the manifest that this origin serves
 * @property {string} contract identifier
 * @property {string | null} ceremony identifier seen in an earlier attempt of this invitation
 * @property {string} givenName
 * @property {string} familyName
 * @property {string} role
 * @property {string} represents in whose name; empty: in the own one
 * @property {string} level
 * @property {boolean} sandbox
 * @property {string | null} issuer of the identity provider; null at the simple level
 * @property {string} certificate hex digest, or empty
 * @property {string} capsuleKey key id
 * @property {string} deviceKey key id
 * @property {string} passkey key id, or empty
 * @property {string} heldBy
 * @property {string} clientNonce hex
 */

/**
 * What came along with the transcript.
 * @typedef {object} Enclosed
 * @property {string} declaration
 * @property {Uint8Array} summary
 * @property {Uint8Array} policy
 */

/**
 * Hold every member but the document's (see pdf-bytes) and the clock's against what this device knows.
 * @param {Transcript} transcript
 * @param {Own} own
 * @param {Enclosed} enclosed
 */
export async function checkTranscript(transcript, own, enclosed) {
  const t = transcript;
  demand(t.contract === own.contract, "agent.transcript.other_contract");
  demand(own.ceremony === null || t.ceremony === own.ceremony, "agent.transcript.other_ceremony");
  demand(t.aud === own.origin, "agent.transcript.other_site");
  demand(t.agent === own.manifest, "agent.transcript.other_agent");
  demand(t.client_nonce === own.clientNonce, "agent.transcript.stale");
  demand(t.expires_at > t.issued_at && t.expires_at - t.issued_at <= LONGEST_ATTEMPT, "agent.transcript.lifetime");

  demand(t.signatory.name === `${own.givenName} ${own.familyName}`, "agent.transcript.other_person");
  demand(t.signatory.role === own.role && t.signatory.represents === own.represents, "agent.transcript.other_role");
  const { certificate, capsule_key: capsuleKey, device_key: deviceKey, passkey } = t.signatory;
  demand(
    certificate === own.certificate && capsuleKey === own.capsuleKey && deviceKey === own.deviceKey && passkey === own.passkey,
    "agent.transcript.other_keys",
  );
  demand(t.user_verification === (own.passkey ? "passkey" : "none"), "agent.transcript.user_verification");

  const { statement } = t;
  demand(statement.level === own.level, "agent.transcript.other_level");
  demand(statement.held_by === own.heldBy, "agent.transcript.other_holder");
  demand(statement.identified_by === (own.issuer ?? "email-address"), "agent.transcript.other_identification");
  demand(statement.trust === (own.sandbox ? "sandbox" : "configured"), "agent.transcript.other_trust");

  demand(t.suite === SUITE, "agent.transcript.suite");
  demand(t.commitment === OID.proofOfApproval, "agent.transcript.commitment");
  demand(t.code.length === CODE_LENGTH && t.code.tries === CODE_TRIES, "agent.transcript.code");
  demand(
    t.policy.oid.startsWith(OID.signaturePolicies) && /^[1-9][0-9]*$/.test(t.policy.oid.slice(OID.signaturePolicies.length)),
    "agent.transcript.policy",
  );

  /** @param {string} digest @param {Uint8Array} bytes */
  const is = async (digest, bytes) => equal(fromHex(digest, 32), await sha256(bytes));
  demand(await is(t.declaration.sha256, utf8(enclosed.declaration)), "agent.transcript.declaration");
  demand(await is(t.order.summary, enclosed.summary), "agent.transcript.summary");
  demand(await is(t.policy.sha256, enclosed.policy), "agent.transcript.policy");
}

/** How many have signed this very file before. @param {{kind: string}[]} revisions */
export const earlierSignatures = (revisions) => revisions.filter(({ kind }) => kind === "signature").length;

/** Groups of four characters: the fingerprint that a person compares. @param {Uint8Array} tau */
export const fingerprint = (tau) => hex(tau.slice(0, 16)).match(/.{4}/g)?.join(" ") ?? "";

/**
 * @typedef {object} Summary
 * @property {"de" | "en"} lang
 * @property {string} title
 * @property {{label: string, value: string}[]} lines
 */
const SUMMARY = exactly({
  lang: oneOf("de", "en"),
  title: LINE,
  lines: list(exactly({ label: text(/^[^]{0,400}$/), value: text(/^[^]{0,4000}$/) }), 0, 200),
});

/** @param {Uint8Array} bytes @returns {Promise<Summary>} */
export async function readSummary(bytes) {
  const value = await as("agent.transcript.summary", () => parseCanonical(bytes));
  demand(SUMMARY(value), "agent.transcript.summary");
  return /** @type {Summary} */ (/** @type {unknown} */ (value));
}
