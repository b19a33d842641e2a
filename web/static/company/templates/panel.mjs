// What is known of the chosen field and of the variables, as inputs: everything that the mouse does can be typed here.
import { cell, choice, element, field as input, said } from "./dom.mjs";
import { kept, shown, typed } from "./geometry.mjs";
import { freeName, NAME } from "./model.mjs";

/** @typedef {import("./model.mjs").Field} Field */
/** @typedef {import("./model.mjs").Template} Template */
/** @typedef {import("./model.mjs").Variable} Variable */
/**
 * @typedef {object} Owner what the panels ask of the editor
 * @property {Record<string, string>} words
 * @property {string} lang
 * @property {string[]} sources
 * @property {import("./geometry.mjs").Size[]} sizes
 * @property {() => Template} template
 * @property {(id: number, change: Partial<Field>) => void} change
 * @property {(id: number, change: Partial<Variable>) => void} changeVariable
 * @property {(id: number) => void} removeVariable
 * @property {(type: string) => Variable} addVariable
 * @property {(id: number) => void} remove
 * @property {(id: number) => void} duplicate
 */

const LENGTHS = /** @type {const} */ (["left", "top", "width", "height"]);

/** Show that a typed value does not count, and what would. @param {HTMLInputElement} at @param {string} words */
function refuse(at, words) {
  at.setAttribute("aria-invalid", "true");
  const id = `${at.id}-wrong`;
  if (!document.getElementById(id)) at.after(element("p", { id, className: "said", role: "alert" }, words));
  at.setAttribute("aria-describedby", id);
}

/** @param {HTMLInputElement} at */
function accept(at) {
  at.removeAttribute("aria-invalid");
  at.removeAttribute("aria-describedby");
  document.getElementById(`${at.id}-wrong`)?.remove();
}

export class FieldPanel {
  /** @param {Owner} owner */
  constructor(owner) {
    this.owner = owner;
    this.root = element("div", { className: "panel-body" });
    this.key = "";
    /** @type {(() => void)[]} */
    this.fresh = [];
  }

