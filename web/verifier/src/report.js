// The report on a dossier: numbered steps, each passed, failed or skipped, and what that means.
import { wholeName } from "./parts.js";
import { Refusal } from "./refusal.js";

/** @typedef {"passed" | "failed" | "skipped"} Outcome */

/**
 * @typedef {object} Step
 * @property {string} name stable word
 * @property {Outcome} outcome
 * @property {string} what one English sentence
 * @property {string | null} part the part that the sentence is about
 */

/**
 * @typedef {object} Report
 * @property {boolean} valid no step failed, and none was skipped because it could not be done
 * @property {boolean} sandbox it speaks of itself as sandbox: then it proves nothing, valid or not
 * @property {string | null} level
 * @property {string | null} signatory
 * @property {string[]} signatories names of all who signed
 * @property {string | null} provenAt instant of the signature timestamp, RFC 3339; of the last one, where several signed
 * @property {string | null} dossierAt instant of the dossier's own timestamp
 * @property {Step[]} steps
 */

/** Steps that are about the dossier as a whole, whoever signed. */
const WHOLE_FILE = new Set(["container", "manifest", "timestamp", "seal", "parts", "signatories", "formation", "verdict"]);

/** Runs steps; one that fails never ends the others. */
export class Steps {
  constructor() {
    /** @type {Step[]} */
    this.done = [];
    this.blocked = false;
    /** @type {Set<string>} */
    this.passed = new Set();
  }

  /**
   * Run a step, unless one that it needs did not pass.
   * @param {string} name @param {() => Promise<string> | string} check says what it shows, or throws
   * @param {{ part?: string | null, after?: string[] }} [options]
   */
  async run(name, check, { part = null, after = [] } = {}) {
    const missing = after.find((step) => !this.passed.has(step));
    if (missing) {
      this.blocked = true;
      this.add(name, "skipped", `cannot be done: step ${missing} did not pass`, part);
      return;
    }
    try {
      this.add(name, "passed", await check(), part);
      this.passed.add(name);
    } catch (error) {
      // Hostile bytes: the verdict is a report whatever was thrown.
      const refused = error instanceof Refusal;
      this.add(name, "failed", refused ? error.message : "cannot be read", (refused && error.part) || part);
    }
  }

  /** The same steps for one of several signatories: names with a prefix, parts in their own folder. @param {number} number */
  of(number) {
    return number === 1 ? this : new StepsOfOne(this, number);
  }

  /** Leave a step out that this dossier does not need. @param {string} name @param {string} why */
  skip(name, why) {
    this.add(name, "skipped", why, null);
    this.passed.add(name);
  }

  get hold() {
    return !this.blocked && this.done.every(({ outcome }) => outcome !== "failed");
  }

  /** @param {string} name @param {Outcome} outcome @param {string} what @param {string | null} part */
  add(name, outcome, what, part) {
    this.done.push({ name, outcome, what, part });
  }
}

/** Runs steps about one signatory; steps about the whole file keep their names. */
class StepsOfOne {
  /** @param {Steps} steps @param {number} number */
  constructor(steps, number) {
    this.steps = steps;
    this.number = number;
  }

  /** @param {string} name @param {() => Promise<string> | string} check @param {{ part?: string | null, after?: string[] }} [options] */
  async run(name, check, { part = null, after = [] } = {}) {
    const before = after.map((step) => (WHOLE_FILE.has(step) ? step : stepName(step, this.number)));
    const named = async () => {
      try {
        return await check();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        throw new Refusal(error.message, wholeName(error.part ?? part, this.number));
      }
    };
    await this.steps.run(stepName(name, this.number), named, { part: wholeName(part, this.number), after: before });
  }

  /** @param {string} name @param {string} why */
  skip(name, why) {
    this.steps.skip(stepName(name, this.number), why);
  }
}

/** A step's name for one of several signatories. @param {string} name @param {number} number */
export const stepName = (name, number) => (number === 1 ? name : `signatory-${number}.${name}`);

/** An instant (microseconds since 1970) as text: `2026-11-22T10:00:00+00:00`, with six digits of a second if it has any.
 * @param {number | null} at */
export function instantText(at) {
  if (at === null) return null;
  const micros = at % 1e6;
  const seconds = new Date((at - micros) / 1000).toISOString().slice(0, 19);
  return `${seconds}${micros ? `.${String(micros).padStart(6, "0")}` : ""}+00:00`;
}
