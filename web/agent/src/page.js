// The page's furniture: which part is shown, what is announced, where the focus goes.

/** @typedef {"loading" | "landing" | "reading" | "progress" | "resuming" | "result" | "problem"} Part */

const LANGUAGES = { de: "Deutsch", en: "English" };
const PARTS = ["loading", "landing", "reading", "declaring", "progress", "resuming", "result", "problem"];

/** The element with this id. @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export function part(id) {
  const element = document.getElementById(id);
  if (!element) throw new RangeError(`no element ${id}`);
  return /** @type {T} */ (element);
}

export class Page {
  /** @param {import("./words.js").Words} words */
  constructor(words) {
    this.words = words;
    part("language").addEventListener("click", () => this.speak(words.language === "de" ? "en" : "de"));
    this.speak(words.language, false);
  }

  /** @param {"de" | "en"} language @param {boolean} [chosen] by the person, so it is remembered in this tab */
  speak(language, chosen = true) {
    this.words.speak(language);
    const other = language === "de" ? "en" : "de";
    part("language").lang = other;
    part("language").textContent = LANGUAGES[other];
    if (!chosen) return;
    sessionStorage.setItem("lang", language);
    const address = new URL(location.href);
    address.searchParams.set("lang", language);
    history.replaceState(null, "", `${address.pathname}${address.search}`);
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
    for (const each of PARTS) part(each).hidden = each !== name && !(each === "declaring" && name === "reading");
    this.state = state;
    window.scrollTo(0, 0);
    part(`${name}-title`).focus({ preventScroll: true });
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
