// Reads cases (description, answers, day) from standard input and prints what the browser's twin makes of each.
import { readFileSync } from "node:fs";
import { check } from "../../../web/static/forms/check.mjs";

const input = JSON.parse(readFileSync(0, "utf8"));
const reference = { towns: (code) => input.postal_codes[code] ?? [], bank: (code) => input.banks[code] ?? null };
const answer = ({ form, answers, day }) => check(input.forms[form], answers, { day, reference });
console.log(JSON.stringify(input.cases.map(answer)));
