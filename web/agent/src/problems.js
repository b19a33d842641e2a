// Everything that can go wrong, as values with a stable code. Words for the codes stand in the texts.

/** A refusal: the agent or the server says no, and nothing was signed by it. */
export class Problem extends Error {
  /**
   * @param {string} code stable and dotted; the agent's own begin with `agent.`
   * @param {{facts?: Record<string, unknown>, status?: number, cause?: unknown}} [details]
   */
  constructor(code, { facts = {}, status = 0, cause } = {}) {
    super(code, { cause });
    this.name = "Problem";
    this.code = code;
    this.facts = facts;
    this.status = status;
  }
}

/** Throw the problem unless the condition holds. @param {unknown} condition @param {string} code @param {Record<string, unknown>} [facts] */
export function demand(condition, code, facts) {
  if (!condition) throw new Problem(code, { facts });
}

/** Run a step; whatever it throws that has no code yet becomes this problem.
 * @template T @param {string} code @param {() => T | Promise<T>} step @returns {Promise<T>} */
export async function as(code, step) {
  try {
    return await step();
  } catch (cause) {
    throw cause instanceof Problem ? cause : new Problem(code, { cause });
  }
}

/** Refusals that another try may change, although the server answered. */
const OPEN = /^(gateway|proof|store|engine\.(message\.in_progress|conclusion\.postponed|result\.not_ready))(\.|$)/;
/** Refusals that the server keeps, although their status says that the fault is not the agent's. */
const KEPT = /^(identity|engine\.conclusion\.release_refused)(\.|$)/;
/** What the agent itself refuses about an answer: the same message would get the same answer. */
const OWN = /^agent\.(certificate|transcript|document|attributes|capsule)(\.|$)/;

/** Whether the same message would end the same way again. It is no state to go on from: a page that is loaded anew begins
 * cleanly. @param {unknown} problem @returns {problem is Problem} */
export function isFinal(problem) {
  if (!(problem instanceof Problem) || OPEN.test(problem.code)) return false;
  return (problem.status >= 400 && problem.status < 500) || KEPT.test(problem.code) || OWN.test(problem.code);
}
