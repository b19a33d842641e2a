// How a formation ends where the customers' declarations alone do not end it: the company's acceptance, approvals.
// Source: docs/dossier-spec.md section 4, step `formation`.
import { hex } from "./bytes.js";
import { sha256 } from "./digests.js";
import { asArray, asInteger, asObject, asText } from "./json.js";
import { demand } from "./refusal.js";

/** @typedef {import("./findings.js").Findings} Findings */
/** @typedef {import("./ledger.js").Entry} Entry */

export const FORMATION = "formation.json";
const NEW = "/new";
const EARLIEST = 22 * 3600;
const LATEST = 12 * 86400;
const OF_AGE = 18;
const INSTANT = /^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$/;
const DAY = /^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$/;

/** When the company's acceptance of the customers' offer had reached everybody.
 * @param {Findings} found @param {JsonObject} terms @param {JsonObject[]} accepted @param {JsonObject[]} events
 * @param {Entry} concluded @param {string[]} received @returns {Promise<string>} */
export async function companyAccepted(found, terms, accepted, events, concluded, received) {
  demand(accepted.length === 1, "the company did not accept exactly once", FORMATION);
  const [event] = accepted;
  const told = asObject(event.declaration);
  const last = latest(received);
  const document = hex(found.transcript.document.revisions[0].sha256);
  const own = told.declarant === "company" && told.kind === "acceptance" && told.document_sha256 === document;
  demand(own, "what the company accepted is not what was offered", FORMATION);
  const places = new Set(found.entries.filter(({ kind }) => kind === "formation.accepted").map(({ seq }) => seq));
  const words = found.dossier.openings.filter(({ seq, name }) => name === "words" && places.has(seq));
  const same = words.length === 1 && hex(await sha256(words[0].content)) === told.text_sha256;
  demand(same, "the company accepted in other words than the ledger tells", FORMATION);
  const declaredAt = instant(told.declared_at);
  demand(declaredAt >= last, "the company accepted before everybody had offered", FORMATION);
  const offers = new Set(
    events
      .filter(({ kind }) => kind === "offer_made" || kind === "accepted")
      .filter(({ declaration }) => asObject(declaration).declarant !== "company")
      .map(({ offer }) => asText(offer)),
  );
  const late = terms.offer_by === "trader";
  demand(offers.size === 1 && event.offer === [...offers][0] + (late ? NEW : ""), "the company accepted another offer", FORMATION);
  if (late) demandWasLate(terms, events, offers, last);
  const arrived = [];
  for (const each of asArray(terms.declarants).map(asObject)) {
    if (each.side !== "customer") continue;
    const at = reached(events, event.id, each.name, declaredAt);
    demand(at !== "", `the acceptance did not reach ${each.name}`, FORMATION);
    arrived.push(at);
  }
  const { until } = concluded.facts;
  const end = latest(arrived);
  const inTime = typeof until === "number" && (seconds(end) < until || seconds(instant(told.sent_at)) < until);
  demand(inTime, "it was accepted when the offer was over", FORMATION);
  const days = asInteger(terms.answer_days);
  const near = [0, 1].some((more) => endsOn(dayAfter(last.slice(0, 10), days + more), asInteger(until)));
  demand(near, "the offer ended another day", FORMATION);
  return end;
}

/** When each approval came that a contract needs: of a minor's, and of one without its summary before.
 * @param {Findings[]} everybody @param {JsonObject} terms @param {JsonObject[]} events @returns {string[]} */
