// Expressions of a form, evaluated without eval: the twin of esign/forms/expressions.py and operations.py.
// Texts are texts, numbers are exact fractions of BigInt, days are ISO texts, absent is null.
import { isDay, yearsBetween } from "./plausibility/days.mjs";

/**
 * @typedef {{n: bigint, d: bigint}} Fraction
 * @typedef {string | boolean | null | Fraction} Value
 * @typedef {{values: Record<string, Value>, tables: Record<string, Record<string, Record<string, string>>>}} Scope
 */

/** The value of an expression, given as data. @param {any} data @param {Scope} scope @returns {Value} */
export function evaluate(data, scope) {
  if (typeof data === "string") {
    if (!data.startsWith("$")) return data;
    return Object.hasOwn(scope.values, data.slice(1)) ? scope.values[data.slice(1)] : null;
  }
  const [name, raw] = Object.entries(data)[0];
  /** @type {any[]} */
  const items = Array.isArray(raw) ? raw : [raw];
  if (Object.hasOwn(LAZY, name)) return LAZY[name](items, (item) => evaluate(item, scope));
  const values = items.map((item) => evaluate(item, scope));
  if (name === "lookup") return lookup(values, scope);
  if (!Object.hasOwn(EAGER, name)) throw new Error("no such operation");
  return EAGER[name](...values);
}

/** Whether a condition holds; an absent one does not. @param {Value} value */
export const holds = (value) => value === true || value === "true" || value === "yes";

/** A value as text; null where it is absent or has no finite spelling. @param {Value} value @returns {string | null} */
export function text(value) {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return decimal(value, null);
}

const NUMBER = /^(-?)([0-9]{1,18})(?:\.([0-9]{1,9}))?$/;

/** @param {Value} value @returns {Fraction | null} */
export function number(value) {
  if (value !== null && typeof value === "object") return value;
  const match = typeof value === "string" ? NUMBER.exec(value) : null;
  if (!match) return null;
  const digits = match[3] ?? "";
  return fraction((match[1] ? -1n : 1n) * BigInt(match[2] + digits), 10n ** BigInt(digits.length));
}

/** @param {bigint} n @param {bigint} d @returns {Fraction} */
function fraction(n, d) {
  let [a, b] = [n < 0n ? -n : n, d < 0n ? -d : d];
  while (b) [a, b] = [b, a % b];
  const sign = d < 0n ? -1n : 1n;
  return { n: (sign * n) / (a || 1n), d: (sign * d) / (a || 1n) };
}

/** @param {Fraction} value @param {number | null} places @returns {string | null} */
function decimal(value, places) {
  const digits = places ?? 9;
  const scaled = fraction(value.n * 10n ** BigInt(digits), value.d);
  if (scaled.d !== 1n) return null;
  const whole = String(scaled.n < 0n ? -scaled.n : scaled.n).padStart(digits + 1, "0");
  const left = whole.slice(0, whole.length - digits);
  let right = digits ? whole.slice(-digits) : "";
  if (places === null) right = right.replace(/0+$/, "");
  return `${scaled.n < 0n ? "-" : ""}${left}${right ? `.${right}` : ""}`;
}

/** @param {Value} left @param {Value} right */
function equal(left, right) {
  if (left === null || right === null) return false;
  if (typeof left === "boolean" || typeof right === "boolean") return holds(left) === holds(right);
  if (typeof left === "object" || typeof right === "object") {
    const [one, two] = [number(left), number(right)];
    return one !== null && two !== null && one.n * two.d === two.n * one.d;
  }
  return left === right;
}

/** @param {Value} left @param {Value} right @returns {number | null} */
function compare(left, right) {
  if (isDay(left) && isDay(right)) return left < right ? -1 : Number(left > right);
  const [one, two] = [number(left), number(right)];
  if (one === null || two === null) return null;
  const difference = one.n * two.d - two.n * one.d;
  return difference < 0n ? -1 : Number(difference > 0n);
}

/** @type {(accepted: number[]) => (left: Value, right: Value) => boolean} */
const ordered = (accepted) => (left, right) => {
  const order = compare(left, right);
  return order !== null && accepted.includes(order);
};

/** @type {(combine: (left: Fraction, right: Fraction) => Fraction | null) => (...values: Value[]) => Value} */
const numbers =
  (combine) =>
  (...values) => {
    /** @type {Fraction | null} */
    let result = number(values[0]);
    for (const value of values.slice(1)) {
      const next = number(value);
      if (next === null) return null;
      result = result === null ? null : combine(result, next);
    }
    return result;
  };

/** @type {(whole: (n: bigint, d: bigint) => bigint) => (value: Value, step: Value) => Value} */
const stepwise = (whole) => (value, step) => {
  const [amount, unit] = [number(value), number(step)];
  if (amount === null || unit === null || unit.n <= 0n) return null;
  const parts = fraction(amount.n * unit.d, amount.d * unit.n);
  return fraction(whole(parts.n, parts.d) * unit.n, unit.d);
};

