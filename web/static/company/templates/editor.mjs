// The editor of a page template: joins the page's picture, the panels and the history; sends the whole to the server,
// which decides. Without this script the form of numbers on the page does the same.
import { choice, element, said } from "./dom.mjs";
import { free, kept, shown } from "./geometry.mjs";
import { History } from "./history.mjs";
import { added, changed, changedVariable, fresh, freeName, KINDS, NEW, newVariable, problems, read, without, written } from "./model.mjs";
import { FieldPanel, VariablePanel } from "./panel.mjs";
import { Sheet } from "./sheet.mjs";

/** @typedef {import("./model.mjs").Field} Field */
/** @typedef {import("./model.mjs").Kind} Kind */

const data = JSON.parse(document.getElementById("editor-data")?.textContent ?? "{}");
/** @type {Record<string, string>} */
const words = data.words;
/** @type {import("./geometry.mjs").Size[]} */
const sizes = data.sizes;
const form = /** @type {HTMLFormElement} */ (document.getElementById("template-form"));
const ZOOMS = ["fit", "50", "75", "100", "150", "200", "300"];
const PIXELS = 96 / 25.4;

const history = new History(read(data.description, sizes));
let page = 1;
/** @type {number | null} */
let chosen = null;
let zoom = "fit";
let leaving = false;

const live = element("p", { role: "status", className: "hidden" });
const keys = element("p", { id: "editor-keys", className: "quiet" }, words.keys);

/** @param {string} text */
function announce(text) {
  live.textContent = "";
  requestAnimationFrame(() => (live.textContent = text));
}

/** @param {number | null} id */
const find = (id) => history.now.fields.find((field) => field.id === id);

/** @param {Field} field @returns {string} what is in it, in words */
function content(field) {
  if (field.kind === "text") return field.text;
  if (field.kind === "seal") return words.kind_seal;
  if (field.kind === "signature") return words[`party_${field.party}`] ?? field.party;
  const variable = history.now.variables.find((each) => each.name === field.variable);
  const label = variable?.label ?? field.variable;
  return field.kind === "check" ? `${label}: ${field.equals}` : label;
}

/** @param {Field | undefined} field @returns {string} its name in a sentence */
const named = (field) => (field ? `${words[`kind_${field.kind}`]} „${content(field).slice(0, 40)}“` : "");

/** @param {Field} field */
const described = (field) =>
  said(words.described, {
    kind: words[`kind_${field.kind}`], what: content(field).slice(0, 80), page: field.page,
    left: shown(field.left, data.lang), top: shown(field.top, data.lang),
    width: shown(field.width, data.lang), height: shown(field.height, data.lang),
  });

/** @param {import("./model.mjs").Template} next @param {string} [tag] */
function step(next, tag = "") {
  history.push(next, tag);
  render();
}

/** @param {number | null} id @param {boolean} [focus] */
function choose(id, focus = false) {
  const field = find(id);
  if (field && field.page !== page) turn(field.page);
  const same = chosen === id;
  chosen = field ? id : null;
  if (!same) render();
  if (focus && field) sheet.shown.get(field.id)?.focus();
}

/** @param {number} number */
function turn(number) {
  page = Math.max(1, Math.min(number, sizes.length));
  if (find(chosen)?.page !== page) chosen = null;
  render();
}

/** @param {number} id @param {Partial<Field>} change @param {string} [tag] */
function change(id, change, tag = "") {
  const was = find(id);
  if (!was) return;
  if (change.page && change.page !== page) page = change.page;
  step(changed(history.now, id, change), tag);
  const now = find(id);
  if (!now) return;
  const values = { left: shown(now.left, data.lang), top: shown(now.top, data.lang), width: shown(now.width, data.lang), height: shown(now.height, data.lang) };
  const resized = now.width !== was.width || now.height !== was.height;
  const wrong = hints().filter((each) => each.field === id && each.kind !== "unused").map(told);
  if (resized || now.left !== was.left || now.top !== was.top) announce([said(resized ? words.sized : words.at, values), ...wrong].join(". "));
}

