// Names, lines, numbers that a company gives, and what no answer may be.
import { compact, finding, good, tidy, wrong } from "./result.mjs";

/** @type {import("./result.mjs").Checker} */
export const line = (value) => good(tidy(value));

/** @type {import("./result.mjs").Checker} */
export const paragraph = (value) =>
  good(
    value
      .split("\n")
      .map((row) => row.trimEnd())
      .join("\n")
      .trim(),
  );

/** @type {import("./result.mjs").Checker} */
export function name(value) {
  const written = tidy(value);
  if (/[\p{Nd}²³¹]/u.test(written)) return wrong(value, "name.digits");
  const letters = written.match(/\p{L}/gu) ?? [];
  if (letters.length === 0) return wrong(value, "name.no_letters");
  if (/[\x00-\x7f]/.test(written.replace(/[A-Za-z \-'.,]/g, ""))) return wrong(value, "name.characters");
  const capitals = letters.length > 3 && written === written.toUpperCase() && written !== written.toLowerCase();
  return good(written, capitals ? [finding("name.capitals")] : []);
}

/** @type {import("./result.mjs").Checker} */
export function policyNumber(value) {
  const number = tidy(value.toUpperCase());
  if (!/^[A-Z0-9][A-Z0-9./ -]{3,29}$/.test(number)) return wrong(value, "policy_number.form");
  if (!/[0-9]/.test(number) || new Set(compact(number)).size === 1) return wrong(value, "policy_number.implausible");
  return good(number);
}

/** @type {import("./result.mjs").Checker} */
export function sameAs(value, question) {
  const other = question.arguments.value;
  const differs = typeof other === "string" && other.toLowerCase() !== value.toLowerCase();
  return differs ? wrong(value, "same_as.differs") : good(value);
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/**
 * What no answer may be: too long, with hidden characters, or beginning like a formula.
 * @param {string} raw @param {{max_length: number, control: string, free_text: boolean}} field
 */
export function unsafe(raw, field) {
  if ([...raw].length > field.max_length) return finding("answer.too_long", { limit: String(field.max_length) });
  if (HIDDEN.test(field.control === "textarea" ? raw.replaceAll("\n", "") : raw)) return finding("answer.control");
  if (field.free_text && "=+-@|".includes(raw[0])) return finding("answer.formula", { character: raw[0] });
  return null;
}
