// Undo and redo: a list of states, and where in it somebody stands. States are never changed.

/** How many steps are remembered. */
export const DEPTH = 200;
/** Milliseconds within which steps of the same kind count as one: a row of arrow keys is undone at once. */
export const TOGETHER = 800;

/** @template S */
export class History {
  /** @param {S} first */
  constructor(first) {
    /** @type {S[]} */
    this.states = [first];
    this.at = 0;
    this.saved = first;
    this.tag = "";
    this.when = 0;
  }

  /** @returns {S} */
  get now() {
    return this.states[this.at];
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.states.length - 1;
  }

  /** Whether there is something that is not saved. */
  get changed() {
    return this.now !== this.saved;
  }

  /**
   * Take a step; what was undone before is gone.
   * @param {S} state @param {string} [tag] steps in a row with the same tag are one @param {number} [when] milliseconds
   */
  push(state, tag = "", when = Date.now()) {
    if (state === this.now) return;
    const together = tag !== "" && tag === this.tag && when - this.when < TOGETHER && this.at > 0 && !this.canRedo;
    this.states = this.states.slice(0, together ? this.at : this.at + 1);
    this.states.push(state);
    if (this.states.length > DEPTH) this.states.shift();
    this.at = this.states.length - 1;
    this.tag = tag;
    this.when = when;
  }

  /** @returns {boolean} whether there was something to undo */
  undo() {
    if (!this.canUndo) return false;
    this.at -= 1;
    this.tag = "";
    return true;
  }

  /** @returns {boolean} whether there was something to redo */
  redo() {
    if (!this.canRedo) return false;
    this.at += 1;
    this.tag = "";
    return true;
  }
}