  /** Show a field; inputs are made anew only where others are needed. @param {Field | undefined} field */
  show(field) {
    const { owner } = this;
    const { variables, parties } = owner.template();
    const names = variables.map((each) => [each.name, each.type, each.label, each.choices]);
    const key = field ? JSON.stringify([field.id, field.kind, field.variable, names, parties]) : "";
    if (key !== this.key || !field) {
      const focused = document.activeElement?.id ?? "";
      this.key = key;
      this.fresh = [];
      this.root.replaceChildren(...(field ? this.inputs(field) : [element("p", { className: "quiet" }, owner.words.nothing)]));
      if (focused.startsWith("field-") && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
    }
    for (const renew of this.fresh) renew();
  }

  /** @param {number} id @returns {Field | undefined} the field as it is now */
  now(id) {
    return this.owner.template().fields.find((each) => each.id === id);
  }

  /**
   * An input of the field that shows what is.
   * @param {Field} field @param {string} name @param {string} label @param {(field: Field) => string} get
   * @param {(value: string, at: HTMLInputElement) => void} set @param {Record<string, any>} [more]
   */
  text(field, name, label, get, set, more = {}) {
    const { wide = false, ...rest } = more;
    const made = input(get(field), set, rest);
    this.fresh.push(() => {
      const now = this.now(field.id);
      if (now && !made.hasAttribute("aria-invalid")) made.value = get(now);
    });
    return cell(`field-${name}`, label, made, wide);
  }

  /** @param {Field} field @returns {Node[]} */
  inputs(field) {
    const { owner } = this;
    const { words, lang } = owner;
    const { id } = field;
    /** @param {Partial<Field>} change */
    const change = (change) => owner.change(id, change);
    const found = [element("p", { className: "kind-name" }, words[`kind_${field.kind}`])];
    const cells = element("div", { className: "cells" });
    if (field.kind === "text") cells.append(...this.words(field, change));
    if (field.kind === "amount" || field.kind === "date" || field.kind === "check") cells.append(...this.variable(field, change));
    if (field.kind === "signature") {
      const count = Math.max(owner.template().parties, Number(field.party.slice(10)) || 1);
      /** @type {[string, string][]} */
      const parties = Array.from({ length: count }, (_, at) => [`signatory-${at + 1}`, words[`party_signatory-${at + 1}`]]);
      cells.append(cell("field-party", words.party, choice(parties, field.party, (party) => change({ party })), true));
    }
    if (owner.sizes.length > 1) {
      cells.append(this.text(field, "page", words.page, (now) => String(now.page), (value, at) => {
        const page = /^\d{1,3}$/.test(value.trim()) ? Number(value) : 0;
        if (page < 1 || page > owner.sizes.length) return refuse(at, words.wrong_number);
        accept(at);
        const now = this.now(id);
        if (now) change({ page, ...kept(now, owner.sizes[page - 1]) });
      }, { inputMode: "numeric" }));
    }
    for (const side of LENGTHS) {
      cells.append(this.text(field, side, words[side], (now) => shown(now[side], lang), (value, at) => {
        const length = typed(value);
        const now = this.now(id);
        if (length === null || !now) return refuse(at, words.wrong_number);
        accept(at);
        change(kept({ left: now.left, top: now.top, width: now.width, height: now.height, [side]: length }, owner.sizes[now.page - 1]));
        at.value = shown(this.now(id)?.[side] ?? length, lang);
      }, { inputMode: "decimal" }));
    }
    if (field.kind === "text" || field.kind === "amount" || field.kind === "date") cells.append(...this.type(field, change));
    return [
      ...found,
      cells,
      element("div", { className: "buttons" },
        element("button", { type: "button", className: "button second", id: "field-duplicate", onclick: () => owner.duplicate(id) }, words.duplicate),
        element("button", { type: "button", className: "button danger", id: "field-remove", onclick: () => owner.remove(id) }, words.remove)),
    ];
  }

  /** @param {Field} field @param {(change: Partial<Field>) => void} change */
  words(field, change) {
    const { words } = this.owner;
    const text = this.text(field, "text", words.text, (now) => now.text, (value) => change({ text: value }), { wide: true, maxLength: 2000 });
    /** @type {[string, string][]} */
    const names = [["", "–"], ...this.names(), ["+", words.new_variable]];
    const insert = choice(names, "", (name) => {
      const now = this.now(field.id);
      if (!now || !name) return;
      const chosen = name === "+" ? this.owner.addVariable("text").name : name;
      change({ text: `${(this.now(field.id) ?? now).text.trimEnd()} {${chosen}}`.trimStart() });
      insert.value = "";
    });
    return [text, cell("field-insert", words.insert, insert, true)];
  }

  /** @param {string} [type] @returns {[string, string][]} */
  names(type) {
    const { variables } = this.owner.template();
    return variables.filter((each) => !type || each.type === type).map((each) => [each.name, `${each.label} {${each.name}}`]);
  }

  /** @param {Field} field @param {(change: Partial<Field>) => void} change */
  variable(field, change) {
    const { owner } = this;
    const type = field.kind === "amount" ? "money" : field.kind === "date" ? "date" : "choice";
    const names = this.names(type);
    /** @type {[string, string][]} */
    const offered = names.some(([name]) => name === field.variable) ? names : [["", "–"], ...names];
    const found = [cell("field-variable", owner.words.variable, choice([...offered, ["+", owner.words.new_variable]], field.variable, (name) => {
      const variable = name === "+" ? owner.addVariable(type) : owner.template().variables.find((each) => each.name === name);
      change({ variable: variable?.name ?? "", equals: type === "choice" ? (variable?.choices[0] ?? "") : "" });
    }), true)];
    if (type === "choice") {
      const choices = owner.template().variables.find((each) => each.name === field.variable)?.choices ?? [];
      /** @type {[string, string][]} */
      const values = [...(choices.includes(field.equals) ? [] : [/** @type {[string, string]} */ (["", "–"])]), ...choices.map((each) => /** @type {[string, string]} */ ([each, each]))];
      const select = choice(values, field.equals, (equals) => change({ equals }));
      this.fresh.push(() => (select.value = this.now(field.id)?.equals ?? ""));
      found.push(cell("field-equals", owner.words.equals, select, true));
    }
    return found;
  }

  /** @param {Field} field @param {(change: Partial<Field>) => void} change */
  type(field, change) {
    const { words, lang } = this.owner;
    /** @param {string} name @param {string | number} value */
    const more = (name, value) => change({ more: { ...this.now(field.id)?.more, [name]: value } });
    const size = this.text(field, "size", words.size, (now) => shown(now.size, lang), (value, at) => {
      const size = typed(value);
      if (size === null || size < 4 || size > 72) return refuse(at, words.wrong_number);
      accept(at);
      change({ size });
    }, { inputMode: "decimal" });
    /** @type {[string, string][]} */
    const aligns = ["left", "center", "right"].map((each) => [each, words[`align_${each}`]]);
    /** @type {[string, string][]} */
    const fonts = ["regular", "semibold"].map((each) => [each, words[`font_${each}`]]);
    const found = [
      size,
      cell("field-align", words.align, choice(aligns, String(field.more.align ?? "left"), (value) => more("align", value))),
      cell("field-font", words.font, choice(fonts, String(field.more.font ?? "regular"), (value) => more("font", value))),
    ];
    if (field.kind === "text") {
      found.push(this.text(field, "max_lines", words.max_lines, (now) => String(now.more.max_lines ?? 1), (value, at) => {
        const lines = /^\d{1,3}$/.test(value.trim()) ? Number(value) : 0;
        if (lines < 1 || lines > 100) return refuse(at, words.wrong_number);
        accept(at);
        more("max_lines", lines);
      }, { inputMode: "numeric" }));
    }
    return found;
  }
}

export class VariablePanel {
  /** @param {Owner} owner */
  constructor(owner) {
    this.owner = owner;
    this.list = element("div", { className: "variables" });
    this.key = "";
    const add = element("button", { type: "button", className: "button second", onclick: () => this.open(owner.addVariable("text").id) }, owner.words.add_variable);
    this.root = element("div", {}, element("p", { className: "quiet" }, owner.words.variables_text), this.list, add);
  }