/** @param {number} id */
function remove(id) {
  const field = find(id);
  if (!field) return;
  const onPage = history.now.fields.filter((each) => each.page === page);
  const next = onPage[onPage.findIndex((each) => each.id === id) + 1] ?? onPage.at(-2);
  chosen = null;
  step(without(history.now, id));
  announce(said(words.removed, { kind: named(field) }));
  if (next && next.id !== id) choose(next.id, true);
  else tools.querySelector("button")?.focus();
}

/** @param {Kind} kind @param {{x: number, y: number} | null} spot millimetres; null: wherever there is room */
function add(kind, spot) {
  const [width, height] = NEW[kind];
  const others = history.now.fields.filter((field) => field.page === page);
  const size = sizes[page - 1];
  const wish = { left: spot ? spot.x - width / 2 : 20, top: spot ? spot.y - height / 2 : 20, width, height };
  const place = spot ? kept(wish, size) : free(kept(wish, size), others, size);
  const made = added(history.now, kind, page, place, words);
  chosen = made.field.id;
  step(made.template);
  announce(said(words.added, { kind: words[`kind_${kind}`], page }));
  choose(made.field.id, true);
}

/** @param {number} id */
function duplicate(id) {
  const field = find(id);
  if (!field) return;
  const others = history.now.fields.filter((each) => each.page === field.page);
  const copy = { ...field, ...free(field, others, sizes[field.page - 1]), id: fresh() };
  chosen = copy.id;
  step({ ...history.now, fields: [...history.now.fields, copy] });
  announce(said(words.added, { kind: words[`kind_${field.kind}`], page }));
  choose(copy.id, true);
}

/** @param {boolean} back */
function travel(back) {
  if (!(back ? history.undo() : history.redo())) return;
  if (!find(chosen)) chosen = null;
  for (const [name, value] of /** @type {[string, string][]} */ ([["name", history.now.name], ["lang", history.now.lang], ["parties", String(history.now.parties)]])) {
    /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value = value;
  }
  render();
  announce(back ? words.undone : words.redone);
}

const hints = () => problems(history.now, sizes);

/** @param {import("./model.mjs").Problem} problem @returns {string} */
const told = (problem) =>
  said(words[`problem_${problem.kind}`], {
    field: named(find(problem.field ?? null)), other: named(find(problem.other ?? null)), name: problem.name ?? "", number: problem.number ?? "",
  });

const sheet = new Sheet(
  {
    fields: () => history.now.fields.filter((field) => field.page === page),
    chosen: () => chosen,
    size: () => sizes[page - 1],
    snaps: () => snap.checked,
    about: (field) => ({
      name: described(field), text: content(field),
      wrong: hints().some((each) => each.serious && (each.field === field.id || each.other === field.id)),
    }),
    choose,
    place: (id, place, tag) => change(id, { left: place.left, top: place.top, width: place.width, height: place.height }, tag),
    remove,
  },
  "editor-keys",
);

const owner = {
  words, lang: data.lang, sources: data.sources, sizes,
  template: () => history.now,
  change,
  /** @param {number} id @param {Partial<import("./model.mjs").Variable>} more */
  changeVariable: (id, more) => step(changedVariable(history.now, id, more)),
  /** @param {number} id */
  removeVariable: (id) => step({ ...history.now, variables: history.now.variables.filter((each) => each.id !== id) }),
  /** @param {string} type */
  addVariable: (type) => {
    const made = newVariable(freeName(history.now, "variable"), words.variable, type, type === "choice" ? [words.yes, words.no] : []);
    step({ ...history.now, variables: [...history.now.variables, made] });
    return made;
  },
  remove,
  duplicate,
};
const fieldPanel = new FieldPanel(owner);
const variablePanel = new VariablePanel(owner);

