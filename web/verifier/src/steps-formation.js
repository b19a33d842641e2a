// The step about the formation: what was recorded act by act is what is here, and it says how the contract came about.
// Source: docs/dossier-spec.md section 4, step `formation`.
import { equal, hex } from "./bytes.js";
import { sha256 } from "./digests.js";
import { asArray, asInteger, asObject, asText, canonical, parseCanonical, withMembers } from "./json.js";
import { FORMATION, approvals, companyAccepted, endsOn, instant, latest, seconds } from "./formation-ends.js";
import { Refusal, about, demand } from "./refusal.js";

/** @typedef {import("./findings.js").Findings} Findings */
/** @typedef {import("./ledger.js").Entry} Entry */

export { FORMATION };
const LEVELS = ["simple", "advanced", "qualified"];

/** Whether the formation belongs into the dossier: contracts from before have none. @param {Findings} found */
export const isRecorded = ({ entries, parts }) =>
  parts.has(FORMATION) || entries.some(({ kind }) => kind.startsWith("formation."));

/** Hold the formation against ledger, contract data and transcripts. @param {Findings[]} everybody */
export function formation(everybody) {
  return about(FORMATION, async () => {
    const [first] = everybody;
    demand(first.parts.has(FORMATION), "it is missing", FORMATION);
    const whole = first.part(FORMATION);
    const value = withMembers(parseCanonical(whole), "v", "terms", "events");
    demand(value.v === "esign-formation/1", "it is of another version", FORMATION);
    const terms = asObject(value.terms);
    const events = asArray(value.events).map(asObject);
    const concluded = asRecorded(first, whole, terms, events);
    await demandContractsTerms(everybody, terms);
    const oneSided = asBoolean(terms.one_sided);
    const received = [];
    for (const found of everybody) received.push(await declared(found, terms, events));
    let matched = latest(received);
    const accepted = events.filter(({ kind }) => kind === "company_accepted");
    if (accepted.length > 0) {
      demand(!oneSided, "nobody has to accept this declaration", FORMATION);
      matched = await companyAccepted(first, terms, accepted, events, concluded, received);
    } else if (!oneSided) {
      demand(terms.offer_by === "trader", "the company did not accept the order", FORMATION);
      demandInTime(terms, events, concluded, matched);
    }
    const last = latest([matched, ...approvals(everybody, terms, events)]);
    demand(concluded.facts.at === seconds(last), "the ledger tells another instant of the conclusion", FORMATION);
    return `${everybody.length} declarations and their receipt conclude the contract at ${last}`;
  });
}

/** The entry of the conclusion, where the ledger tells exactly this formation.
 * @param {Findings} found @param {Uint8Array} whole @param {JsonObject} terms @param {JsonObject[]} events @returns {Entry} */
function asRecorded({ dossier, entries: all }, whole, terms, events) {
  const contents = new Map(dossier.openings.map(({ seq, name, content }) => [`${seq} ${name}`, content]));
  /** @param {Entry} entry @param {string} name */
  const content = ({ seq }, name) => contents.get(`${seq} ${name}`) ?? new Uint8Array();
  const entries = all.filter(({ kind }) => kind.startsWith("formation."));
  const begun = entries.filter(({ kind }) => kind === "formation.begun" || kind === "formation.rebuilt");
  demand(begun.length === 1, "the ledger does not tell its terms exactly once", FORMATION);
  demand(equal(content(begun[0], "terms"), canonical(terms)), "the ledger tells other terms", FORMATION);
  const told = entries
    .filter(({ commitments }) => commitments.has("events"))
    .flatMap((entry) => asArray(parseCanonical(content(entry, "events")).events).map((each) => hex(canonical(each))));
  const here = events.map((each) => hex(canonical(each)));
  demand(told.sort().join(" ") === here.sort().join(" "), "the ledger tells other events", FORMATION);
  const ends = entries.filter(({ kind }) => kind === "formation.concluded");
  demand(ends.length === 1, "the ledger does not tell its conclusion exactly once", FORMATION);
  demand(equal(content(ends[0], "formation"), whole), "the ledger tells another formation", FORMATION);
  return ends[0];
}

/** @param {Findings[]} everybody @param {JsonObject} terms */
async function demandContractsTerms(everybody, terms) {
  const contract = parseCanonical(everybody[0].part("contract.json"));
  const persons = [asObject(contract.signatory), ...asArray(contract.further_signatories ?? []).map(asObject)];
  const offer = contract.offer === undefined ? {} : asObject(contract.offer);
  const orders = offer.by === "customer";
  const wanted = Object.entries({
    reference: contract.reference,
    contract_type: contract.type,
    date: contract.date,
    lang: contract.lang,
    paid: contract.paid,
    consumer: persons[0].consumer,
    accept_until: orders ? null : (offer.accept_until ?? null),
    agreed_level: contract.level,
  });
  for (const [name, value] of wanted) demand(terms[name] === value, `its ${name} is another than the contract's`, FORMATION);
  if (!asBoolean(terms.one_sided)) {
    demand(terms.offer_by === (orders ? "customer" : "trader"), "the offer is another side's than the contract says", FORMATION);
  }
  const declarants = asArray(terms.declarants).map(asObject);
  const named = [{ name: "company", side: "trader" }, ...persons.map((_, i) => ({ name: `signatory-${i + 1}`, side: "customer" }))];
  const sameNames =
    declarants.length === named.length &&
    declarants.every(({ name, side }, i) => name === named[i].name && side === named[i].side);
  demand(sameNames && persons.length === everybody.length, "other persons have to declare than the contract names", FORMATION);
  for (const [i, found] of everybody.entries()) {
    const declarant = declarants[i + 1];
    demand(declarant.birth_date === (persons[i].birth_date ?? null), "it tells another date of birth", FORMATION);
    const words = hex(await sha256(found.part("declaration.txt")));
    demand(declarant.text_sha256 === words, "other words have to be declared than were shown", FORMATION);
  }
}

