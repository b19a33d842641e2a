// VAT numbers, German tax numbers and identification numbers.
import { compact, digits, finding, good, wrong } from "./result.mjs";

/** Form by Member State (VIES). @type {Record<string, RegExp>} */
const EU = {
  AT: /^U[0-9]{8}$/, BE: /^[01][0-9]{9}$/, BG: /^[0-9]{9,10}$/, CY: /^[0-9]{8}[A-Z]$/, CZ: /^[0-9]{8,10}$/,
  DE: /^[1-9][0-9]{8}$/, DK: /^[0-9]{8}$/, EE: /^[0-9]{9}$/, EL: /^[0-9]{9}$/, ES: /^[A-Z0-9][0-9]{7}[A-Z0-9]$/,
  FI: /^[0-9]{8}$/, FR: /^[A-Z0-9]{2}[0-9]{9}$/, HR: /^[0-9]{11}$/, HU: /^[0-9]{8}$/,
  IE: /^[0-9][A-Z0-9+*][0-9]{5}[A-Z]{1,2}$/, IT: /^[0-9]{11}$/, LT: /^([0-9]{9}|[0-9]{12})$/, LU: /^[0-9]{8}$/,
  LV: /^[0-9]{11}$/, MT: /^[0-9]{8}$/, NL: /^[0-9A-Z+*]{10}[0-9]{2}$/, PL: /^[0-9]{10}$/, PT: /^[0-9]{9}$/,
  RO: /^[0-9]{2,10}$/, SE: /^[0-9]{10}01$/, SI: /^[0-9]{8}$/, SK: /^[0-9]{10}$/,
  XI: /^([0-9]{9}|[0-9]{12}|GD[0-9]{3}|HA[0-9]{3})$/,
};

/** @type {import("./result.mjs").Checker} */
export function vatId(value) {
  const number = compact(value);
  const country = number.startsWith("GR") ? "EL" : number.slice(0, 2);
  const rest = number.slice(2);
  if (!Object.hasOwn(EU, country)) return wrong(value, "vat_id.country");
  if (!EU[country].test(rest)) return wrong(value, "vat_id.form", { country });
  if (country === "DE" && mod1110(rest.slice(0, 8)) !== Number(rest[8])) return wrong(value, "vat_id.check_digit");
  return good(country + rest);
}

/** @type {import("./result.mjs").Checker} */
export function taxId(value) {
  const number = compact(value);
  if (!digits(number) || number.length !== 11) return wrong(value, "tax_id.length");
  const fault = taxIdFault(number);
  return fault ? wrong(value, fault) : good(number);
}

/** @type {import("./result.mjs").Checker} */
export function taxNumber(value) {
  const number = compact(value);
  if (!digits(number)) return wrong(value, "tax_number.not_digits");
  if (![10, 11, 13].includes(number.length)) return wrong(value, "tax_number.length");
  if (number.length === 13 && number[4] !== "0") return wrong(value, "tax_number.form");
  const mistaken = number.length === 11 && taxIdFault(number) === null;
  return good(number, mistaken ? [finding("tax_number.looks_like_tax_id")] : []);
}

/**
 * The check digit first, then: exactly one of the first ten digits stands twice or three times.
 * @param {string} number @returns {string | null}
 */
function taxIdFault(number) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const digit of number.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const several = [...counts.values()].filter((count) => count > 1);
  if (several.length !== 1 || several[0] > 3) return "tax_id.form";
  return mod1110(number.slice(0, 10)) === Number(number[10]) ? null : "tax_id.check_digit";
}

/** Check digit after ISO/IEC 7064, MOD 11, 10. @param {string} text */
function mod1110(text) {
  let product = 10;
  for (const digit of text) product = (2 * ((Number(digit) + product) % 10 || 10)) % 11;
  return (11 - product) % 10;
}
