// The page in two languages. Every text on the page stays tied to its key, so that the switch needs no reload. German
// comes with the program; English is a file of its own, with an integrity value, for whoever reads English.
import { de } from "./texts.de.js";

/* Set by the build: where the English texts lie and what they must hash to. */
const ENGLISH = typeof ENGLISH_URL === "string" ? { url: ENGLISH_URL, integrity: ENGLISH_INTEGRITY } : null;

/** @typedef {"de" | "en"} Language */
/** @typedef {Record<string, string | number>} Values */

/** @type {{de: Record<string, string>, en?: Record<string, string>}} */
const TEXTS = { de };

/** Have the texts of a language at hand; false where they did not come. @param {Language} language @returns {Promise<boolean>} */
export async function learn(language) {
  if (TEXTS[language] || !ENGLISH) return Boolean(TEXTS[language]);
  const { url, integrity } = ENGLISH;
  const texts = await fetch(url, { integrity, credentials: "same-origin" }).then(
    (response) => (response.ok ? response.json() : null),
    () => null,
  );
  if (texts) TEXTS.en = texts;
  return Boolean(texts);
}

/** Refusals that mean the same to the person, wherever they come from. */
const SAME = /** @type {Record<string, string>} */ ({
  engine: "ceremony",
  "engine.invitation": "closed",
  "engine.invitation.expired": "closed.expired",
  "engine.enrolment.user_verification_required": "agent.passkey",
  "ceremony.intent.expired": "agent.attempt",
  "ceremony.signature.locked": "ceremony.intent.locked",
  "ceremony.signature.superseded": "ceremony.intent.superseded",
  "agent.document.length": "agent.document.other",
  "agent.document.not_pdf": "agent.document.other",
  "agent.document.fonts": "agent.document.unreadable",
  "agent.transcript.order_label": "agent.transcript.declaration",
  "agent.transcript.summary": "agent.transcript.declaration",
  "agent.transcript.other_role": "agent.transcript.other_person",
  "agent.transcript.other_trust": "agent.transcript.other_level",
  "agent.transcript.user_verification": "agent.transcript.other_level",
  "agent.transcript.policy": "agent.transcript.other_level",
  "identity.certificate": "agent.certificate",
  "identity.enrolment.expired": "engine.enrolment",
  "identity.token.expired": "engine.enrolment",
  "identity.token.too_old": "engine.enrolment",
  "signing.permission": "internal",
  "signing.seal": "internal",
  "store.database": "agent.network",
});

export class Words {
  /** @type {WeakMap<Element, [string, Values]>} */
  #texts = new WeakMap();
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /** @param {Language} language */
  constructor(language) {
    this.language = language;
  }

  /** The words for a key. @param {string} key @param {Values} [values] */
  say(key, values = {}) {
    const text = (TEXTS[this.language] ?? de)[key];
    if (text === undefined) throw new RangeError(`no words for ${key}`);
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  /** The nearest key that has words: `problem.a.b.c.title`, `problem.a.b.title` … @param {string} code @param {string} part */
  nearest(code, part) {
    for (let at = code; at; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
      const key = `problem.${Object.hasOwn(SAME, at) ? SAME[at] : at}.${part}`;
      if (key in de) return key;
    }
    return `problem.internal.${part}`;
  }

  /** Write the words into an element and keep them in the right language. @param {Element} element @param {string} key @param {Values} [values] */
  put(element, key, values = {}) {
    this.#texts.set(element, [key, values]);
    element.toggleAttribute("data-said", true);
    element.textContent = this.say(key, values);
  }

  /** Take the words back. @param {Element} element */
  clear(element) {
    this.#texts.delete(element);
    element.removeAttribute("data-said");
    element.textContent = "";
  }

  /** Call back after each change of language, and now. @param {() => void} listener */
  always(listener) {
    this.#listeners.add(listener);
    listener();
  }

  /** @param {Language} language @param {ParentNode} root */
  speak(language, root = document) {
    this.language = language;
    document.documentElement.lang = language;
    for (const element of root.querySelectorAll("[data-t]")) {
      element.textContent = this.say(/** @type {HTMLElement} */ (element).dataset.t ?? "");
    }
    for (const element of root.querySelectorAll("[data-t-label]")) {
      element.setAttribute("aria-label", this.say(/** @type {HTMLElement} */ (element).dataset.tLabel ?? ""));
    }
    for (const element of root.querySelectorAll("[data-said]")) {
      const [key, values] = this.#texts.get(element) ?? [];
      if (key) element.textContent = this.say(key, values);
    }
    for (const listener of this.#listeners) listener();
  }
}

/** German first, as the documents are; English where it was chosen. @param {boolean} remember not on a device of the company
 * @returns {Language} */
export function firstLanguage(remember) {
  const asked = new URLSearchParams(location.search).get("lang");
  if (!remember) return asked === "en" ? "en" : "de";
  if (asked === "de" || asked === "en") sessionStorage.setItem("lang", asked); // the way to the identity provider and back drops it
  const chosen = asked ?? sessionStorage.getItem("lang");
  return chosen === "en" ? "en" : "de";
}
