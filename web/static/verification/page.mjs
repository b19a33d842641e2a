// Verifying files, better with a script: files can be dropped, each goes by itself, and the answer comes onto this page.
// Without it the form is sent as it stands. Nothing is kept here, and nothing is asked of anybody but this server.

const TRIES = 8;
const LONGEST_WAIT = 30;

/** @param {number} seconds */
const pause = (seconds) => new Promise((go) => setTimeout(go, 1000 * seconds));

/** @param {string} text @param {Record<string, string>} facts */
const fill = (text, facts) => text.replaceAll(/\{(\w+)\}/g, (all, name) => facts[name] ?? all);

class Verifying {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.input = /** @type {HTMLInputElement} */ (form.querySelector("#files"));
    this.button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
    this.state = /** @type {HTMLElement} */ (document.getElementById("state"));
    this.bar = /** @type {HTMLProgressElement} */ (document.getElementById("progress"));
    this.answer = /** @type {HTMLElement} */ (document.getElementById("answer"));
    this.busy = false;
  }

  begin() {
    const drop = /** @type {HTMLElement} */ (this.form.querySelector(".drop"));
    /** @type {HTMLElement} */ (this.form.querySelector(".drop-here")).hidden = false;
    this.input.addEventListener("change", () => this.tell());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.verify();
    });
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add("over");
      });
    }
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      const files = event.dataTransfer?.files;
      if (this.busy || !files?.length) return;
      this.input.files = files;
      this.tell();
    });
    for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
  }

  /** Says which files are chosen. */
  tell() {
    const names = [...(this.input.files ?? [])].map((file) => file.name);
    const place = /** @type {HTMLElement} */ (document.getElementById("files-said"));
    place.textContent = names.length > 1 ? `${this.words.chosen} ${names.join(", ")}` : "";
  }

  /** @param {string} text */
  say(text) {
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  /** Sends file after file; each answer is put below the one before. */
  async verify() {
    const files = [...(this.input.files ?? [])];
    if (this.busy) return;
    if (!files.length) {
      this.form.submit();
      return;
    }
    if (files.length > Number(this.words.most)) {
      this.say(this.words.toomany ?? "");
      return;
    }
    this.busy = true;
    this.button.disabled = true;
    this.answer.replaceChildren();
    /** @type {HTMLElement} */ (this.bar.parentElement).hidden = false;
    /** @type {string[]} */
    const failed = [];
    let done = 0;
    for (const [place, file] of files.entries()) {
      const trouble = await this.one(file, place / files.length, 1 / files.length);
      if (trouble) failed.push(trouble);
      else done += 1;
    }
    /** @type {HTMLElement} */ (this.bar.parentElement).hidden = true;
    this.button.disabled = false;
    this.busy = false;
    this.say([done ? fill(this.words.ready ?? "", { count: String(done) }) : "", ...failed].join(" ").trim());
    if (done) /** @type {HTMLElement} */ (this.answer.querySelector("h2")).focus();
  }

  /** @param {File} file @param {number} from @param {number} share @returns {Promise<string>} what went wrong */
  async one(file, from, share) {
    const facts = { name: file.name };
    if (file.size > Number(this.words.largest)) return fill(this.words.toolarge ?? "", facts);
    for (let tried = 0; ; tried += 1) {
      this.say(fill(this.words.sending ?? "", facts));
      const { status, page, wait } = await this.send(file, (part) => {
        this.bar.value = 100 * (from + share * part);
        if (part >= 0.9) this.say(fill(this.words.checking ?? "", facts));
      });
      const found = page?.querySelectorAll("#answer > *") ?? [];
      if (status === 200 && found.length) {
        this.answer.append(...[...found].map((one) => document.importNode(one, true)));
        return "";
      }
      if ((status === 503 || status === 429) && tried < TRIES) {
        const seconds = Math.min(LONGEST_WAIT, Math.max(1, wait));
        this.say(fill(this.words.waiting ?? "", { seconds: String(seconds) }));
        await pause(seconds);
        continue;
      }
      const why = page?.querySelector(".problems p, main p")?.textContent ?? "";
      return `${fill(this.words.failed ?? "", facts)} ${why}`.trim();
    }
  }

  /**
   * @param {File} file @param {(part: number) => void} told
   * @returns {Promise<{status: number, page: Document | null, wait: number}>}
   */
  send(file, told) {
    const body = new FormData(this.form);
    body.delete("files");
    body.append("files", file);
    return new Promise((answered) => {
      const call = new XMLHttpRequest();
      call.open("POST", this.form.action);
      call.responseType = "document"; // the browser reads it as it reads every page: no script of it runs
      call.setRequestHeader("Accept", "text/html");
      call.upload.addEventListener("progress", (event) => told(event.lengthComputable ? (0.9 * event.loaded) / event.total : 0));
      call.upload.addEventListener("load", () => told(0.9));
      const end = () =>
        answered({ status: call.status, page: call.responseXML, wait: Number(call.getResponseHeader("Retry-After") ?? 5) });
      call.addEventListener("load", end);
      call.addEventListener("error", end);
      call.addEventListener("abort", end);
      call.send(body);
    });
  }
}

const form = document.getElementById("verify");
if (form instanceof HTMLFormElement) new Verifying(form).begin();
