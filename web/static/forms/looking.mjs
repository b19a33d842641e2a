// Postal codes and banks as the server knows them, asked for one at a time by POST; no address and no IBAN is sent.

export class Lookup {
  /** @param {HTMLFormElement} form @param {() => void} learned Called when something became known. */
  constructor(form, learned) {
    this.form = form;
    this.learned = learned;
    /** @type {Map<string, string[] | undefined>} */
    this.places = new Map();
    /** @type {Map<string, import("./plausibility/result.mjs").Bank | null | undefined>} */
    this.banks = new Map();
    this.reference = {
      towns: (/** @type {string} */ code) => this.known(this.places, code, "towns", (told) => told.towns),
      bank: (/** @type {string} */ code) => this.known(this.banks, code, "bank", (told) => told.bank),
    };
  }

  /**
   * @template T
   * @param {Map<string, T | undefined>} memory @param {string} code @param {string} kind @param {(told: any) => T} read
   * @returns {T | undefined}
   */
  known(memory, code, kind, read) {
    if (!memory.has(code)) {
      memory.set(code, undefined);
      this.ask(code, kind)
        .then((told) => memory.set(code, read(told)))
        .then(this.learned)
        .catch(() => window.setTimeout(() => memory.delete(code), 5000));
    }
    return memory.get(code);
  }

  /** @param {string} code @param {string} kind */
  async ask(code, kind) {
    const secret = /** @type {HTMLInputElement} */ (this.form.elements.namedItem("csrf_token")).value;
    const body = new URLSearchParams({ csrf_token: secret, code });
    const address = /** @type {string} */ (this.form.dataset[kind]);
    const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" });
    if (!answer.ok) throw new Error("not answered");
    return answer.json();
  }
}