/** @param {bigint} n @param {bigint} d */
const floor = (n, d) => (n >= 0n ? n / d : -((-n + d - 1n) / d));
/** Halves away from zero. @param {bigint} n @param {bigint} d */
const halfUp = (n, d) => (n >= 0n ? (2n * n + d) / (2n * d) : -((-2n * n + d) / (2n * d)));

/** @type {(move: (day: Date, count: number) => void) => (start: Value, count: Value) => Value} */
const shift = (move) => (start, count) => {
  const amount = number(count);
  if (!isDay(start) || amount === null || amount.d !== 1n || amount.n > 100000n || amount.n < -100000n) return null;
  const found = new Date(`${start}T00:00:00Z`);
  move(found, Number(amount.n));
  const year = found.getUTCFullYear();
  return year >= 1 && year <= 9999 ? found.toISOString().slice(0, 10) : null;
};

/** The same day months later, or that month's last day. @param {Date} found @param {number} count */
function addMonths(found, count) {
  const day = found.getUTCDate();
  found.setUTCDate(1);
  found.setUTCMonth(found.getUTCMonth() + count);
  const last = new Date(found.getTime());
  last.setUTCMonth(last.getUTCMonth() + 1);
  last.setUTCDate(0);
  found.setUTCDate(Math.min(day, last.getUTCDate()));
}

/** @type {(pick: (days: string[]) => string) => (...values: Value[]) => Value} */
const ofDays =
  (pick) =>
  (...values) =>
    values.every(isDay) ? pick(/** @type {string[]} */ (values)) : null;

/** @type {(count: (first: string, then: string) => number) => (first: Value, then: Value) => Value} */
const span = (count) => (first, then) =>
  isDay(first) && isDay(then) ? { n: BigInt(count(first, then)), d: 1n } : null;

/** @param {Value[]} values @param {Scope} scope @returns {Value} */
function lookup([table, row, column], scope) {
  if (typeof table !== "string" || typeof row !== "string" || typeof column !== "string") return null;
  const rows = Object.hasOwn(scope.tables, table) ? scope.tables[table] : {};
  const cells = Object.hasOwn(rows, row) ? rows[row] : {};
  return Object.hasOwn(cells, column) ? cells[column] : null;
}

/** @type {Record<string, (items: any[], value: (item: any) => Value) => Value>} */
const LAZY = {
  all: (items, value) => items.every((item) => holds(value(item))),
  any: (items, value) => items.some((item) => holds(value(item))),
  first: (items, value) => items.map(value).find((item) => item !== null && item !== "") ?? null,
  if: (items, value) => (holds(value(items[0])) ? value(items[1]) : items.length > 2 ? value(items[2]) : null),
};

/** @type {Record<string, (...values: any[]) => Value>} */
const EAGER = {
  not: (value) => !holds(value),
  bool: (value) => holds(value),
  given: (...values) => values.every((value) => value !== null && value !== ""),
  eq: equal,
  ne: (left, right) => !equal(left, right),
  in: (value, ...options) => options.some((option) => equal(value, option)),
  starts: (value, ...begins) => begins.some((begin) => text(begin) && (text(value) ?? "\0").startsWith(text(begin) ?? "")),
  lt: ordered([-1]),
  le: ordered([-1, 0]),
  gt: ordered([1]),
  ge: ordered([1, 0]),
  add: numbers((left, right) => fraction(left.n * right.d + right.n * left.d, left.d * right.d)),
  subtract: numbers((left, right) => fraction(left.n * right.d - right.n * left.d, left.d * right.d)),
  multiply: numbers((left, right) => fraction(left.n * right.n, left.d * right.d)),
  divide: numbers((left, right) => (right.n === 0n ? null : fraction(left.n * right.d, left.d * right.n))),
  min: numbers((left, right) => (left.n * right.d <= right.n * left.d ? left : right)),
  max: numbers((left, right) => (left.n * right.d >= right.n * left.d ? left : right)),
  round: stepwise(halfUp),
  floor: stepwise(floor),
  ceil: stepwise((n, d) => -floor(-n, d)),
  int: (value) => (number(value)?.d === 1n ? number(value) : null),
  decimal: (value, places) => {
    const [amount, digits] = [number(value), number(places)];
    if (amount === null || digits === null || digits.n < 0n || digits.n > 9n * digits.d) return null;
    return decimal(amount, Number(digits.n / digits.d));
  },
  add_days: shift((found, count) => void found.setUTCDate(found.getUTCDate() + count)),
  add_months: shift(addMonths),
  years_between: span(yearsBetween),
  days_between: span((first, then) => (Date.parse(then) - Date.parse(first)) / 86400000),
  earliest: ofDays((days) => days.reduce((one, two) => (one < two ? one : two))),
  latest: ofDays((days) => days.reduce((one, two) => (one > two ? one : two))),
  join: (...values) => (values.some((value) => text(value) === null) ? null : values.map((value) => text(value)).join("")),
};
