// The form's page, better with a script: checks while somebody types without nagging, shows the questions that follow,
// fills in the town, computes the price, keeps changes. Without it the page works too; the server alone decides.
import { check } from "./check.mjs";
import { figure } from "./figures.mjs";
import { Keeper } from "./keeping.mjs";
import { Lookup } from "./looking.mjs";

/** Said at once, while somebody types: no further character makes it right. */
const CERTAIN = new Set([
  "answer.control", "answer.formula", "answer.too_long", "postal_code.not_digits", "iban.characters", "iban.country",
]);
const RANK = { error: 0, warning: 1, note: 2 };

const form = /** @type {HTMLFormElement} */ (document.getElementById("form"));
const description = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("description")).textContent ?? "");
/** @type {any[]} */
const fields = description.sections.flatMap((/** @type {any} */ section) => section.fields);
/** @type {Map<string, HTMLElement>} */
const parts = new Map();
for (const part of form.querySelectorAll("[data-field]")) {
  const element = /** @type {HTMLElement} */ (part);
  parts.set(element.dataset.field ?? "", element);
}

/** Fields that the person has left, or that the server has spoken about. @type {Set<string>} */
const left = new Set();
/** Fields whose value followed from others and was not typed. @type {Set<string>} */
const followed = new Set();
for (const [name, part] of parts) if (part.querySelector(".said p")) left.add(name);

/** @param {string} name @returns {HTMLInputElement[]} */
const controls = (name) => /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll(`[name="f.${name}"]`)]);

/** @param {string} name */
function valueOf(name) {
  const [first, ...more] = controls(name);
  if (first.type !== "radio" && first.type !== "checkbox") return first.value;
  return [first, ...more].find((control) => control.checked)?.value ?? "";
}

/** @returns {Record<string, string>} */
const answers = () => Object.fromEntries(fields.map((field) => [field.name, valueOf(field.name)]));

const lookup = new Lookup(form, () => update());
const keeper = new Keeper(form, answers, (kept) => {
  const place = /** @type {HTMLElement} */ (document.getElementById("kept"));
  const text = (kept ? form.dataset.kept : form.dataset.unkept) ?? "";
  if (place.textContent !== text) place.textContent = text;
});

/** @param {string} [typing] The field in which somebody is typing just now. */
function update(typing) {
  const given = answers();
  for (const name of followed) given[name] = "";
  const checked = check(description, given, { day: form.dataset.today ?? "", reference: lookup.reference });
  for (const field of fields) {
    const part = parts.get(field.name);
    if (!part) continue;
    part.hidden = !checked.visible.includes(field.name);
    follow(field, checked, typing);
    say(field, part, checked.findings.filter((item) => item.field === field.name), typing);
  }
  for (const section of form.querySelectorAll("[data-section]")) {
    const any = [...section.querySelectorAll("[data-field]")].some((part) => !(/** @type {HTMLElement} */ (part).hidden));
    /** @type {HTMLElement} */ (section).hidden = !any;
  }
  if (!typing) {
    for (const place of form.querySelectorAll("[data-figure]")) {
      const { figure: name = "", format = "" } = /** @type {HTMLElement} */ (place).dataset;
      const text = figure(checked.computed[name], format, description.lang);
      if (place.textContent !== text) place.textContent = text;
    }
  }
  return checked;
}

/** The town of the postal code stands in its field until somebody types another. @param {any} field @param {import("./check.mjs").Checked} checked @param {string} [typing] */
function follow(field, checked, typing) {
  if (!field.follows) return;
  const [control] = controls(field.name);
  const code = checked.values[field.follows];
  const towns = (code && lookup.reference.towns(code)) || [];
  const list = document.getElementById(`${control.id}-list`);
  if (list) {
    list.replaceChildren(...towns.map((/** @type {string} */ town) => Object.assign(document.createElement("option"), { value: town })));
  }
  if (typing === field.name) return;
  if (checked.derived.includes(field.name)) {
    followed.add(field.name);
    control.value = checked.values[field.name] ?? "";
  } else if (followed.has(field.name)) {
    followed.delete(field.name);
    control.value = "";
  }
}

