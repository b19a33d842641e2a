// A template as the editor holds it, and what can be wrong with it. Pure; states are never changed but replaced.
import { boxOf, isInside, overlap, placeOf, SIGNATURE } from "./geometry.mjs";

/** @typedef {import("./geometry.mjs").Size} Size */
/** @typedef {"text" | "amount" | "date" | "check" | "signature" | "seal"} Kind */
/**
 * @typedef {{id: number, kind: Kind, page: number, left: number, top: number, width: number, height: number,
 *   text: string, variable: string, equals: string, party: string, size: number, more: Record<string, unknown>}} Field
 * Pages count from 1; `more` is what the editor shows only in part: max_lines, align, font, valign, colour, min_size.
 */
/**
 * @typedef {{id: number, name: string, label: string, type: string, required: boolean, max_length: number | null,
 *   choices: string[], from: string, example: string | number}} Variable
 */
/** @typedef {{name: string, lang: string, parties: number, variables: Variable[], fields: Field[]}} Template */
/** @typedef {{kind: string, field?: number, other?: number, name?: string, number?: number, serious: boolean}} Problem */

/** @type {Kind[]} */
export const KINDS = ["text", "amount", "date", "check", "signature", "seal"];
/** Width and height of a new field in millimetres. */
export const NEW = /** @type {Record<Kind, [number, number]>} */ ({
  text: [80, 7], amount: [40, 7], date: [40, 7], check: [5, 5], signature: [70, 20], seal: [70, 20],
});
export const PLACEHOLDER = /\{([a-z][a-z0-9_]{0,29}(?:[.][a-z][a-z0-9_]{0,29})?)\}/g;
export const NAME = /^[a-z][a-z0-9_]{0,29}([.][a-z][a-z0-9_]{0,29})?$/;
const MORE = ["max_lines", "align", "font", "valign", "colour", "min_size"];
/** The kind of variable that a kind of field needs. */
const NEEDS = /** @type {Record<string, string>} */ ({ amount: "money", date: "date", check: "choice" });
/** What the engine's schema lets a kind carry. */
const CARRIES = /** @type {Record<string, string[]>} */ ({
  text: MORE, amount: MORE, date: MORE.filter((name) => name !== "max_lines"), check: ["colour"],
});

let last = 0;
/** @returns {number} a number that no other field or variable of this page has */
export const fresh = () => ++last;

/** @param {any} description @param {Size[]} sizes @returns {Template} */
export function read(description, sizes) {
  const types = new Map(description.variables.map((/** @type {any} */ each) => [each.name, each.type]));
  return {
    name: description.name,
    lang: description.lang,
    parties: description.parties,
    variables: description.variables.map((/** @type {any} */ each) => ({
      id: fresh(), name: each.name, label: each.label, type: each.type, required: each.required ?? true,
      max_length: each.max_length ?? null, choices: each.choices ?? [], from: each.from ?? "", example: each.example ?? "",
    })),
    fields: description.placements.map((/** @type {any} */ each) => {
      const alone = /^\{([^{}]*)\}$/.exec(each.text ?? "");
      const amount = each.kind === "text" && alone !== null && types.get(alone[1]) === "money";
      const seal = each.kind === "signature" && each.party === "company";
      return {
        id: fresh(),
        kind: amount ? "amount" : seal ? "seal" : each.kind,
        page: each.page,
        ...placeOf(each.box, sizes[each.page - 1] ?? sizes[0]),
        text: amount ? "" : (each.text ?? ""),
        variable: amount && alone ? alone[1] : (each.variable ?? ""),
        equals: each.equals ?? "",
        party: seal ? "" : (each.party ?? ""),
        size: each.size ?? 10,
        more: Object.fromEntries(MORE.filter((name) => name in each).map((name) => [name, each[name]])),
      };
    }),
  };
}

/** @param {Template} template @param {Size[]} sizes @returns {any} the description that the server takes */
export function written(template, sizes) {
  return {
    v: "esign-page-template/1",
    name: template.name.trim(),
    lang: template.lang,
    parties: template.parties,
    variables: template.variables.map((each) => ({
      name: each.name,
      label: each.label,
      type: each.type,
      ...(each.required ? {} : { required: false }),
      ...(each.max_length === null ? {} : { max_length: each.max_length }),
      ...(each.type === "choice" ? { choices: each.choices } : {}),
      ...(each.from ? { from: each.from } : {}),
      ...(each.example === "" ? {} : { example: each.example }),
    })),
    placements: template.fields.map((field) => {
      const place = { page: field.page, box: boxOf(field, sizes[field.page - 1]) };
      const carried = CARRIES[field.kind] ?? [];
      const more = Object.fromEntries(Object.entries(field.more).filter(([name]) => carried.includes(name)));
      switch (field.kind) {
        case "signature": return { kind: "signature", ...place, party: field.party };
        case "seal": return { kind: "signature", ...place, party: "company" };
        case "check": return { kind: "check", ...place, variable: field.variable, equals: field.equals, ...more };
        case "date": return { kind: "date", ...place, variable: field.variable, size: field.size, ...more };
        case "amount": return { kind: "text", ...place, text: `{${field.variable}}`, size: field.size, ...more };
        default: return { kind: "text", ...place, text: field.text, size: field.size, ...more };
      }
    }),
  };
}

/** @param {Template} template @param {number} id @param {Partial<Field>} change @returns {Template} */
export const changed = (template, id, change) => ({
  ...template,
  fields: template.fields.map((field) => (field.id === id ? { ...field, ...change } : field)),
});

/** @param {Template} template @param {number} id @returns {Template} */
export const without = (template, id) => ({ ...template, fields: template.fields.filter((field) => field.id !== id) });