/** @param {Kind} kind */
function tool(kind) {
  const button = element("button", { type: "button", className: `tool ${kind}`, onclick: () => add(kind, null) }, words[`kind_${kind}`]);
  button.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button !== 0) return;
    const from = [event.clientX, event.clientY];
    /** @type {HTMLElement | null} */
    let ghost = null;
    /** @param {PointerEvent} at */
    const move = (at) => {
      if (!ghost && Math.hypot(at.clientX - from[0], at.clientY - from[1]) > 8) {
        const [width, height] = NEW[kind];
        ghost = element("div", { className: "ghost" }, words[`kind_${kind}`]);
        ghost.style.width = `${width * sheet.scale}px`;
        ghost.style.height = `${height * sheet.scale}px`;
        document.body.append(ghost);
      }
      if (!ghost) return;
      ghost.style.left = `${at.clientX}px`;
      ghost.style.top = `${at.clientY}px`;
    };
    /** @param {PointerEvent} at */
    const end = (at) => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      if (!ghost) return;
      ghost.remove();
      const spot = at.type === "pointerup" ? sheet.spot(at.clientX, at.clientY) : null;
      if (spot) add(kind, spot);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  });
  return button;
}

const tools = element("div", { className: "tools", role: "group", "aria-label": words.tools }, ...KINDS.map(tool));
const undo = element("button", { type: "button", className: "button second", onclick: () => travel(true) }, words.undo);
const redo = element("button", { type: "button", className: "button second", onclick: () => travel(false) }, words.redo);
const before = element("button", { type: "button", className: "button second", onclick: () => turn(page - 1) }, words.previous);
const after = element("button", { type: "button", className: "button second", onclick: () => turn(page + 1) }, words.next);
const pick = choice(sizes.map((_, at) => [String(at + 1), `${words.page} ${at + 1} ${said(words.of, { number: sizes.length })}`]), "1", (value) => turn(Number(value)));
pick.setAttribute("aria-label", words.pages);
const zoomed = choice(ZOOMS.map((each) => [each, each === "fit" ? words.fit : `${each} %`]), zoom, (value) => {
  zoom = value;
  render();
});
zoomed.id = "editor-zoom";
const snap = element("input", { type: "checkbox", id: "editor-snap", checked: true });
const list = element("ul", { className: "field-list" });
const remarks = element("ul", { className: "remarks" });
const room = element("div", { className: "sheet-room", tabIndex: -1 }, sheet.root);

/** @param {string} id @param {string} title @param {...Node} children */
const part = (id, title, ...children) => {
  const heading = element("h2", { id }, title);
  return element("section", { className: "part", "aria-labelledby": id }, heading, ...children);
};

const editor = /** @type {HTMLElement} */ (document.getElementById("editor"));

function picture() {
  const width = zoom === "fit" ? 1200 : Math.min(2400, Math.max(400, Math.ceil((Number(zoom) / 100) * (sizes[page - 1][0] / 72) * 96)));
  const address = `${data.picture}&page=${page}&width=${width <= 800 ? 800 : width <= 1200 ? 1200 : 2400}`;
  if (sheet.image.getAttribute("src") !== address) sheet.image.src = address;
  sheet.image.alt = said(words.page_alt, { page });
}

function renderList() {
  const focused = document.activeElement?.id ?? "";
  const { fields } = history.now;
  list.replaceChildren(...fields.map((field) => {
    const button = element("button", { type: "button", id: `list-${field.id}`, className: `in-list ${field.kind}`, "aria-pressed": String(field.id === chosen), onclick: () => {
      choose(field.id);
      document.getElementById("editor-chosen")?.scrollIntoView({ block: "nearest" });
    } }, element("strong", {}, words[`kind_${field.kind}`]), ` ${content(field).slice(0, 60)} `, element("span", { className: "quiet" }, `${words.page} ${field.page}`));
    return element("li", {}, button);
  }));
  if (fields.length === 0) list.append(element("li", { className: "quiet" }, words.list_empty));
  const found = hints();
  remarks.replaceChildren(...found.map((problem) => {
    const text = told(problem);
    const { field } = problem;
    const shownText = field === undefined ? text : element("button", { type: "button", id: `hint-${problem.kind}-${field}`, className: "plain", onclick: () => choose(field, true) }, text);
    return element("li", { className: problem.serious ? "serious" : "" }, shownText);
  }));
  if (found.length === 0) remarks.append(element("li", { className: "quiet" }, words.no_problems));
  if (focused && document.activeElement?.id !== focused && /^(list|hint)-/.test(focused)) document.getElementById(focused)?.focus();
}

