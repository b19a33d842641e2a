// Steps 16, 17, 19, 20 and 22: the device's messages, the declared intent, the ledger, the commitments, the disclosed
// seed. Source: docs/dossier-spec.md section 4.
import { b64url, equal, fromB64url, hex, utf8 } from "./bytes.js";
import { checkDisclosure } from "./capsule.js";
import { sha256 } from "./digests.js";
import { isObject, same } from "./json.js";
import { rawSignature } from "./keys.js";
import { commitment, readEntries } from "./ledger.js";
import { readMessage } from "./messages.js";
import { writeAssertion } from "./parts.js";
import { about, demand, present } from "./refusal.js";
import { instantText } from "./report.js";
import { readTimestamp } from "./timestamp.js";
import { onCompanyDevice } from "./transcript.js";

/** @typedef {import("./findings.js").Findings} Findings */

export const LEDGER = "ledger.json";
export const COMMITMENTS = "commitments.json";
export const DISCLOSURE = "disclosure.json";
export const MESSAGES = "messages";
const WALK = ["attempt.opened", "intent.declared", "signature.embedded"];

/** @param {Findings} found */
export async function messages(found) {
  const { audience, signatory } = found.transcript;
  const greeted = new Map();
  const seen = new Set();
  found.messages = [];
  for (const [i, raw] of found.dossier.messages.entries()) {
    const part = `messages/${String(i + 1).padStart(3, "0")}.jws`;
    const message = await about(part, () => readMessage(raw, part, greeted));
    const { payload } = message;
    demand(payload.aud === audience, "it is for another origin", part);
    demand(payload.invitation === (found.messages[0] ?? message).payload.invitation, "it is for another invitation", part);
    demand(!seen.has(payload.jti), "its number is used twice", part);
    seen.add(payload.jti);
    found.messages.push(message);
  }
  const said = onCompanyDevice(found.transcript) ? "company" : undefined;
  for (const { payload, part } of own(found, "hello")) {
    demand(payload.device === said, "the device says otherwise whose it is than the transcript", part);
  }
  const opened = openMessage(found);
  const { enrolment } = found.dossier;
  if (enrolment) {
    demand(opened.payload.certificate === hex(await sha256(found.dossier.certificate)), "it names another certificate", opened.part);
    demandEnrolled(found, enrolment);
  } else {
    const key = fromB64url(opened.payload.capsule_key);
    demand(equal(await sha256(key), signatory.capsuleKey), "it names another capsule key", opened.part);
  }
  return `${found.messages.length} messages are signed by device keys; the attempt's by the one that the transcript names`;
}

/** @param {Findings} found @param {import("./parts.js").Enrolment} enrolment */
function demandEnrolled(found, { request, capsuleKey, idToken, passkey }) {
  const enrolled = only(found, "enrol", { csr: b64url(request) }, "no message of the device brought this request");
  const { payload, part } = enrolled;
  demand(payload.id_token === idToken, "it brought another identification", part);
  demand(payload.capsule_key === b64url(capsuleKey), "it brought another capsule key", part);
  const brought = payload.passkey;
  if (!passkey) {
    demand(brought === undefined, "it brought a passkey", part);
    return;
  }
  const sameKey =
    isObject(brought) &&
    brought.credential_id === b64url(passkey.credentialId) &&
    brought.public_key === b64url(passkey.publicKey) &&
    brought.algorithm === passkey.algorithm &&
    brought.prf === passkey.prf;
  demand(sameKey, "it brought another passkey", part);
}

/** @param {Findings} found */
export function intent(found) {
  const { userVerification, enrolment, tau } = found.dossier;
  const transcript = hex(tau);
  const proof = hex(found.attributes.evidence.proof);
  const declared = only(found, "intent", { transcript, proof }, "no message of the device declared what was signed");
  const { label, summary } = found.transcript.order;
  demand(same(declared.payload.order, { label, summary: hex(summary) }), "it was declared on another label or summary", declared.part);
  const sent = declared.payload.user_verification;
  const expected = userVerification ? same(sent, writeAssertion(userVerification)) : sent === undefined;
  demand(expected, "it came with another user verification", declared.part);
  if (enrolment) {
    const value = rawSignature(found.signature.signature, 32);
    const brought = own(found, "signature").filter(({ payload }) => payload.transcript === transcript);
    const values = brought.map(({ payload }) => fromB64url(payload.signature));
    demand(values.every((raw) => raw.length === 64), "a signature value is not r || s", MESSAGES);
    demand(values.some((raw) => equal(raw, value)), "no message of the device brought the signature value", MESSAGES);
  }
  return "the device declared the intent on the label that the law asks for; its proof stands in the signature";
}

/** @param {Findings} found */
export async function ledger(found) {
  const { capsule, ledger: extract, tau } = found.dossier;
  const { entries, digest } = await readEntries(extract);
  const stamped = await readTimestamp(extract.token, digest, found.anchors, { lone: true });
  for (const entry of entries) demand(entry.contract === found.transcript.contract, "an entry is about another contract", LEDGER);
  const concerned = entries.filter(({ facts }) => facts.tau === hex(tau));
  const ends = found.last ? "contract.concluded" : "contract.partly_signed";
  const places = [...WALK, ends].map((kind) => {
    const places = concerned.filter((entry) => entry.kind === kind).map(({ seq }) => seq);
    demand(places.length === 1, `the ledger does not say ${kind} exactly once about this attempt`, LEDGER);
    return places[0];
  });
  demand(places.every((place, i) => i === 0 || places[i - 1] < place), "the ledger tells another order", LEDGER);
  const known = new Set(await Promise.all(found.dossier.messages.map(async (message) => hex(await sha256(message)))));
  const values = { capsule: hex(await sha256(capsule.enc, capsule.ct)), proof: hex(found.attributes.evidence.proof) };
  for (const { seq, facts } of concerned) {
    for (const [name, value] of Object.entries(values)) {
      demand(!(name in facts) || facts[name] === value, `entry ${seq} names another ${name}`, LEDGER);
    }
    const message = facts.message ?? null;
    demand(message === null || known.has(String(message)), `entry ${seq} names a message that is not here`, LEDGER);
  }
  demandHandedOver(found, entries);
  found.entries = entries;
  return `${concerned.length} entries about this attempt stand in a head timestamped at ${instantText(stamped.at)}`;
}

