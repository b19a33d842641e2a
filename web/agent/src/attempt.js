// An attempt: opened, fetched and checked to the last member before anything of it is shown.
import { b64url, fromB64url, fromHex, hex, random } from "./bytes.js";
import { sha256 } from "./digests.js";
import { digestOf, keyNames } from "./enrolment.js";
import { checkPrepared } from "./pdf-bytes.js";
import { checkContent } from "./pdf-names.js";
import { Problem, as, demand } from "./problems.js";
import { checkTranscript, readSummary, readTranscript, transcriptDigest } from "./transcript.js";

/** @typedef {import("./session.js").Session} Session */

const SAME_ATTEMPT = 15 * 60_000; // milliseconds in which a reloaded page goes on with the attempt that it had
const SHORTEST = 120; // seconds that must be left to go on with it
const OVER = /^ceremony\.(intent|signature)\.(superseded|expired|locked)|^engine\.attempt\.unknown/;

/**
 * @typedef {object} Attempt
 * @property {import("./transcript.js").Transcript} transcript
 * @property {Uint8Array<ArrayBuffer>} tau
 * @property {Uint8Array<ArrayBuffer>} pdf
 * @property {Uint8Array<ArrayBuffer>} documentDigest
 * @property {string} declaration
 * @property {import("./transcript.js").Summary} summary
 * @property {Uint8Array<ArrayBuffer>} policy
 * @property {import("./capsule.js").Capsule} capsule
 * @property {Uint8Array<ArrayBuffer>} capsuleDigest
 * @property {Deadline} deadline
 * @property {number} clockSkew seconds, device minus server
 */

/** The end of an attempt by this device's own clocks: counted from the arrival, not compared with an instant. */
export class Deadline {
  /** @param {number} seconds that are left */
  constructor(seconds) {
    this.milliseconds = seconds * 1000;
    this.started = performance.now();
    this.startedAt = Date.now();
  }

  /** A sleeping device stops one clock, a changed date moves the other: whichever ran further counts. */
  get over() {
    return Math.max(performance.now() - this.started, Date.now() - this.startedAt) >= this.milliseconds;
  }

  require() {
    demand(!this.over, "agent.attempt.expired");
  }
}

/**
 * Open an attempt, or go on with the one that this page had before it was reloaded.
 * @param {Session} session
 * @param {() => void} onFetched called when everything is here and the checks begin
 * @returns {Promise<Attempt>}
 */
export async function openAttempt(session, onFetched) {
  const { opening } = session.kept;
  if (opening && Date.now() - opening.at < SAME_ATTEMPT) {
    try {
      const attempt = await fetchAttempt(session, onFetched);
      if (attempt.deadline.milliseconds >= SHORTEST * 1000) return attempt;
    } catch (problem) {
      if (!(problem instanceof Problem && OVER.test(problem.code))) throw problem;
    }
  }
  await beginOpening(session);
  return fetchAttempt(session, onFetched);
}

/** @param {Session} session */
async function beginOpening(session) {
  const clientNonce = hex(random(32));
  const { identity } = session.kept;
  if (!identity) throw new Problem("agent.link.missing");
  const key = identity.certificateId
    ? { certificate: identity.certificateId }
    : { capsule_key: b64url(identity.keys.capsuleSpki) };
  const body = await session.write("open", { client_nonce: clientNonce, ...key });
  await session.keep({ opening: { body, clientNonce, at: Date.now() } });
}

/** @param {Session} session @param {() => void} onFetched @returns {Promise<Attempt>} */
async function fetchAttempt(session, onFetched) {
  const { opening } = session.kept;
  if (!opening) throw new Problem("agent.link.missing");
  const answer = await session.ask("open", opening.body);
  const read = await as("agent.network.unexpected_answer", () => ({
    bytes: fromB64url(answer.transcript),
    policy: fromB64url(answer.policy),
    summary: fromB64url(answer.summary),
    declaration: /** @type {string} */ (answer.declaration),
    capsule: { enc: fromB64url(answer.capsule.enc), ct: fromB64url(answer.capsule.ct) },
  }));
  const transcript = await readTranscript(read.bytes);
  const tau = await transcriptDigest(read.bytes);
  const clockSkew = session.kept.skew ?? Math.round(Date.now() / 1000) - transcript.issued_at;

  const { hello, place } = session;
  const own = {
    origin: place.origin,
    manifest: place.manifest,
    contract: hello.contract.id,
    ceremony: session.kept.ceremony ?? null,
    givenName: hello.signatory.given_name,
    familyName: hello.signatory.family_name,
    role: hello.signatory.role,
    represents: hello.signatory.represents,
    level: hello.level,
    sandbox: hello.sandbox,
    issuer: hello.identification.method === "oidc" ? hello.identification.issuer : null,
    clientNonce: opening.clientNonce,
    ...(await keyNames(session)),
  };
  await checkTranscript(transcript, own, read);
  const elapsed = Math.max(0, Math.round(session.now() / 1000) - transcript.issued_at);
  const deadline = new Deadline(transcript.expires_at - transcript.issued_at - elapsed);
  deadline.require();

  const pdf = await session.fetchPdf("document", await session.write("document", { transcript: hex(tau) }));
  onFetched();
  const documentDigest = await checkPrepared(pdf, transcript.document);
  await checkContent(pdf, transcript.document.attachments.length);
  await session.keep({ ceremony: transcript.ceremony });
  return {
    transcript,
    tau,
    pdf,
    documentDigest,
    declaration: read.declaration,
    summary: await readSummary(read.summary),
    policy: read.policy,
    capsule: read.capsule,
    capsuleDigest: await sha256(read.capsule.enc, read.capsule.ct),
    deadline,
    clockSkew,
  };
}

/**
 * What the signature will cover, from this device's own values.
 * @param {Attempt} attempt
 * @param {Session} session
 * @param {{proof: Uint8Array, userVerification: Uint8Array | null}} act
 * @returns {import("./attributes.js").SignedValues}
 */
export function valuesToSign(attempt, session, { proof, userVerification }) {
  const { transcript } = attempt;
  return {
    documentDigest: attempt.documentDigest,
    certificateDigest: digestOf(session.kept.identity?.certificateId ?? ""),
    policyOid: transcript.policy.oid,
    policyDigest: fromHex(transcript.policy.sha256, 32),
    transcript: attempt.tau,
    capsule: attempt.capsuleDigest,
    proof,
    statement: transcript.statement,
    userVerification,
  };
}
