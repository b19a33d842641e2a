// The one error that a step of the verification fails with on purpose.

/** Something does not hold; `part` is the part of the dossier that the sentence is about. */
export class Refusal extends Error {
  /** @param {string} what one English sentence @param {string | null} [part] */
  constructor(what, part = null) {
    super(what);
    this.name = "Refusal";
    this.part = part;
  }
}

/**
 * Refuse unless something holds.
 * @param {unknown} holds @param {string} what @param {string | null} [part]
 * @returns {asserts holds}
 */
export function demand(holds, what, part = null) {
  if (!holds) throw new Refusal(what, part);
}

/**
 * A value that must be there.
 * @template T @param {T | null | undefined} value @param {string} what @param {string | null} [part] @returns {T}
 */
export function present(value, what, part = null) {
  if (value === null || value === undefined) throw new Refusal(what, part);
  return value;
}

/**
 * The same refusal, about a part, unless it names one already; anything else that was thrown becomes one.
 * @template T @param {string} part @param {() => Promise<T> | T} read @returns {Promise<T>}
 */
export async function about(part, read) {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.message, error.part ?? part);
    throw new Refusal("cannot be read", part);
  }
}
