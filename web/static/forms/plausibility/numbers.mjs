// Meters, market locations, health insurance, figures.
import { compact, crossSum, digits, finding, good, wrong } from "./result.mjs";

/** @type {import("./result.mjs").Checker} */
export function meterNumber(value) {
  const number = compact(value);
  if (!/^[A-Z0-9]+$/.test(number)) return wrong(value, "meter_number.characters");
  if (/^[0-9A][A-Z]{3}[0-9]{10}$/.test(number)) {
    return good(number, number[0] === "1" ? [] : [finding("meter_number.other_energy")]);
  }
  if (number.length < 4 || number.length > 20 || !/[0-9]/.test(number)) return wrong(value, "meter_number.length");
  const location = digits(number) && number.length === 11 && number[0] !== "0" && malo(number) === Number(number[10]);
  return good(number, [finding(location ? "meter_number.looks_like_market_location" : "meter_number.old_form")]);
}

/** @type {import("./result.mjs").Checker} */
export function marketLocation(value) {
  const number = compact(value);
  if (number.startsWith("DE") && number.length === 33) return wrong(value, "market_location.metering_point");
  if (!digits(number)) return wrong(value, "market_location.not_digits");
  if (number.length !== 11) return wrong(value, "market_location.length", { digits: String(number.length) });
  if (malo(number) !== Number(number[10])) return wrong(value, "market_location.check_digit");
  return good(number, number[0] === "0" ? [finding("market_location.not_given_out")] : []);
}

/** Odd places once, even places twice, what is missing to the next ten. @param {string} number */
function malo(number) {
  const sum = [...number.slice(0, 10)].reduce((total, digit, place) => total + Number(digit) * (1 + (place % 2)), 0);
  return (10 - (sum % 10)) % 10;
}

/** @type {import("./result.mjs").Checker} */
export function healthInsuranceNumber(value) {
  const number = compact(value);
  if (!/^[A-Z][0-9]{9}$/.test(number)) return wrong(value, "health_insurance_number.form");
  const base = String(number.charCodeAt(0) - 64).padStart(2, "0") + number.slice(1, 9);
  const check = crossSum(base, (place) => 1 + (place % 2)) % 10;
  return check === Number(number[9]) ? good(number) : wrong(value, "health_insurance_number.check_digit");
}

/** @type {import("./result.mjs").Checker} */
export function institutionCode(value) {
  const number = compact(value);
  if (!digits(number) || number.length !== 9) return wrong(value, "institution_code.length");
  const check = crossSum(number.slice(2, 8), (place) => 2 - (place % 2)) % 10;
  return check === Number(number[8]) ? good(number) : wrong(value, "institution_code.check_digit");
}

const WHOLE = /^([0-9]{1,3}([. ][0-9]{3})+|[0-9]{1,12})$/;

/** @type {import("./result.mjs").Checker} */
export function integer(value) {
  const plain = value.replace(/[\u00a0\u202f]/g, " ");
  if (plain.startsWith("-")) return wrong(value, "integer.negative");
  if (!WHOLE.test(plain)) return wrong(value, "integer.form");
  return good(BigInt(plain.replace(/[. ]/g, "")).toString());
}

/** @type {import("./result.mjs").Checker} */
export function amount(value) {
  const plain = value
    .replaceAll("\u00a0", " ")
    .replace(/€$/, "")
    .replace(/EUR$/, "")
    .trim();
  const parts = /^([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,12}),([0-9]{1,2})$/.exec(plain) ?? /^([0-9]{1,12})\.([0-9]{1,2})$/.exec(plain);
  if (parts) return good((BigInt(parts[1].replaceAll(".", "")) * 100n + BigInt(parts[2].padEnd(2, "0"))).toString());
  if (!WHOLE.test(plain)) return wrong(value, "amount.form");
  return good((BigInt(plain.replace(/[. ]/g, "")) * 100n).toString());
}

/** @type {import("./result.mjs").Checker} */
export const atLeast = (value, question) => limited(value, question, "at_least.small", (found, limit) => found < limit);
/** @type {import("./result.mjs").Checker} */
export const atMost = (value, question) => limited(value, question, "at_most.large", (found, limit) => found > limit);

/** @type {(value: string, question: import("./result.mjs").Question, code: string, fails: (found: number, limit: number) => boolean) => import("./result.mjs").Result} */
function limited(value, question, code, fails) {
  const limit = question.arguments.limit;
  const numbers = /^-?[0-9]{1,18}(\.[0-9]{1,9})?$/;
  if (typeof limit !== "string" || !numbers.test(value) || !numbers.test(limit)) return good(value);
  return fails(Number(value), Number(limit)) ? wrong(value, code, { limit }) : good(value);
}
