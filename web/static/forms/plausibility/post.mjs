// Postal codes, towns, streets of German addresses.
import { compact, digits, finding, good, tidy, wrong } from "./result.mjs";

/** @type {import("./result.mjs").Checker} */
export function postalCode(value, { reference }) {
  let code = compact(value);
  if (code.startsWith("D") && digits(code.slice(1))) code = code.slice(1);
  if (!digits(code)) return wrong(value, "postal_code.not_digits");
  if (code.length !== 5) return wrong(value, "postal_code.length", { digits: String(code.length) });
  const towns = reference.towns(code);
  if (towns === undefined) return good(code); // not known yet, the server will say
  if (towns.length === 0) return good(code, [finding("postal_code.unknown")]);
  return towns.length === 1 ? good(code, [], { town: towns[0] }) : good(code);
}

/** @type {import("./result.mjs").Checker} */
export function town(value, question) {
  const name = tidy(value);
  if (!/\p{L}/u.test(name)) return wrong(value, "town.no_letters");
  const code = question.arguments.postal_code;
  const towns = (code && question.reference.towns(code)) || [];
  const known = towns.find((item) => key(item) === key(name));
  if (known) return good(known);
  if (towns.length === 0) return good(name);
  return good(name, [finding("town.differs", { towns: towns.join(", "), postal_code: String(code) }, towns)]);
}

const STREET = /^(.*?\P{Nd}) *([0-9]{1,4} ?[a-zA-Z]?(?: ?[-/+] ?[0-9]{1,4} ?[a-zA-Z]?)?)$/u;
const BLOCK = /^[A-Za-z][0-9]{1,2}[ ,]+[0-9]{1,3}[a-zA-Z]?$/;

/** @type {import("./result.mjs").Checker} */
export function street(value) {
  const line = tidy(value);
  if (/^(postfach|packstation|p\.? ?o\.? ?box)(?![\p{L}\p{N}_])/iu.test(line)) return wrong(value, "street.post_box");
  if (!/\p{L}/u.test(line)) return wrong(value, "street.no_letters");
  if (BLOCK.test(line)) return good(line);
  const match = STREET.exec(line);
  if (!match) return good(line, [finding("street.no_number")]);
  return good(line, [], { street: match[1].replace(/^[ ,]+|[ ,]+$/g, ""), number: match[2].replaceAll(" ", "") });
}

/** @param {string} name */
const key = (name) =>
  name
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ä", "ae")
    .replaceAll("ö", "oe")
    .replaceAll("ü", "ue")
    .replace(/[^\p{L}\p{N}]/gu, "");
