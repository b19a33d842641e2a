// The page's furniture: which part is shown, what is announced, where the focus goes.
import { note } from "./storage.js";
import { learn } from "./words.js";

/** @typedef {"loading" | "elsewhere" | "moved" | "waiting" | "landing" | "beside" | "ended" | "handover" | "declining" | "declined" | "reading" | "progress" | "resuming" | "result" | "problem"} Part */

const LANGUAGES = { de: "Deutsch", en: "English" };
const PARTS = [
  "loading", "elsewhere", "moved", "waiting", "landing", "beside", "ended", "handover", "declining", "declined",
  "reading", "declaring", "progress", "resuming", "result", "problem",
];

/** The element with this id. @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export function part(id) {
  const element = document.getElementById(id);
  if (!element) throw new RangeError(`no element ${id}`);
  return /** @type {T} */ (element);
}

export class Page {
  /** @type {Part} */
  #part = "loading";
  #ended = false;

  /** @param {import("./words.js").Words} words */
  constructor(words) {
    this.words = words;
    part("language").addEventListener("click", () => this.choose(words.language === "de" ? "en" : "de"));
    this.speak(words.language);
  }

  /** The person's choice; it is remembered in this tab. @param {"de" | "en"} language */
  async choose(language) {
    if (!(await learn(language))) return this.say("network.words");
    this.speak(language);
    if (document.body.dataset.inPerson === undefined) note("lang", language);
    const address = new URL(location.href);
    address.searchParams.set("lang", language);
    history.replaceState(null, "", `${address.pathname}${address.search}`);
  }

  /** @param {"de" | "en"} language */
  speak(language) {
    this.words.speak(language);
    const other = language === "de" ? "en" : "de";
    part("language").lang = other;
    part("language").textContent = LANGUAGES[other];
    const about = /** @type {HTMLAnchorElement} */ (part("honesty"));
    for (const link of [about, ...this.#doors()]) if (link.href) link.search = `?lang=${language}`;
  }

  /** Where the service says what it can do and what not. @param {string} web origin of its pages */
  honesty(web) {
    const about = /** @type {HTMLAnchorElement} */ (part("honesty"));
    about.href = `${web}/security?lang=${this.words.language}`;
    about.hidden = false;
  }

  /** The two entrances that stand in the footer of every page (BGB §§ 312k, 356a). @param {string} web origin of its pages */
  doors(web) {
    const [withdraw, terminate] = this.#doors();
    withdraw.href = `${web}/vertrag-widerrufen?lang=${this.words.language}`;
    terminate.href = `${web}/vertraege-hier-kuendigen?lang=${this.words.language}`;
    part("doors").hidden = false;
  }

  #doors() {
    return ["door-withdraw", "door-terminate"].map((name) => /** @type {HTMLAnchorElement} */ (part(name)));
  }

  /** What a test, a style or a helper may wait for. @param {string} state */
  set state(state) {
    document.body.dataset.state = state;
  }

  get state() {
    return document.body.dataset.state ?? "";
  }

  /** Show one part (reading shows the declaration below it) and move the focus to its heading.
   * @param {Part} name @param {string} state */
  show(name, state) {
    if (this.#ended) return;
    this.#part = name;
    for (const each of PARTS) part(each).hidden = each !== name && !(each === "declaring" && name === "reading");
    this.state = state;
    window.scrollTo(0, 0);
    const title = part(`${name}-title`);
    title.focus({ preventScroll: true });
    if (title.getBoundingClientRect().bottom > innerHeight) title.scrollIntoView(); // a magnified screen shows little at once
  }

  /** Show a part for a while; the function that comes back brings back what was there.
   * @param {Part} name @param {string} state */
  aside(name, state) {
    const before = { part: this.#part, state: this.state, top: scrollY, focus: document.activeElement };
    this.show(name, state);
    return () => {
      this.show(before.part, before.state);
      scrollTo(0, before.top);
      if (before.focus instanceof HTMLElement) before.focus.focus({ preventScroll: true });
    };
  }

  /** Show the last part of this page's life: nothing comes after it. @param {Part} name @param {string} state */
  end(name, state) {
    part("steps").hidden = true;
    this.show(name, state);
    this.#ended = true;
  }

  /** @param {string} key @param {import("./words.js").Values} [values] */
  busy(key, values) {
    if (part("loading").hidden) this.show("loading", "loading");
    this.words.put(part("busy"), key, values);
    this.say(key, values);
  }

  /** Tell assistive technology, without moving the focus. @param {string} key @param {import("./words.js").Values} [values] */
  say(key, values) {
    this.words.put(part("status"), key, values);
  }

  /** @param {1 | 2 | 3 | 4} step */
  step(step) {
    part("steps").hidden = false;
    for (const item of part("steps").children) {
      const number = Number(/** @type {HTMLElement} */ (item).dataset.step);
      item.classList.toggle("past", number < step);
      if (number === step) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    }
  }

  /** A notice inside a part; none without a key. @param {string} id @param {string} [key] */
  notice(id, key) {
    const element = part(id);
    element.hidden = !key;
    if (key) this.words.put(element, key);
    else this.words.clear(element);
  }

  /** @param {boolean} waiting */
  connection(waiting) {
    document.body.dataset.connection = waiting ? "waiting" : "";
    if (waiting) this.words.put(part("connection"), "network.waiting");
    else {
      this.words.clear(part("connection"));
      this.say("network.back");
    }
  }

  /** @param {string} title of the contract */
  title(title) {
    this.words.put(/** @type {Element} */ (document.querySelector("title")), "title.with", { title });
  }

  /** @param {boolean} sandbox */
  sandbox(sandbox) {
    part("sandbox").hidden = !sandbox;
  }
}

/** Let a link save these bytes. @param {HTMLAnchorElement} link @param {Uint8Array<ArrayBuffer>} bytes @param {string} name */
export function offer(link, bytes, name) {
  if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
  link.download = name;
}

/** The next trusted click. @param {HTMLElement} button @returns {Promise<void>} */
export function click(button) {
  return new Promise((resolve) => button.addEventListener("click", () => resolve(), { once: true }));
}