  /** @param {number} id */
  open(id) {
    const details = /** @type {HTMLDetailsElement | null} */ (document.getElementById(`variable-${id}`));
    if (!details) return;
    details.open = true;
    /** @type {HTMLElement | null} */ (details.querySelector("input"))?.focus();
  }

  show() {
    const { variables, parties } = this.owner.template();
    const key = JSON.stringify([variables, parties]);
    if (key === this.key) return;
    this.key = key;
    const focused = document.activeElement?.id ?? "";
    const open = new Set([...this.list.querySelectorAll("details[open]")].map((each) => each.id));
    this.list.replaceChildren(...variables.map((each) => this.one(each, open.has(`variable-${each.id}`))));
    if (focused.startsWith("variable-") && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  }

  /** @param {Variable} variable @param {boolean} open */
  one(variable, open) {
    const { owner } = this;
    const { words, lang } = owner;
    const { id } = variable;
    const mark = `variable-${id}-`;
    /** @param {Partial<Variable>} change */
    const change = (change) => owner.changeVariable(id, change);
    const example = variable.type === "money" && typeof variable.example === "number" ? shown(variable.example / 100, lang) : String(variable.example);
    /** @type {[string, string][]} */
    const types = ["text", "money", "date", "number", "email", "choice"].map((each) => [each, words[`type_${each}`]]);
    /** @type {[string, string][]} */
    const sources = [["", words.given], ...owner.sources.map((each) => /** @type {[string, string]} */ ([each, this.source(each)]))];
    const cells = element("div", { className: "cells" },
      cell(`${mark}label`, words.label, input(variable.label, (label, at) => {
        if (!label.trim()) return refuse(at, words.wrong_missing);
        const untouched = variable.name.startsWith("variable");
        change({ label: label.trim(), ...(untouched ? { name: freeName(owner.template(), label) } : {}) });
      }, { maxLength: 80 })),
      cell(`${mark}name`, words.short_name, input(variable.name, (name, at) => {
        const taken = owner.template().variables.some((each) => each.id !== id && each.name === name.trim());
        if (!NAME.test(name.trim()) || taken) return refuse(at, words.wrong_name);
        change({ name: name.trim() });
      }, { maxLength: 61 })),
      cell(`${mark}type`, words.type, choice(types, variable.type, (type) => change({
        type, example: "", choices: type === "choice" && variable.choices.length === 0 ? [words.yes, words.no] : variable.choices,
      }))),
      cell(`${mark}from`, words.source, choice(sources, variable.from, (from) => change({ from }))));
    if (variable.type === "choice") {
      const area = element("textarea", { rows: 3, value: variable.choices.join("\n"), onchange: () => {
        const choices = [...new Set(area.value.split("\n").map((line) => line.trim()).filter(Boolean))];
        if (choices.length) change({ choices });
        else area.value = variable.choices.join("\n");
      } });
      cells.append(cell(`${mark}choices`, words.choices, area, true));
    } else if (!variable.from) {
      cells.append(cell(`${mark}example`, words.example, input(example, (value, at) => {
        const text = value.trim();
        if (variable.type !== "money" || text === "") return change({ example: variable.type === "number" ? text.replace(",", ".") : text });
        const amount = typed(text);
        if (amount === null) return refuse(at, words.wrong_number);
        change({ example: Math.round(amount * 100) });
      }, variable.type === "date" ? { type: "date" } : { maxLength: 400 })));
    }
    const optional = element("input", { type: "checkbox", id: `${mark}optional`, checked: !variable.required, onchange: () => change({ required: !optional.checked }) });
    const summary = element("summary", { id: `${mark}summary` }, `${variable.label} `, element("code", {}, `{${variable.name}}`), ` · ${words[`type_${variable.type}`]}`);
    return element("details", { id: `variable-${id}`, open, className: "card" }, summary, cells,
      element("div", { className: "box" }, optional, element("label", { for: optional.id }, words.optional)),
      element("button", { type: "button", className: "button danger", id: `${mark}remove`, onclick: () => owner.removeVariable(id) },
        words.remove, element("span", { className: "hidden" }, ` ${variable.label}`)));
  }

  /** @param {string} source @returns {string} */
  source(source) {
    const { words } = this.owner;
    const [holder, member] = source.split(".");
    const whose = holder.startsWith("signatory-") ? said(words.source_signatory, { number: holder.slice(10) }) : words[`source_${holder}`];
    return `${whose}: ${words[`member_${member}`]}`;
  }
}