export function approvals(everybody, terms, events) {
  const found = [];
  for (const { dossier } of everybody) {
    const who = `signatory-${dossier.number}`;
    const made = events.find(
      ({ kind, declaration }) => (kind === "accepted" || kind === "offer_made") && asObject(declaration).declarant === who,
    );
    const declared = instant(asObject(made?.declaration).declared_at);
    if (terms.one_sided !== true && isMinor(terms, events, who, declared)) {
      const consents = events.filter((each) => each.kind === "consent_given" && each.declarant === who).map(({ at }) => instant(at));
      const all = [...consents, ...approved(events, "contract_approved", who)].sort();
      demand(all.length > 0, `nobody who represents ${who} consented or approved`, FORMATION);
      if (!consents.some((each) => each <= declared)) found.push(all[0]);
    }
    if (terms.summary_first === true) {
      const had = events.filter((each) => each.kind === "summary_received" && each.by === who).map(({ at }) => instant(at));
      demand(had.length > 0, `${who} never got the contract summary`, FORMATION);
      const first = had.sort()[0];
      if (first > declared) {
        const fine = approved(events, "summary_approved", who).filter((each) => each >= first);
        demand(fine.length > 0, `${who} did not approve after the contract summary had come`, FORMATION);
        found.push(fine[0]);
      }
    }
  }
  return found;
}

/** Whether an instant can be the end of a period with this last day, moved by days off or not.
 * @param {string} day @param {number} until */
export function endsOn(day, until) {
  demand(DAY.test(day), "the offer ended another day", FORMATION);
  const begins = Date.parse(`${day}T00:00:00Z`) / 1000;
  return until >= begins + EARLIEST && until <= begins + LATEST;
}

/** @param {Json} text */
export function instant(text) {
  const value = asText(text);
  demand(INSTANT.test(value), "not an instant", FORMATION);
  return value;
}

/** Whole seconds since 1970 of an instant. @param {string} text */
export function seconds(text) {
  const value = Date.parse(`${text.slice(0, 19)}Z`);
  demand(!Number.isNaN(value), "not an instant", FORMATION);
  return value / 1000;
}

/** The latest of some instants. @param {string[]} instants */
export const latest = (instants) => instants.reduce((last, at) => (at > last ? at : last));

/** @param {string} day @param {number} days */
const dayAfter = (day, days) => new Date(Date.parse(`${day}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);

/** The company's own offer must have been over: an acceptance in time needs no second one.
 * @param {JsonObject} terms @param {JsonObject[]} events @param {Set<string>} offers @param {string} last */
function demandWasLate(terms, events, offers, last) {
  let over = false;
  if (terms.accept_until !== null) {
    over = seconds(last) >= Date.parse(`${asText(terms.accept_until)}T00:00:00Z`) / 1000 + EARLIEST;
  } else {
    const told = events
      .filter(({ kind, offer }) => kind === "period_set" && offers.has(asText(offer)))
      .map(({ until }) => seconds(instant(until)));
    over = told.length > 0 && seconds(last) >= Math.max(...told);
  }
  demand(over, "the company's offer was not over: there was nothing to accept", FORMATION);
}

/** @param {JsonObject[]} events @param {Json} of @param {Json} who @param {string} declaredAt */
function reached(events, of, who, declaredAt) {
  const found = events
    .filter((each) => each.kind === "acceptance_received" && each.of === of && each.by === who)
    .map(({ at }) => instant(at))
    .filter((at) => at >= declaredAt);
  return found.sort()[0] ?? "";
}

/** @param {JsonObject} terms @param {JsonObject[]} events @param {string} who @param {string} declared */
function isMinor(terms, events, who, declared) {
  const known = asArray(terms.declarants).map(asObject).filter(({ name }) => name === who);
  const told = events.filter(({ kind, declarant }) => kind === "person_identified" && declarant === who);
  const born = [...known, ...told].map(({ birth_date: day }) => day).find((day) => day !== null);
  if (born === undefined) return false;
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Berlin", year: "numeric", month: "2-digit", day: "2-digit" });
  const [year, month, date] = day.format(new Date(declared)).split("-").map(Number);
  const [bornYear, bornMonth, bornDate] = asText(born).split("-").map(Number);
  const before = month < bornMonth || (month === bornMonth && date < bornDate);
  return year - bornYear - (before ? 1 : 0) < OF_AGE;
}

/** @param {JsonObject[]} events @param {string} kind @param {string} who */
const approved = (events, kind, who) =>
  events
    .filter((each) => each.kind === kind && asObject(each.declaration).declarant === who)
    .map(({ reaches }) => instant(reaches))
    .sort();
