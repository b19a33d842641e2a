// What a checker answers: the value as it is kept, findings by code, and what follows from the value.
// The twin of esign/forms/plausibility; both run tests/forms/plausibility.json. The server checks everything again.

/**
 * @typedef {{code: string, facts: Record<string, string>, suggestions: string[]}} Found
 * @typedef {{value: string, found: Found[], parts: Record<string, string>}} Result
 * @typedef {{name: string, bic: string | null}} Bank
 * @typedef {{towns: (code: string) => string[] | undefined, bank: (code: string) => Bank | null | undefined}} Reference
 * @typedef {{day: string, reference: Reference, arguments: Record<string, string | null>}} Question
 * @typedef {(value: string, question: Question) => Result} Checker
 */

/** @type {(code: string, facts?: Record<string, string>, suggestions?: string[]) => Found} */
export const finding = (code, facts = {}, suggestions = []) => ({ code, facts, suggestions });

/** @type {(value: string, found?: Found[], parts?: Record<string, string>) => Result} */
export const good = (value, found = [], parts = {}) => ({ value, found, parts });

/** @type {(value: string, code: string, facts?: Record<string, string>, suggestions?: string[]) => Result} */
export const wrong = (value, code, facts = {}, suggestions = []) => good(value, [finding(code, facts, suggestions)]);

/** Capitals without the separators that people write for reading. @param {string} value */
export const compact = (value) => value.replace(/[ \-./\u00a0\u202f]/g, "").toUpperCase();

/** Words with one blank between them. @param {string} value */
export const tidy = (value) => value.trim().split(/\s+/u).join(" ");

/** @param {string} value */
export const digits = (value) => /^[0-9]+$/.test(value);

/** @type {(text: string, weight: (place: number) => number) => number} */
export const crossSum = (text, weight) =>
  [...text].reduce((sum, digit, place) => {
    const product = Number(digit) * weight(place);
    return sum + Math.floor(product / 10) + (product % 10);
  }, 0);
