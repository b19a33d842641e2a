// JSON read strictly: UTF-8, no name twice in an object, no nesting deeper than a limit; and the canonical form of it.
// Source: RFC 8259; RFC 8785; docs/ceremony-spec.md section 1; docs/dossier-spec.md section 2.
import { equal, fromUtf8, utf8 } from "./bytes.js";
import { Refusal } from "./refusal.js";

const DEEPEST = 64;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const BLANK = /[ \t\n\r]*/y;
const WORDS = /** @type {const} */ ([
  ["true", true],
  ["false", false],
  ["null", null],
]);

class Parser {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** @param {RegExp} pattern */
  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) throw new Refusal("not JSON");
    this.at = pattern.lastIndex;
    return found[0];
  }

  /** The next character behind blanks. */
  next() {
    this.match(BLANK);
    return this.text[this.at];
  }

  /** @param {string} expected */
  take(expected) {
    if (this.next() !== expected) throw new Refusal("not JSON");
    this.at += 1;
  }

  /** @param {number} depth @returns {Json} */
  value(depth) {
    if (depth > DEEPEST) throw new Refusal("JSON is nested too deeply");
    const first = this.next();
    if (first === "{") return this.object(depth);
    if (first === "[") return this.array(depth);
    if (first === '"') return JSON.parse(this.match(STRING));
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return Number(this.match(NUMBER));
  }

  /** @param {number} depth */
  object(depth) {
    /** @type {JsonObject} */
    const object = Object.create(null);
    this.take("{");
    if (this.next() === "}") {
      this.at += 1;
      return object;
    }
    for (;;) {
      if (this.next() !== '"') throw new Refusal("not JSON");
      const name = JSON.parse(this.match(STRING));
      if (name in object) throw new Refusal("a name stands twice in a JSON object");
      this.take(":");
      object[name] = this.value(depth + 1);
      if (this.next() !== ",") break;
      this.at += 1;
    }
    this.take("}");
    return object;
  }

  /** @param {number} depth */
  array(depth) {
    /** @type {Json[]} */
    const array = [];
    this.take("[");
    if (this.next() === "]") {
      this.at += 1;
      return array;
    }
    for (;;) {
      array.push(this.value(depth + 1));
      if (this.next() !== ",") break;
      this.at += 1;
    }
    this.take("]");
    return array;
  }
}

/** The object that a JSON text is. @param {string} text */
export function parseJson(text) {
  const parser = new Parser(text);
  const value = parser.value(1);
  if (parser.next() !== undefined) throw new Refusal("something stands behind the JSON value");
  return asObject(value);
}

/** The object that the bytes are the canonical JSON of. @param {Uint8Array} bytes */
export function parseCanonical(bytes) {
  const value = parseJson(fromUtf8(bytes));
  if (!equal(canonical(value), bytes)) throw new Refusal("not canonical JSON");
  return value;
}

/** Canonical bytes: RFC 8785, integers only. @param {Json} value */
export const canonical = (value) => utf8(write(value));

/** Whether a value is a JSON object. @param {Json | undefined} value @returns {value is JsonObject} */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {Json | undefined} value */
export function asObject(value) {
  if (!isObject(value)) throw new Refusal("not a JSON object");
  return value;
}

/** @param {Json | undefined} value */
export function asArray(value) {
  if (!Array.isArray(value)) throw new Refusal("not a JSON array");
  return value;
}

/** @param {Json | undefined} value */
export function asText(value) {
  if (typeof value !== "string") throw new Refusal("not text");
  return value;
}

/** An integer that is exact here. @param {Json | undefined} value */
export function asInteger(value) {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw new Refusal("not an integer");
  return value;
}

/** An object with exactly these members. @param {Json | undefined} value @param {...string} names */
export function withMembers(value, ...names) {
  const object = asObject(value);
  const found = Object.keys(object);
  if (found.length !== names.length || !names.every((name) => name in object)) throw new Refusal("other members than expected");
  return object;
}

/** Whether two values are the same. @param {Json | undefined} left @param {Json | undefined} right */
export function same(left, right) {
  return left !== undefined && right !== undefined && write(left) === write(right);
}

/** @param {Json} value @returns {string} */
function write(value) {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Refusal("not an integer that is exact everywhere");
    return String(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new Refusal("half a character");
    return JSON.stringify(value);
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${write(name)}:${write(value[name])}`).join(",")}}`;
}