/** The ledger says who handed the device over exactly if it was the company's.
 * @param {Findings} found @param {import("./ledger.js").Entry[]} entries */
function demandHandedOver({ transcript }, entries) {
  const device = hex(transcript.signatory.deviceKey);
  const bound = entries.filter(
    ({ kind, facts }) => kind === "device.bound" && facts.device === device && facts.handed_over_by === "company-device",
  );
  const expected = onCompanyDevice(transcript) ? 1 : 0;
  demand(bound.length === expected, "the ledger says otherwise whose device it was than the transcript", LEDGER);
}

/** What the entry of a request commits to under a name; the provider's keys since release 0.2.
 * @param {import("./parts.js").Enrolment} enrolment @param {string} name */
async function identification({ idToken, jwks }, name) {
  if (name === "id_token") return utf8(idToken);
  return name === "provider_keys" ? sha256(utf8(jwks)) : null;
}

/** @param {Findings} found */
export async function commitments(found) {
  const { enrolment, mails, openings, tau } = found.dossier;
  const bySeq = new Map(found.entries.map((entry) => [entry.seq, entry]));
  const here = await expectedContents(found);
  const request = enrolment ? hex(await sha256(enrolment.request)) : null;
  const sent = new Set();
  const opened = new Set();
  for (const { seq, name, salt, content } of openings) {
    const entry = present(bySeq.get(seq), "it opens a commitment of an entry that is not here", COMMITMENTS);
    const committed = present(entry.commitments.get(name), "it opens a commitment that the entry does not have", COMMITMENTS);
    demand(equal(await commitment(name, salt, content), committed), "the content is not what was committed to", COMMITMENTS);
    opened.add(`${seq} ${name}`);
    if (entry.kind === "delivery.done" && name === "mail") sent.add(hex(content));
    let expected = here.get(`${entry.kind} ${name}`) ?? null;
    if (enrolment && entry.facts.request === request) expected = await identification(enrolment, name);
    if (expected && (!("tau" in entry.facts) || entry.facts.tau === hex(tau))) {
      demand(equal(content, expected), `entry ${seq} committed to another ${name} than is here`, COMMITMENTS);
    }
  }
  for (const { seq, commitments: made } of found.entries) {
    for (const name of made.keys()) demand(opened.has(`${seq} ${name}`), `entry ${seq}: its ${name} is not opened`, COMMITMENTS);
  }
  for (const [i, mail] of mails.entries()) {
    const part = `mails/${String(i + 1).padStart(3, "0")}.eml`;
    demand(sent.has(hex(await sha256(mail))), "no entry says that this mail was sent", part);
  }
  return `all ${opened.size} commitments in the entries are opened, and are to what is here`;
}

/** What must be committed to, by kind of entry and name. @param {Findings} found @returns {Promise<Map<string, Uint8Array>>} */
async function expectedContents(found) {
  const { document, number } = found.dossier;
  const own = number === 1 ? "" : `_${number}`;
  return new Map([
    ["contract.drawn_up contract", found.part("contract.json")],
    [`contract.drawn_up declaration${own}`, found.part("declaration.txt")],
    [`contract.drawn_up summary${own}`, found.part("summary.json")],
    ["contract.drawn_up draft", found.transcript.document.revisions[0].sha256],
    ["attempt.opened transcript", found.part("transcript.json")],
    ["intent.declared attributes", found.signature.attributes],
    ["signature.embedded document", found.released ?? (await sha256(document))],
  ]);
}

/** @param {Findings} found */
export async function disclosure(found) {
  const { capsule, enrolment, seed, tau } = found.dossier;
  const failed = await checkDisclosure({
    seed: present(seed, "it is missing", DISCLOSURE),
    tau,
    capsule,
    capsuleKey: enrolment ? enrolment.capsuleKey : fromB64url(openMessage(found).payload.capsule_key),
    proof: found.attributes.evidence.proof,
    transcript: found.transcript,
  });
  demand(failed.length === 0, `does not hold: ${failed.join(", ")}`, DISCLOSURE);
  return "the capsule was sealed to the signatory's key for exactly this transcript and held exactly the code typed";
}

/** The message that opened the attempt. @param {Findings} found */
function openMessage(found) {
  return only(found, "open", { client_nonce: found.transcript.clientNonce }, "no message of the device opened this attempt");
}

/** Messages of a type by the device that the transcript names. @param {Findings} found @param {string} type */
function own(found, type) {
  const device = hex(found.transcript.signatory.deviceKey);
  return found.messages.filter((message) => message.type === type && message.device === device);
}

/** The one message of a type, by the device that the transcript names, that has these members.
 * @param {Findings} found @param {string} type @param {{ [name: string]: string }} members @param {string} missing */
function only(found, type, members, missing) {
  const matching = own(found, type).filter(({ payload }) => Object.entries(members).every(([name, value]) => payload[name] === value));
  demand(matching.length === 1, missing, MESSAGES);
  return matching[0];
}

