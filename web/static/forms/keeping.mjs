// Keeps what is typed in the draft, quietly: a moment after the last change, and when the page is left.

const PAUSE = 1500;
const AGAIN = 10000;
const PATIENCE = 4000;

export class Keeper {
  /**
   * @param {HTMLFormElement} form
   * @param {() => Record<string, string>} answers What is filled in now, by field.
   * @param {(kept: boolean) => void} tell
   */
  constructor(form, answers, tell) {
    this.form = form;
    this.answers = answers;
    this.tell = tell;
    /** @type {Set<string>} */
    this.changed = new Set();
    /** @type {Promise<void> | null} */
    this.running = null;
    this.timer = 0;
    this.sent = false;
    this.waited = false;
    this.first = this.hidden("base").value === "";
    form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("pageshow", () => (this.sent = this.waited = false));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.flush(true);
    });
    window.addEventListener("pagehide", () => this.flush(true));
  }

  /** @param {string} name */
  hidden(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
  }

  /** @param {string} field */
  note(field) {
    this.changed.add(field);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.flush(false), PAUSE);
  }

  /** What is being kept is let finish first: two answers must not both bring a draft. @param {SubmitEvent} event */
  submitted(event) {
    if (this.running && !this.waited) {
      event.preventDefault();
      this.waited = true;
      this.settled().then(() => this.form.requestSubmit(event.submitter));
      return;
    }
    this.sent = true;
    window.clearTimeout(this.timer);
  }

  /** Something is not kept yet. */
  get pending() {
    return this.changed.size > 0 || this.running !== null;
  }

  /** Resolves when everything is kept, or cannot be for a while. */
  async settled() {
    const patience = new Promise((resolve) => window.setTimeout(resolve, PATIENCE));
    if (this.running) await Promise.race([this.running, patience]);
    this.flush(true);
    if (this.running) await Promise.race([this.running, patience]);
  }

  /** @param {boolean} leaving */
  flush(leaving) {
    if (this.sent || this.changed.size === 0 || (this.running && !leaving)) return;
    const names = [...this.changed];
    this.changed.clear();
    this.running = this.send(names, leaving).finally(() => {
      this.running = null;
      if (this.changed.size && !this.sent && !this.timer) this.timer = window.setTimeout(() => this.flush(false), AGAIN);
    });
    this.timer = 0;
  }

  /** @param {string[]} names @param {boolean} leaving */
  async send(names, leaving) {
    const answers = this.answers();
    const body = new URLSearchParams({ csrf_token: this.hidden("csrf_token").value, base: this.hidden("base").value });
    // a new draft gets everything that is there; one that exists only what was changed here
    for (const name of Object.keys(answers)) {
      if (names.includes(name) || (this.first && answers[name].trim())) body.set(`f.${name}`, answers[name]);
    }
    try {
      const address = /** @type {string} */ (this.form.dataset.keep);
      const answer = await fetch(address, { method: "POST", body, keepalive: leaving, credentials: "same-origin" });
      const told = answer.ok ? await answer.json() : { kept: false };
      if (!told.kept) throw new Error("not kept");
      const before = this.hidden("base").value;
      this.hidden("base").value = told.base;
      this.hidden("csrf_token").value = told.secret;
      this.first = before !== "" && before !== told.base;
      if (this.first) for (const name of Object.keys(answers)) if (answers[name].trim()) this.changed.add(name);
      this.tell(true);
    } catch {
      for (const name of names) this.changed.add(name);
      this.tell(false);
    }
  }
}
