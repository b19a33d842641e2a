// Ledger entries, heads, commitments, and the extract of a ledger that a dossier holds. Source: docs/ledger-spec.md.
import { b64url, equal, fromB64url, fromHex, hex, utf8 } from "./bytes.js";
import { microseconds } from "./der.js";
import { labelled, lengthPrefixed } from "./digests.js";
import { asArray, asInteger, asObject, asText, canonical, parseCanonical, withMembers } from "./json.js";
import { isIncluded } from "./merkle.js";
import { demand } from "./refusal.js";

/**
 * @typedef {object} Entry
 * @property {number} seq
 * @property {string} kind
 * @property {string | null} contract
 * @property {Uint8Array} prev
 * @property {JsonObject} facts
 * @property {Map<string, Uint8Array>} commitments
 * @property {Uint8Array} hash
 */

/** @typedef {{ size: number, root: Uint8Array, digest: Uint8Array }} Head */
/** @typedef {{ entries: Uint8Array[], paths: Uint8Array[][], head: Uint8Array, token: Uint8Array }} Extract */

const KINDS = new Set([
  ...["contract.drawn_up", "contract.declined", "contract.cancelled", "contract.expired", "contract.concluded", "contract.partly_signed"],
  ...["contract.failed", "contract.erased", "contract.validity_changed", "contract.renewed"],
  ...["invitation.made", "invitation.sent", "invitation.revoked", "invitation.reminded", "device.bound", "handover.offered"],
  ...["enrolment.requested", "enrolment.granted", "enrolment.refused", "attempt.opened", "attempt.superseded"],
  ...["attempt.expired", "attempt.locked", "document.fetched", "intent.declared", "intent.wrong_code", "intent.refused"],
  ...["message.refused", "permission.granted", "signature.received", "signature.refused", "signature.embedded"],
  ...["release.passed", "release.failed", "delivery.queued", "delivery.done", "delivery.failed", "head.timestamped"],
  ...["clock.corrected", "dossier.created", "seed.escrowed", "seed.disclosed"],
  ...["account.invited", "account.link_sent", "account.set_up", "account.roles_changed", "account.locked", "account.unlocked"],
  ...["account.reset", "account.closed", "account.way_added", "account.way_removed", "account.logged_in", "account.login_refused"],
  ...["account.confirmed", "account.logged_out"],
  ...["key.made", "key.revoked", "webhook.made", "webhook.changed", "webhook.removed", "webhook.secret_rotated", "webhook.disabled"],
  ...["return_address.added", "return_address.removed"],
  ...["upload.accepted", "upload.refused", "upload.discarded", "upload.expired", "template.made", "template.version_made"],
  ...["template.archived", "template.restored"],
  ...["bulk.checked", "bulk.started", "bulk.finished", "bulk.cancelled"],
  ...["seal.permitted", "seal.document", "seal.batch_permitted", "seal.batch_finished", "seal.batch_deleted"],
  ...["form.prefilled", "form.corrected", "form.expired", "form.token_made", "case.accepted", "case.refused", "case.referred"],
  ...["case.asked", "case.closed", "case.deleted"],
  ...["duty.delivered", "consent.given", "consent.revoked"],
  ...["right.withdrawal_received", "right.termination_received", "right.matched", "right.unmatched"],
  ...["right.acknowledged", "right.settled"],
  ...["formation.begun", "formation.rebuilt", "formation.offered", "formation.offer_received", "formation.summary_received"],
  ...["formation.identified", "formation.consented", "formation.ordered", "formation.declared", "formation.refused"],
  ...["contract.ordered", "contract.pending", "formation.accepted", "formation.acceptance_received", "formation.asked"],
  ...["formation.approved", "formation.denied", "formation.demanded"],
  ...["formation.late", "formation.rejected", "formation.revoked", "formation.lapsed", "formation.concluded"],
  ...["confirmation.receipt_sent", "confirmation.contract_sent", "confirmation.resent", "confirmation.failed"],
  ...["performance.recorded", "performance.corrected", "clock.offer_lapsed", "clock.withdrawal_ended"],
  ...["clock.reminded_of_right", "clock.task_overdue", "clock.acknowledgement_missing"],
  ...["task.made", "task.done", "calendar.made", "calendar.revoked"],
]);
const NAME = /^[a-z][a-z0-9_]{0,39}$/;
const TEXT = /^[A-Za-z0-9_.:/+=-]{0,200}$/;
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const INSTANT = /^([1-9][0-9]{3})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{6})Z$/;