/** @param {any} field @param {HTMLElement} part @param {import("./check.mjs").Finding[]} found @param {string} [typing] */
function say(field, part, found, typing) {
  const empty = !valueOf(field.name);
  const shown = found
    .filter((item) => {
      if (CERTAIN.has(item.code)) return true;
      if (item.code === "town.choose") return true;
      if (typing === field.name) return left.has(field.name) && item.severity === "error" && !empty;
      if (!left.has(field.name)) return item.severity !== "error" && !empty && field.options.length === 0 && part !== active();
      return !empty || part.dataset.asked === "yes" || item.severity !== "error";
    })
    .sort((a, b) => RANK[/** @type {"error"} */ (a.severity)] - RANK[/** @type {"error"} */ (b.severity)]);
  const place = /** @type {HTMLElement} */ (part.querySelector(".said"));
  const written = JSON.stringify(shown.map((item) => [item.severity, item.text]));
  const invalid = shown.some((item) => item.severity === "error");
  const marked = part.getAttribute("role") === "radiogroup" ? [part] : controls(field.name);
  for (const control of marked) {
    if (invalid) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }
  if (place.dataset.written === written) return;
  place.dataset.written = written;
  place.replaceChildren(
    ...shown.map((item) => {
      const line = document.createElement("p");
      line.className = item.severity;
      line.textContent = item.text;
      return line;
    }),
    ...shown.flatMap((item) => item.suggestions.slice(0, 8).map((text) => suggestion(field.name, text))),
  );
}

/** @param {string} name @param {string} text */
function suggestion(name, text) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = (form.dataset.take ?? "{text}").replace("{text}", text);
  button.addEventListener("click", () => {
    const [control] = controls(name);
    control.value = text;
    control.focus();
    changed(name);
    update();
  });
  return button;
}

const active = () => document.activeElement?.closest("[data-field]") ?? null;

/** @param {string} name */
function changed(name) {
  followed.delete(name);
  parts.get(name)?.querySelector(".from")?.remove(); // it is the customer's own word now
  keeper.note(name);
}

/** @param {Event} event */
const nameOf = (event) =>
  /** @type {HTMLElement} */ (event.target).closest?.("[data-field]")?.getAttribute("data-field") ?? "";

form.addEventListener("input", (event) => {
  const name = nameOf(event);
  if (!name) return;
  changed(name);
  const kind = /** @type {HTMLInputElement} */ (event.target).type;
  update(kind === "radio" || kind === "checkbox" || kind === "select-one" ? undefined : name);
});

form.addEventListener("focusout", (event) => {
  const name = nameOf(event);
  const next = /** @type {FocusEvent} */ (event).relatedTarget;
  if (!name || (next instanceof Node && parts.get(name)?.contains(next))) return;
  if (valueOf(name)) left.add(name);
  const checked = update();
  const shown = checked.parts[`${name}.shown`];
  if (shown && checked.values[name]) controls(name)[0].value = shown; // an IBAN in groups of four
});

// a language that is chosen shows the same answers
for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", (event) => {
    if (!keeper.pending) return;
    event.preventDefault();
    keeper.settled().then(() => location.assign(/** @type {HTMLAnchorElement} */ (link).href));
  });
}

// a link that carries a prefill token: it leaves the address at once, and is used only if the person wants it
const token = /^#prefill=([A-Za-z0-9_.-]{20,4096})$/.exec(location.hash)?.[1];
const offer = /** @type {HTMLFormElement | null} */ (document.getElementById("prefill"));
if (token && offer) {
  history.replaceState(null, "", location.pathname);
  /** @type {HTMLInputElement} */ (offer.elements.namedItem("secret")).value = token;
  offer.hidden = false;
  document.querySelector(".recognise")?.setAttribute("hidden", "");
}

for (const [name, part] of parts) if (left.has(name)) part.dataset.asked = "yes";
for (const field of fields) {
  // what followed when the page was written follows again when the postal code changes
  const [control] = controls(field.name);
  if (field.follows && control?.dataset.followed) followed.add(field.name);
}
update();

const problems = document.getElementById("problems");
if (problems) problems.focus();
form.dataset.ready = "yes";
