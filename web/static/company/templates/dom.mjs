// Elements without HTML in strings: nothing that somebody typed is ever read as markup.

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} name @param {Record<string, any>} [properties] `on…` listens, `data-`, `aria-` and `role` are attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key.includes("-") || key === "role" || key === "for") made.setAttribute(key, value);
    else /** @type {any} */ (made)[key] = value;
  }
  made.append(...children);
  return made;
}

/** @param {string} text @param {Record<string, unknown>} values @returns {string} with `{names}` filled in, once */
export const said = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));

/**
 * An input with its label.
 * @param {string} id @param {string} label @param {HTMLElement} input @param {boolean} [wide]
 */
export function cell(id, label, input, wide = false) {
  input.id = id;
  return element("div", { className: wide ? "cell wide" : "cell" }, element("label", { for: id }, label), input);
}

/**
 * @param {[string, string][]} options value and words @param {string} value @param {(value: string) => void} change
 */
export function choice(options, value, change) {
  const select = element("select", { onchange: () => change(select.value) });
  select.append(...options.map(([each, words]) => element("option", { value: each, selected: each === value }, words)));
  return select;
}

/** @param {string} value @param {(value: string, input: HTMLInputElement) => void} change @param {Record<string, any>} [more] */
export function field(value, change, more = {}) {
  const input = element("input", { value, autocomplete: "off", onchange: () => change(input.value, input), ...more });
  return input;
}