/** The entry whose canonical bytes these are. @param {Uint8Array} bytes @returns {Promise<Entry>} */
export async function readEntry(bytes) {
  const value = withMembers(parseCanonical(bytes), "v", "seq", "at", "kind", "contract", "prev", "facts", "commitments");
  demand(value.v === "esign-ledger/1", "an entry of another version");
  const seq = asInteger(value.seq);
  demand(seq >= 0, "seq is no place in a ledger");
  demandInstant(value.at);
  const kind = asText(value.kind);
  demand(KINDS.has(kind), "an entry of an unknown kind");
  const contract = value.contract === null ? null : asText(value.contract);
  demand(contract === null || ID.test(contract), "contract is no identifier");
  const facts = asObject(value.facts);
  for (const [name, fact] of Object.entries(facts)) demand(NAME.test(name) && isFact(fact), "a fact of another form");
  const commitments = new Map();
  for (const [name, text] of Object.entries(asObject(value.commitments))) {
    demand(NAME.test(name), "a commitment under another name");
    commitments.set(name, fromHex(text, 32));
  }
  return { seq, kind, contract, prev: fromHex(value.prev, 32), facts, commitments, hash: await entryHash(bytes) };
}

/** What the next entry names, and the leaf of the tree. @param {Uint8Array} bytes */
export const entryHash = (bytes) => labelled("ledger-entry", bytes);

/** The head whose canonical bytes these are. @param {Uint8Array} bytes @returns {Promise<Head>} */
export async function readHead(bytes) {
  const value = withMembers(parseCanonical(bytes), "v", "size", "root", "last", "at");
  demand(value.v === "esign-ledger-head/1", "a head of another version");
  const size = asInteger(value.size);
  demand(size > 0, "a head covers at least one entry");
  demandInstant(value.at);
  fromHex(value.last, 32);
  return { size, root: fromHex(value.root, 32), digest: await labelled("ledger-head", bytes) };
}

/** @param {string} name @param {Uint8Array} salt @param {Uint8Array} content */
export const commitment = (name, salt, content) => labelled("commitment", lengthPrefixed(salt), lengthPrefixed(utf8(name)), content);

/** The extract that the bytes are the one form of. @param {Uint8Array} bytes @returns {Extract} */
export function readExtract(bytes) {
  const value = withMembers(parseCanonical(bytes), "entries", "inclusion", "head", "token");
  return {
    entries: asArray(value.entries).map((entry) => utf8(asText(entry))),
    paths: asArray(value.inclusion).map((path) => asArray(path).map((node) => fromHex(node, 32))),
    head: utf8(asText(value.head)),
    token: fromB64url(value.token),
  };
}

/** @param {Extract} extract */
export function writeExtract({ entries, paths, head, token }) {
  const decoder = new TextDecoder();
  return canonical({
    entries: entries.map((entry) => decoder.decode(entry)),
    inclusion: paths.map((path) => path.map(hex)),
    head: decoder.decode(head),
    token: b64url(token),
  });
}

/** The entries, each of which stands in the head, in order. @param {Extract} extract */
export async function readEntries({ entries, paths, head }) {
  const { size, root, digest } = await readHead(head);
  const read = await Promise.all(entries.map(readEntry));
  demand(read.every(({ seq }, i) => i === 0 || read[i - 1].seq < seq) && paths.length === read.length, "the entries are not in order");
  for (const [i, entry] of read.entries()) {
    const included = await isIncluded({ index: entry.seq, size, path: paths[i] }, entry.hash, root);
    demand(included, `entry ${entry.seq} does not stand in the head`);
    const before = read[i - 1];
    const follows = !before || before.seq + 1 !== entry.seq || equal(entry.prev, before.hash);
    demand(follows, `entry ${entry.seq} does not follow the one before it`);
  }
  return { entries: read, digest };
}

/** @param {Json} fact */
function isFact(fact) {
  if (typeof fact === "string") return TEXT.test(fact);
  return fact === null || typeof fact === "boolean" || typeof fact === "number";
}

/** @param {Json} value */
function demandInstant(value) {
  const found = INSTANT.exec(asText(value));
  demand(found, "at is not in its one form");
  const [year, month, day, hour, minute, second, micros] = found.slice(1).map(Number);
  microseconds(year, month, day, hour, minute, second, micros);
}
