// The objects of a PDF, as far as a verdict on its revisions needs them. Source: ISO 32000-1 clause 7.3.
import { digits, hex, latin1 } from "./bytes.js";
import { Refusal, demand } from "./refusal.js";

export class Name {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

export class Text {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
  }
}

export class Reference {
  /** @param {number} number @param {number} generation */
  constructor(number, generation) {
    this.number = number;
    this.generation = generation;
  }
}

/** Entries by name, and where each value stands in the file. */
export class Dictionary {
  constructor() {
    /** @type {Map<string, any>} */
    this.entries = new Map();
    /** @type {Map<string, [number, number]>} */
    this.places = new Map();
  }

  /** @param {string} name @returns {PdfValue | undefined} */
  get(name) {
    return this.entries.get(name);
  }

  /** A copy with one entry set. @param {string} name @param {PdfValue} value */
  with(name, value) {
    const copy = new Dictionary();
    copy.entries = new Map(this.entries).set(name, value);
    return copy;
  }
}

const DEEPEST = 64;
const BLANKS = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]);
const DELIMITERS = new Set([..."()<>[]{}/%"].map((character) => character.charCodeAt(0)));
const NUMBER = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$/;
const ESCAPES = /** @type {{ [letter: string]: number | undefined }} */ ({ n: 10, r: 13, t: 9, b: 8, f: 12, "(": 40, ")": 41, "\\": 92 });

/** Reads objects one after the other; comments are refused, no program that made these files writes any. */
export class Scanner {
  /** @param {Uint8Array} bytes @param {number} at */
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  blanks() {
    while (this.at < this.bytes.length && BLANKS.has(this.bytes[this.at])) this.at++;
  }

  /** A regular token: a number, a word. */
  word() {
    const start = this.at;
    while (this.at < this.bytes.length && !BLANKS.has(this.bytes[this.at]) && !DELIMITERS.has(this.bytes[this.at])) this.at++;
    return latin1(this.bytes.subarray(start, this.at));
  }

  /** Whether the bytes go on like this; then they are taken. @param {string} text */
  takes(text) {
    const goesOn = latin1(this.bytes.subarray(this.at, this.at + text.length)) === text;
    if (goesOn) this.at += text.length;
    return goesOn;
  }

  /** @param {number} [depth] @returns {PdfValue} */
  value(depth = 0) {
    demand(depth <= DEEPEST, "PDF objects are nested too deeply");
    this.blanks();
    if (this.takes("<<")) return this.dictionary(depth);
    if (this.takes("<")) return this.hexadecimal();
    if (this.takes("(")) return this.literal();
    if (this.takes("[")) return this.array(depth);
    if (this.takes("/")) return this.name();
    return this.plain();
  }

  /** A number, a reference, true, false or null. @returns {PdfValue} */
  plain() {
    const word = this.word();
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    demand(NUMBER.test(word), "a PDF object cannot be read");
    if (!/^[0-9]+$/.test(word)) return Number(word);
    const behind = this.at;
    this.blanks();
    const generation = this.word();
    this.blanks();
    if (/^[0-9]+$/.test(generation) && this.word() === "R") return new Reference(Number(word), Number(generation));
    this.at = behind;
    return Number(word);
  }

  /** @param {number} depth */
  dictionary(depth) {
    const dictionary = new Dictionary();
    for (;;) {
      this.blanks();
      if (this.takes(">>")) return dictionary;
      demand(this.takes("/"), "a PDF dictionary cannot be read");
      const { text } = this.name();
      this.blanks();
      const start = this.at;
      const value = this.value(depth + 1);
      demand(!dictionary.entries.has(text), "an entry stands twice in a PDF dictionary");
      dictionary.entries.set(text, value);
      dictionary.places.set(text, [start, this.at]);
    }
  }

  /** @param {number} depth */
  array(depth) {
    /** @type {PdfValue[]} */
    const array = [];
    for (;;) {
      this.blanks();
      if (this.takes("]")) return array;
      array.push(this.value(depth + 1));
    }
  }

  name() {
    const word = this.word();
    demand(!/#(?![0-9A-Fa-f]{2})/.test(word), "a PDF name cannot be read");
    return new Name(word.replace(/#([0-9A-Fa-f]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16))));
  }

  hexadecimal() {
    const end = this.bytes.indexOf(0x3e, this.at);
    demand(end >= 0, "a PDF string does not end");
    const text = latin1(this.bytes.subarray(this.at, end)).replace(/[\0\t\n\f\r ]/g, "");
    demand(/^[0-9A-Fa-f]*$/.test(text), "a PDF string cannot be read");
    this.at = end + 1;
    return new Text(digits(text.length % 2 ? `${text}0` : text));
  }

  literal() {
    const bytes = [];
    for (let depth = 1; ; ) {
      demand(this.at < this.bytes.length, "a PDF string does not end");
      const byte = this.bytes[this.at++];
      if (byte === 0x5c) {
        const escaped = this.escape();
        if (escaped !== null) bytes.push(escaped);
        continue;
      }
      if (byte === 0x28) depth += 1;
      if (byte === 0x29 && --depth === 0) return new Text(Uint8Array.from(bytes));
      if (byte === 0x0d) {
        this.takes("\n");
        bytes.push(0x0a);
      } else bytes.push(byte);
    }
  }

  /** The byte that an escape stands for; none for an escaped end of line. */
  escape() {
    const octal = /^[0-7]{1,3}/.exec(latin1(this.bytes.subarray(this.at, this.at + 3)));
    if (octal) {
      this.at += octal[0].length;
      return Number.parseInt(octal[0], 8) & 0xff;
    }
    const letter = String.fromCharCode(this.bytes[this.at++] ?? 0);
    if (letter === "\r") this.takes("\n");
    if (letter === "\r" || letter === "\n") return null;
    return ESCAPES[letter] ?? letter.charCodeAt(0);
  }
}

/** One text for equal objects, however they are written. @param {PdfValue | undefined} value @returns {string} */
export function written(value) {
  if (value === undefined) throw new Refusal("a PDF object is missing");
  if (value instanceof Name) return `/${JSON.stringify(value.text)}`;
  if (value instanceof Text) return `<${hex(value.bytes)}>`;
  if (value instanceof Reference) return `${value.number} ${value.generation} R`;
  if (Array.isArray(value)) return `[${value.map(written).join(" ")}]`;
  if (value instanceof Dictionary) {
    const names = [...value.entries.keys()].sort();
    return `{${names.map((name) => `${JSON.stringify(name)} ${written(value.get(name))}`).join(" ")}}`;
  }
  return String(value);
}

/** @param {PdfValue | undefined} value */
export function asDictionary(value) {
  if (!(value instanceof Dictionary)) throw new Refusal("a PDF dictionary is missing");
  return value;
}

/** @param {PdfValue | undefined} value */
export function asList(value) {
  if (!Array.isArray(value)) throw new Refusal("a PDF array is missing");
  return value;
}

/** @param {PdfValue | undefined} value */
export function asReference(value) {
  if (!(value instanceof Reference)) throw new Refusal("a PDF reference is missing");
  return value;
}

/** @param {PdfValue | undefined} value */
export function asWhole(value) {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new Refusal("a PDF number is impossible");
  return value;
}

/** Whether a value is a name. @param {PdfValue | undefined} value @param {string} text */
export const isName = (value, text) => value instanceof Name && value.text === text;
