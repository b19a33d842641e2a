// IBAN: country, length, check digits modulo 97 (ISO 13616, ISO/IEC 7064), for German ones the bank.
import { compact, finding, good, wrong } from "./result.mjs";

/** Length by country of the SEPA area. @type {Record<string, number>} */
const LENGTHS = {
  AD: 24, AT: 20, BE: 16, BG: 22, CH: 21, CY: 28, CZ: 24, DE: 22, DK: 18, EE: 20, ES: 24, FI: 18, FR: 27, GB: 22, GI: 23,
  GR: 27, HR: 21, HU: 28, IE: 22, IS: 26, IT: 27, LI: 21, LT: 20, LU: 20, LV: 21, MC: 27, MT: 31, NL: 18, NO: 15, PL: 28,
  PT: 25, RO: 24, SE: 24, SI: 19, SK: 24, SM: 27, VA: 22,
};

/** @type {import("./result.mjs").Checker} */
export function iban(value, { reference }) {
  let number = compact(value);
  if (number.startsWith("IBAN")) number = number.slice(4).replace(/^:+/, "");
  if (!/^[A-Z0-9]+$/.test(number)) return wrong(value, "iban.characters");
  const country = number.slice(0, 2);
  if (!/^[A-Z]+$/.test(country)) return wrong(value, "iban.no_country");
  if (!Object.hasOwn(LENGTHS, country)) return wrong(value, "iban.country", { country });
  if (number.length !== LENGTHS[country]) {
    const facts = { country, expected: String(LENGTHS[country]), length: String(number.length) };
    return wrong(value, "iban.length", facts);
  }
  const check = number.slice(2, 4);
  if (!/^[0-9]{2}$/.test(check) || Number(check) < 2 || Number(check) > 98 || !valid(number)) {
    return wrong(value, "iban.check_digits");
  }
  const shown = /** @type {string[]} */ (number.match(/.{1,4}/g)).join(" ");
  if (country !== "DE") return good(number, [], { shown });
  if (!/^[0-9]+$/.test(number.slice(2))) return wrong(value, "iban.characters");
  const bank = reference.bank(number.slice(4, 12));
  if (bank === undefined) return good(number, [], { shown });
  if (bank === null) return good(number, [finding("iban.bank_unknown", { bank_code: number.slice(4, 12) })], { shown });
  const parts = { shown, bank: bank.name, bic: bank.bic ?? "" };
  const known = bank.bic ? `${bank.name}, BIC ${bank.bic}` : bank.name;
  return good(number, [finding("iban.bank", { bank: known })], parts);
}

/** @param {string} number */
function valid(number) {
  const turned = number.slice(4) + number.slice(0, 4);
  let rest = 0;
  for (const char of turned) for (const digit of String(parseInt(char, 36))) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}