function render() {
  undo.disabled = !history.canUndo;
  redo.disabled = !history.canRedo;
  before.disabled = page === 1;
  after.disabled = page === sizes.length;
  pick.value = String(page);
  sheet.room.setAttribute("aria-label", said(words.sheet, { page }));
  sheet.root.style.width = zoom === "fit" ? "100%" : `${(Number(zoom) / 100) * (sizes[page - 1][0] / 72) * 25.4 * PIXELS}px`;
  picture();
  sheet.show();
  fieldPanel.show(find(chosen));
  variablePanel.show();
  renderList();
}

/** @param {SubmitEvent} event */
async function submit(event) {
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  const description = JSON.stringify(written(history.now, sizes));
  hidden.value = description;
  if (button?.value === "preview" || button?.value === "pdf") return;
  event.preventDefault();
  if (button?.id !== "save" && button?.name !== "over") return;
  const sent = new URLSearchParams({ description });
  for (const name of ["csrf_token", "newest"]) sent.set(name, /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value);
  if (button.name === "over") sent.set("over", button.value);
  button.disabled = true;
  announce(words.saving);
  const saved = history.now;
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" } });
    const found = await answer.json();
    if (answer.ok) {
      history.saved = saved;
      leaving = true;
      location.assign(found.address);
      return;
    }
    refuse(found.refused ?? { title: found.title ?? words.failed, text: words.failed });
  } catch {
    refuse({ title: words.failed, text: "" });
  } finally {
    button.disabled = false;
  }
}

/** @param {{title: string, text: string, place?: string, mark?: string, newest?: number}} refused */
function refuse(refused) {
  document.getElementById("refusal")?.remove();
  const box = element("div", { className: "refused", role: "alert", id: "refusal", tabIndex: -1 },
    element("p", {}, element("strong", {}, refused.title)), element("p", {}, [refused.place, refused.text].filter(Boolean).join(" ")));
  const field = refused.mark?.startsWith("f-") ? history.now.fields[Number(refused.mark.slice(2))] : undefined;
  if (field) box.append(element("button", { type: "button", className: "plain", onclick: () => choose(field.id, true) }, named(field)));
  if (refused.newest) {
    box.append(
      element("p", { className: "buttons" },
        element("button", { type: "submit", className: "button second", name: "over", value: String(refused.newest) }, said(words.save_over, { version: refused.newest + 1 })),
        element("a", { className: "button second", href: data.template, target: "_blank", rel: "noopener" }, said(words.look_at_newest, { version: refused.newest }))));
  }
  /** @type {HTMLElement} */ (form.querySelector(".saving")).before(box);
  box.focus();
}

const hidden = element("input", { type: "hidden", name: "description" });

function start() {
  document.getElementById("numbers")?.remove();
  form.append(hidden);
  form.noValidate = true;
  editor.hidden = false;
  editor.append(
    live,
    part("editor-tools", words.tools, element("p", { className: "quiet" }, words.tools_hint), tools),
    element("div", { className: "bar" },
      element("div", { className: "buttons" }, undo, redo),
      element("div", { className: "buttons" }, before, pick, after),
      element("div", { className: "cell" }, element("label", { for: "editor-zoom" }, words.zoom), zoomed),
      element("div", { className: "box" }, snap, element("label", { for: "editor-snap" }, words.snap))),
    keys,
    element("div", { className: "desk" }, room,
      element("div", { className: "panel" },
        part("editor-chosen", words.chosen, fieldPanel.root),
        part("editor-problems", words.problems, remarks),
        part("editor-list", words.list, list))),
    part("editor-variables", words.variable_names, variablePanel.root));
  for (const name of ["name", "lang", "parties"]) {
    const input = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
    input.addEventListener("change", () => step({ ...history.now, [name]: name === "parties" ? Number(input.value) : input.value }));
  }
  form.addEventListener("submit", submit);
  addEventListener("beforeunload", (event) => {
    if (history.changed && !leaving) event.preventDefault();
  });
  editor.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!(event.ctrlKey || event.metaKey) || target.matches("input:not([type=checkbox]), textarea")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    travel(key === "z" && !event.shiftKey);
  });
  render();
}

start();
