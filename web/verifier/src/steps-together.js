// The step about several signatories: each is who the contract data name, and each signed on the file before.
// Source: docs/dossier-spec.md section 4.
import { equal } from "./bytes.js";
import { asArray, asObject, asText, parseCanonical } from "./json.js";
import { wholeName } from "./parts.js";
import { demand } from "./refusal.js";

/** @typedef {import("./findings.js").Findings} Findings */

const CONTRACT = "contract.json";

/** Hold the transcripts against the contract data and against each other. @param {Findings[]} everybody */
export function signatories(everybody) {
  const contract = parseCanonical(everybody[0].part(CONTRACT));
  const persons = [asObject(contract.signatory), ...asArray(contract.further_signatories ?? []).map(asObject)];
  demand(persons.length === everybody.length, "the contract names another number of signatories", CONTRACT);
  for (const [i, { dossier, transcript }] of everybody.entries()) {
    const part = wholeName("transcript.json", dossier.number);
    demand(isNamed(transcript.signatory, persons[i]), "it is about somebody else than the contract names", part);
    demand(transcript.contract === everybody[0].transcript.contract, "it is about another contract", part);
  }
  const order = inOrder(everybody);
  const given = (contract.signing_order ?? "given") === "given";
  demand(!given || order.every((found, i) => found === everybody[i]), "they did not sign in the order that the contract gives", CONTRACT);
  for (let i = 1; i < order.length; i++) demandOnFileOf(order[i - 1], order[i]);
  const { revisions } = order[order.length - 1].transcript.document;
  const made = revisions.filter(({ kind }) => kind === "signature").length;
  demand(made === order.length - 1, "the document holds signatures that nobody here made", "document.pdf");
  return `${order.length} persons signed, each on the file that the one before left`;
}

/** In the order in which they signed. @param {Findings[]} everybody */
export const inOrder = (everybody) =>
  [...everybody].sort((left, right) => left.transcript.document.length - right.transcript.document.length);

/** @param {Findings["transcript"]["signatory"]} signatory @param {JsonObject} person */
function isNamed({ name, role, represents }, person) {
  const principal = person.represents === undefined ? "" : (asObject(person.represents).name ?? "");
  return name === `${asText(person.given_name)} ${asText(person.family_name)}` && role === person.role && represents === principal;
}

/** Require that a signature was made on the file that the one before left. @param {Findings} before @param {Findings} after */
function demandOnFileOf(before, after) {
  const part = wholeName("transcript.json", after.dossier.number);
  const { length, revisions: earlier } = before.transcript.document;
  const { revisions: later } = after.transcript.document;
  const sameHistory = earlier.every(
    (revision, i) => later[i]?.kind === revision.kind && later[i].length === revision.length && equal(later[i].sha256, revision.sha256),
  );
  demand(sameHistory, "it tells another history of the document", part);
  const own = later[earlier.length];
  demand(own?.kind === "signature" && own.length === length, "it was made on a file without the signature before", part);
  before.released = later[later.length - 1].sha256;
  before.last = false;
}