/** When a signatory's declaration was received.
 * @param {Findings} found @param {JsonObject} terms @param {JsonObject[]} events @returns {Promise<string>} */
async function declared(found, terms, events) {
  const offers = terms.offer_by === "customer";
  const who = `signatory-${found.dossier.number}`;
  const kind = offers ? "offer_made" : "accepted";
  const made = events.filter((each) => each.kind === kind && asObject(each.declaration).declarant === who);
  demand(made.length === 1, `${who} did not declare exactly once`, FORMATION);
  const [event] = made;
  const told = asObject(event.declaration);
  const { transcript } = found;
  const document = hex(transcript.document.revisions[0].sha256);
  const own =
    event.id === `declared-${hex(found.dossier.tau)}` &&
    told.kind === (offers ? "offer" : "acceptance") &&
    told.document_sha256 === document &&
    told.text_sha256 === hex(await sha256(found.part("declaration.txt"))) &&
    told.level === transcript.statement.level &&
    told.button_label === transcript.order.label;
  demand(own, `what ${who} declared is not what was signed`, FORMATION);
  const at = instant(told.declared_at);
  demandForm(terms, told, who);
  if (asBoolean(terms.paid) && asBoolean(terms.consumer)) {
    const labels = asArray(terms.labels);
    const pressed = events.some(
      (each) =>
        each.kind === "order_button_pressed" &&
        each.of === event.id &&
        each.by === who &&
        each.document_sha256 === document &&
        each.label === told.button_label &&
        each.lang === terms.lang &&
        labels.includes(each.label) &&
        instant(each.at) <= at,
    );
    demand(pressed, `${who} did not use the order control: there is no contract`, FORMATION);
  }
  if (!offers) demandOfferArrived(events, event.offer, who, document, at);
  const receipt = offers ? "offer_received" : "acceptance_received";
  const arrived = events
    .filter((each) => each.kind === receipt && each.of === event.id && each.by === "company")
    .map((each) => instant(each.at))
    .filter((each) => each >= at)
    .sort();
  demand(arrived.length > 0, `what ${who} declared did not arrive`, FORMATION);
  return arrived[0];
}

/** @param {JsonObject} terms @param {JsonObject} told @param {string} who */
function demandForm(terms, told, who) {
  const reached = levelOf(told.level);
  demand(terms.agreed_level === null || reached >= levelOf(terms.agreed_level), `${who} declared below the level agreed`, FORMATION);
  for (const row of asArray(terms.forms).map(asObject)) {
    if (row.kind !== told.kind) continue;
    const formed = row.form === "none" || row.form === "text" || (row.form === "electronic" && told.form === "electronic");
    const enough = row.level === null || reached >= levelOf(row.level);
    demand(formed && enough, `${who} did not declare in the form that the law asks for`, FORMATION);
  }
}

/** @param {JsonObject[]} events @param {Json} offer @param {string} who @param {string} document @param {string} at */
function demandOfferArrived(events, offer, who, document, at) {
  const made = events.filter((each) => each.kind === "offer_made" && each.offer === offer);
  const told = made.length === 1 ? asObject(made[0].declaration) : {};
  demand(told.declarant === "company" && told.document_sha256 === document, "there is no such offer of the company", FORMATION);
  const heard = events.some(
    (each) =>
      each.kind === "offer_received" &&
      each.of === made[0].id &&
      each.by === who &&
      instant(told.declared_at) <= instant(each.at) &&
      instant(each.at) <= at,
  );
  demand(heard, `the offer had not reached ${who}`, FORMATION);
}

/** @param {JsonObject} terms @param {JsonObject[]} events @param {Entry} concluded @param {string} last */
function demandInTime(terms, events, { facts }, last) {
  const { until } = facts;
  demand(typeof until === "number" && seconds(last) < until, "it was accepted when the offer was over", FORMATION);
  if (terms.accept_until !== null) {
    demand(endsOn(asText(terms.accept_until), until), "the offer ended another day", FORMATION);
    return;
  }
  const told = events.filter(({ kind }) => kind === "period_set").map((each) => seconds(instant(each.until)));
  demand(told.includes(asInteger(until)), "nobody told this end of the offer", FORMATION);
}

/** @param {Json} level */
function levelOf(level) {
  const place = LEVELS.indexOf(asText(level));
  demand(place >= 0, "no level", FORMATION);
  return place;
}

/** @param {Json | undefined} value */
function asBoolean(value) {
  if (typeof value !== "boolean") throw new Refusal("neither true nor false", FORMATION);
  return value;
}
