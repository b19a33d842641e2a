// Days as people write them, and where they may lie. Days are ISO texts; they compare as texts.
import { good, wrong } from "./result.mjs";

/** @type {import("./result.mjs").Checker} */
export function dateWritten(value) {
  const german = /^([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{2}|[0-9]{4})$/.exec(value);
  const iso = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(value);
  if (german && german[3].length === 2) return wrong(value, "date.short_year");
  const parts = german ? [german[3], german[2], german[1]] : iso && iso.slice(1);
  if (!parts) return wrong(value, "date.form");
  const found = `${parts[0]}-${parts[1].padStart(2, "0")}-${parts[2].padStart(2, "0")}`;
  if (!inCalendar(found)) return wrong(value, "date.not_in_calendar");
  if (found < "1900" || found >= "2200") return wrong(value, "date.year");
  return good(found, [], { shown: shown(found) });
}

/** @type {import("./result.mjs").Checker} */
export const notFuture = (value, { day }) =>
  isDay(value) && value > day ? wrong(value, "not_future.future") : good(value);

/** @type {import("./result.mjs").Checker} */
export const notPast = (value, { day }) => (isDay(value) && value < day ? wrong(value, "not_past.past") : good(value));

/** @type {import("./result.mjs").Checker} */
export function notBefore(value, question) {
  const least = question.arguments.day;
  if (!isDay(value) || !isDay(least) || value >= least) return good(value);
  return wrong(value, "not_before.early", { earliest: shown(least) }, [least]);
}

/** @type {import("./result.mjs").Checker} */
export function notAfter(value, question) {
  const most = question.arguments.day;
  if (!isDay(value) || !isDay(most) || value <= most) return good(value);
  return wrong(value, "not_after.late", { latest: shown(most) }, [most]);
}

/** @type {import("./result.mjs").Checker} */
export function ofAge(value, question) {
  if (!isDay(value)) return good(value);
  const age = yearsBetween(value, question.day);
  if (age > 120) return wrong(value, "of_age.implausible");
  const needed = Number(question.arguments.years || 18);
  return age < needed ? wrong(value, "of_age.minor", { years: String(needed) }) : good(value);
}

/** Full years between two days. @param {string} first @param {string} then */
export const yearsBetween = (first, then) =>
  Number(then.slice(0, 4)) - Number(first.slice(0, 4)) - (then.slice(5) < first.slice(5) ? 1 : 0);

/** @param {unknown} value @returns {value is string} */
export const isDay = (value) => typeof value === "string" && /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value) && inCalendar(value);

/** @param {string} day */
function inCalendar(day) {
  if (day.startsWith("0000")) return false;
  const found = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(found.getTime()) && found.toISOString().slice(0, 10) === day;
}

/** @param {string} day */
const shown = (day) => `${day.slice(8)}.${day.slice(5, 7)}.${day.slice(0, 4)}`;