/**
 * Change a variable; where its name changes, every text and field that uses it follows.
 * @param {Template} template @param {number} id @param {Partial<Variable>} change @returns {Template}
 */
export function changedVariable(template, id, change) {
  const was = template.variables.find((each) => each.id === id);
  if (!was) return template;
  const next = {
    ...template,
    variables: template.variables.map((each) => (each.id === id ? { ...each, ...change } : each)),
  };
  if (change.name === undefined || change.name === was.name || !NAME.test(was.name)) return next;
  const name = change.name;
  return {
    ...next,
    fields: next.fields.map((field) => ({
      ...field,
      variable: field.variable === was.name ? name : field.variable,
      text: field.text.replaceAll(`{${was.name}}`, () => `{${name}}`),
    })),
  };
}

/** @param {Template} template @param {string} wish @returns {string} a short name that no variable has yet */
export function freeName(template, wish) {
  const plain = wish.toLowerCase().replaceAll("ä", "ae").replaceAll("ö", "oe").replaceAll("ü", "ue").replaceAll("ß", "ss");
  const base = plain.replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 24) || "variable";
  const taken = new Set(template.variables.map((each) => each.name));
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}_${number}`;
    if (!taken.has(name)) return name;
  }
}

/** @param {string} name @param {string} label @param {string} type @param {string[]} [choices] @returns {Variable} */
export const newVariable = (name, label, type, choices = []) => ({
  id: fresh(), name, label, type, required: true, max_length: null, choices, from: "", example: "",
});

/**
 * A new field of a kind; a kind that needs a variable takes the first of its type, or brings one.
 * @param {Template} template @param {Kind} kind @param {number} page
 * @param {{left: number, top: number, width: number, height: number}} place
 * @param {Record<string, string>} words labels of new variables, and yes and no
 * @returns {{template: Template, field: Field}}
 */
export function added(template, kind, page, place, words) {
  let next = template;
  let variable = "";
  let equals = "";
  if (kind in NEEDS) {
    let found = template.variables.find((each) => each.type === NEEDS[kind]);
    if (!found) {
      const label = words[`default_${kind === "check" ? "choice" : kind}`];
      const choices = kind === "check" ? [words.yes, words.no] : [];
      found = newVariable(freeName(template, label), label, NEEDS[kind], choices);
      next = { ...template, variables: [...template.variables, found] };
    }
    variable = found.name;
    equals = kind === "check" ? (found.choices[0] ?? "") : "";
  }
  const field = {
    id: fresh(), kind, page, ...place, variable, equals, size: 10, more: kind === "amount" ? { align: "right" } : {},
    text: kind === "text" ? "Text" : "", party: kind === "signature" ? freeParty(template) : "",
  };
  return { template: { ...next, fields: [...next.fields, field] }, field };
}

/** @param {Template} template @returns {string} the first party that has no place to sign */
function freeParty(template) {
  const taken = new Set(template.fields.map((field) => field.party));
  for (let number = 1; number <= template.parties; number++) {
    if (!taken.has(`signatory-${number}`)) return `signatory-${number}`;
  }
  return "signatory-1";
}

/** @param {Field} field */
const signs = (field) => field.kind === "signature" || field.kind === "seal";

/** @param {Field} field @returns {string} which party signs there; empty: nobody */
const partyOf = (field) => (field.kind === "seal" ? "company" : field.kind === "signature" ? field.party : "");

/** @param {Template} template @param {Size[]} sizes @returns {Problem[]} what to look at, serious things first */
export function problems(template, sizes) {
  /** @type {Problem[]} */
  const found = [];
  const byName = new Map(template.variables.map((each) => [each.name, each]));
  const used = new Set();
  const parties = new Set();
  template.fields.forEach((field, index) => {
    /** @param {string} kind @param {Partial<Problem>} [more] */
    const note = (kind, more = {}) => found.push({ kind, field: field.id, serious: true, ...more });
    if (!isInside(field, sizes[field.page - 1] ?? sizes[0])) note("outside");
    for (const [, name] of field.kind === "text" ? field.text.matchAll(PLACEHOLDER) : []) {
      used.add(name);
      if (!byName.has(name)) note("unknown", { name });
    }
    if (field.kind === "text" && field.text.trim() === "") note("empty");
    if (field.kind in NEEDS) {
      used.add(field.variable);
      const variable = byName.get(field.variable);
      if (variable?.type !== NEEDS[field.kind]) note("no_variable");
      else if (field.kind === "check" && !variable.choices.includes(field.equals)) note("equals");
    }
    if (signs(field)) {
      const { least, most } = SIGNATURE;
      const slack = 0.01;
      if (
        field.width < least[0] - slack || field.height < least[1] - slack ||
        field.width > most[0] + slack || field.height > most[1] + slack
      ) note("signature_size");
      const party = partyOf(field);
      if (parties.has(party)) note("twice");
      else if (party !== "company" && Number(party.slice(10)) > template.parties) note("party");
      parties.add(party);
    }
    for (const other of template.fields.slice(0, index)) {
      if (other.page !== field.page || !overlap(field, other)) continue;
      if (signs(other)) note("signature_overlap", { other: other.id });
      else if (signs(field)) note("signature_overlap", { field: other.id, other: field.id });
      else note("overlap", { other: other.id, serious: false });
    }
  });
  for (const variable of template.variables) {
    if (!used.has(variable.name)) found.push({ kind: "unused", name: variable.name, serious: false });
  }
  for (let number = 1; number <= template.parties; number++) {
    if (!parties.has(`signatory-${number}`)) found.push({ kind: "no_signature", number, serious: false });
  }
  return found.sort((one, other) => Number(other.serious) - Number(one.serious));
}
