// Telephone numbers (characters only; the server knows the numbering plans) and e-mail addresses.
import { finding, good, wrong } from "./result.mjs";

const DOMAINS = [
  "gmail.com", "googlemail.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "outlook.com", "outlook.de", "hotmail.com",
  "hotmail.de", "yahoo.de", "yahoo.com", "icloud.com", "freenet.de", "posteo.de", "mailbox.org", "aol.com", "live.de",
  "arcor.de", "proton.me", "magenta.de", "vodafone.de",
];
/** @type {[string, string][]} */
const ENDINGS = [[".con", ".com"], [".cmo", ".com"], [".ocm", ".com"], [".dee", ".de"], [".ed", ".de"]];
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61})[A-Za-z]$/;

/** @type {(checker: string) => import("./result.mjs").Checker} */
const telephone = (checker) => (value) =>
  /^[0-9+()/\-. \u00a0]+$/.test(value) ? good(value) : wrong(value, `${checker}.characters`);
export const phone = telephone("phone");
export const mobile = telephone("mobile");

/** @type {import("./result.mjs").Checker} */
export function email(value) {
  const at = value.indexOf("@");
  if (at < 0) return wrong(value, "email.no_at");
  const [local, domain] = [value.slice(0, at), value.slice(at + 1)];
  if (!local || !domain || domain.includes("@")) return wrong(value, "email.parts");
  if (!domain.includes(".")) return wrong(value, "email.no_dot");
  const ascii = /^[\x20-\x7e]+$/.test(value); // other scripts are for the server to judge
  if (ascii && (value.length > 254 || !LOCAL.test(local) || !DOMAIN.test(domain))) return wrong(value, "email.invalid");
  const address = `${local}@${domain.toLowerCase()}`;
  const meant = meantDomain(domain.toLowerCase());
  if (meant === null) return good(address);
  const suggestion = `${local}@${meant}`;
  return good(address, [finding("email.typo", { suggestion }, [suggestion])]);
}

/** @param {string} domain @returns {string | null} */
export function meantDomain(domain) {
  if (DOMAINS.includes(domain)) return null;
  const near = DOMAINS.find((known) => oneSlip(domain, known));
  if (near) return near;
  const ending = ENDINGS.find(([written]) => domain.endsWith(written));
  return ending ? domain.slice(0, -ending[0].length) + ending[1] : null;
}

/** @param {string} left @param {string} right */
function oneSlip(left, right) {
  if (left === right || Math.abs(left.length - right.length) > 1) return false;
  let start = 0;
  while (start < Math.min(left.length, right.length) && left[start] === right[start]) start += 1;
  const [rest, other] = [left.slice(start), right.slice(start)];
  if (rest.length !== other.length) return rest.slice(1) === other || rest === other.slice(1);
  const swapped = rest.length > 1 && rest[1] + rest[0] === other.slice(0, 2) && rest.slice(2) === other.slice(2);
  return rest.slice(1) === other.slice(1) || swapped;
}
