// Checks the answers of a form while they are typed: the twin of esign/forms/checking.py, for a form's description as
// `definition.to_browser(lang)` gives it. The server checks everything again and alone decides.
import { evaluate, holds, text } from "./expressions.mjs";
import { CHECKERS } from "./plausibility/index.mjs";
import { finding } from "./plausibility/result.mjs";
import { unsafe } from "./plausibility/text.mjs";

/**
 * @typedef {{field: string | null, code: string, severity: string, text: string, suggestions: string[]}} Finding
 * @typedef {{values: Record<string, string>, parts: Record<string, string>, derived: string[], findings: Finding[],
 *   computed: Record<string, string>, visible: string[], required: string[], complete: boolean}} Checked
 */

/**
 * @param {any} form The description of the form.
 * @param {Record<string, string>} answers What was filled in so far, by field.
 * @param {{day: string, reference: import("./plausibility/result.mjs").Reference}} around Today as ISO text, and what is
 *   known about postal codes and banks; `undefined` where it is not known yet.
 * @returns {Checked}
 */
export function check(form, answers, around) {
  const walk = new Walk(form, answers, around);
  for (const section of form.sections) {
    if (walk.holds(section.when)) for (const field of section.fields) if (walk.holds(field.when)) walk.field(field);
  }
  walk.compute();
  for (const rule of form.rules) walk.rule(rule);
  return walk.checked();
}

/** White space around goes, letters are composed. @param {string | undefined} value */
const tidy = (value) => (value ?? "").normalize("NFC").replaceAll("\r\n", "\n").replace(/^[ \t\n\u00a0]+|[ \t\n\u00a0]+$/g, "");

class Walk {
  /** @param {any} form @param {Record<string, string>} answers @param {any} around */
  constructor(form, answers, around) {
    this.form = form;
    this.answers = answers;
    this.around = around;
    /** @type {Record<string, import("./expressions.mjs").Value>} */
    this.seen = { today: around.day };
    this.scope = { values: this.seen, tables: form.tables };
    /** @type {Checked} */
    this.result = {
      values: {}, parts: {}, derived: [], findings: [], computed: {}, visible: [], required: [], complete: true,
    };
    this.wrong = new Set();
  }

  /** @param {any} condition */
  holds(condition) {
    return holds(evaluate(condition, this.scope));
  }

  /** @param {any} field */
  field(field) {
    this.result.visible.push(field.name);
    const required = this.holds(field.required);
    if (required) this.result.required.push(field.name);
    const raw = tidy(this.answers[field.name]) || this.follows(field);
    if (raw) this.answer(field, raw);
    else if (required && !this.wrong.has(field.name)) this.say(field, finding(missing(field)));
  }

  /** The only town of the postal code; of several, the customer chooses. @param {any} field */
  follows(field) {
    const code = field.follows && this.result.values[field.follows];
    const towns = (code && this.around.reference.towns(code)) || [];
    if (towns.length > 1) this.say(field, finding("town.choose", { postal_code: code, towns: towns.join(", ") }, towns));
    if (towns.length !== 1) return null;
    this.result.derived.push(field.name);
    return towns[0];
  }

  /** @param {any} field @param {string} raw */
  answer(field, raw) {
    const refused = unsafe(raw, field) ?? this.refused(field, raw);
    if (refused) return this.say(field, refused);
    const chosen = field.options.find((/** @type {any} */ option) => option.value === raw);
    let value = raw;
    for (const asked of field.checks) {
      if (this.wrong.has(field.name)) return undefined;
      value = this.apply(field, asked, value);
    }
    if (this.wrong.has(field.name)) return undefined;
    this.result.values[field.name] = value;
    this.seen[field.name] = value;
    if (chosen) this.part(`${field.name}.label_${this.form.lang}`, chosen.label);
    return undefined;
  }

  /** @param {any} field @param {string} raw */
  refused(field, raw) {
    if (field.control === "checkbox" && raw !== "yes") {
      return finding(raw === "no" ? "answer.consent" : "answer.not_an_option");
    }
    const offered = field.options.length === 0 || field.options.some((/** @type {any} */ option) => option.value === raw);
    return offered ? null : finding("answer.not_an_option");
  }

  /** @param {any} field @param {any} asked @param {string} value */
  apply(field, asked, value) {
    /** @type {Record<string, string | null>} */
    const given = {};
    for (const [name, data] of Object.entries(asked.arguments)) given[name] = text(evaluate(data, this.scope));
    const result = CHECKERS[asked.check](value, { ...this.around, arguments: given });
    for (const found of result.found) this.say(field, found);
    for (const [name, part] of Object.entries(result.parts)) this.part(`${field.name}.${name}`, part);
    return result.value;
  }

  /** @param {string} name @param {string} part */
  part(name, part) {
    this.result.parts[name] = part;
    this.seen[name] = part;
  }

  compute() {
    for (const item of this.form.computed) {
      const value = evaluate(item.value, this.scope);
      this.seen[item.name] = value;
      const written = text(value);
      if (written !== null) this.result.computed[item.name] = written;
    }
  }

  /** @param {any} rule */
  rule(rule) {
    const known = rule.fields.every((/** @type {string} */ name) => Object.hasOwn(this.result.values, name));
    if (!known || !this.holds(rule.when)) return;
    this.result.findings.push({
      field: rule.fields.at(-1), code: `rule.${rule.id}`, severity: rule.severity, text: rule.text, suggestions: [],
    });
  }

  /** @param {any} field @param {import("./plausibility/result.mjs").Found} found */
  say(field, found) {
    const words = this.form.messages[found.code];
    if (words.severity === "error") this.wrong.add(field.name);
    const said = field.messages[found.code] ?? words.text;
    this.result.findings.push({
      field: field.name,
      code: found.code,
      severity: words.severity,
      text: said.replace(/\{([a-z][a-z0-9_]*)\}/g, (/** @type {string} */ all, /** @type {string} */ name) =>
        Object.hasOwn(found.facts, name) ? found.facts[name] : all),
      suggestions: found.suggestions,
    });
  }

  checked() {
    this.result.complete = !this.result.findings.some((item) => item.severity === "error");
    return this.result;
  }
}

/** @param {any} field */
function missing(field) {
  if (field.control === "checkbox") return "answer.consent";
  return field.options.length ? "answer.choose" : "answer.required";
}
