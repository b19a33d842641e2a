// The objects of a PDF, as far as it takes to see what an appended revision changes (ISO 32000-1, 7.3 and 7.5).
// Files are given as text with one character for each byte. Comments, object streams and cross-reference streams are
// refused: no document of this product has any.
import { demand } from "./problems.js";

/**
 * A value with one spelling (`text`) however it is written.
 * @typedef {{text: string, entries?: Map<string, Value>, items?: Value[], reference?: string, number?: number}} Value
 */

export const LATER = "agent.result.later_revision";
const DEEPEST = 64;
const MOST_SECTIONS = 64;
const BLANKS = /[\0\t\n\f\r ]*/y;
const HEXADECIMAL = /<([0-9A-Fa-f\0\t\n\f\r ]*)>/y;
const NAME = /\/((?:[^\0\t\n\f\r ()<>[\]{}/%#]|#[0-9A-Fa-f]{2})*)/y;
const REFERENCE = /([0-9]{1,9})[\0\t\n\f\r ]+([0-9]{1,5})[\0\t\n\f\r ]+R(?![^\0\t\n\f\r ()<>[\]{}/%])/y;
const PLAIN = /([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)|true|false|null)(?![^\0\t\n\f\r ()<>[\]{}/%])/y;
const ROW = /([0-9]{10}) ([0-9]{5}) ([nf])(?: \r| \n|\r\n)/y;

/** Refuse: this is not written as this product writes. @param {unknown} condition */
const written = (condition) => demand(condition, LATER, { reason: "written" });

/** Two digits for a character. @param {string} character */
const pair = (character) => character.charCodeAt(0).toString(16).padStart(2, "0");

export class Scanner {
  /** @param {string} text @param {number} at */
  constructor(text, at) {
    this.text = text;
    this.at = at;
  }

  /** What stands here, if it has this form; then it is behind us. @param {RegExp} form sticky */
  match(form) {
    form.lastIndex = this.at;
    const found = form.exec(this.text);
    if (found) this.at = form.lastIndex;
    return found;
  }

  /** Whether exactly this stands here; then it is behind us. @param {string} text */
  takes(text) {
    const stands = this.text.startsWith(text, this.at);
    if (stands) this.at += text.length;
    return stands;
  }

  /** @returns {Value} */
  value(depth = 0) {
    written(depth < DEEPEST);
    this.match(BLANKS);
    if (this.takes("<<")) return this.#dictionary(depth);
    if (this.takes("[")) return this.#array(depth);
    if (this.takes("(")) return { text: `<${this.#literal()}>` };
    const digits = this.match(HEXADECIMAL)?.[1].replace(/[\0\t\n\f\r ]/g, "").toLowerCase();
    if (digits !== undefined) return { text: `<${digits.length % 2 ? `${digits}0` : digits}>` };
    const name = this.match(NAME);
    if (name) return { text: `/${decoded(name[1])}` };
    const reference = this.match(REFERENCE);
    if (reference) {
      const to = `${Number(reference[1])} ${Number(reference[2])}`;
      return { text: `${to} R`, reference: to };
    }
    const plain = this.match(PLAIN)?.[1];
    written(plain !== undefined);
    const number = Number(plain);
    return Number.isNaN(number) ? { text: String(plain) } : { text: String(number), number };
  }

  /** @param {number} depth @returns {Value} */
  #dictionary(depth) {
    const entries = new Map();
    for (this.match(BLANKS); !this.takes(">>"); this.match(BLANKS)) {
      const name = this.match(NAME);
      const key = decoded(name?.[1] ?? "");
      written(name && !entries.has(key));
      entries.set(key, this.value(depth + 1));
    }
    return dictionary(entries);
  }

  /** @param {number} depth @returns {Value} */
  #array(depth) {
    const items = [];
    for (this.match(BLANKS); !this.takes("]"); this.match(BLANKS)) items.push(this.value(depth + 1));
    return { text: `[${items.map(({ text }) => text).join(" ")}]`, items };
  }

  /** The bytes of a literal string in hexadecimal; escaped ends of line and octal numbers resolved. */
  #literal() {
    let bytes = "";
    for (let depth = 1; ; this.at++) {
      const char = this.text[this.at];
      written(char !== undefined);
      if (char === "(") depth++;
      if (char === ")" && --depth === 0) break;
      if (char !== "\\") {
        bytes += pair(char);
        continue;
      }
      const octal = /^[0-7]{1,3}/.exec(this.text.slice(this.at + 1, this.at + 4))?.[0];
      const letter = this.text[this.at + 1] ?? "";
      if (octal) bytes += pair(String.fromCharCode(parseInt(octal, 8) & 0xff));
      else if (letter !== "\n" && letter !== "\r") bytes += pair({ n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" }[letter] ?? (letter || "\0"));
      this.at += octal ? octal.length : letter === "\r" && this.text[this.at + 2] === "\n" ? 2 : 1;
    }
    this.at++;
    return bytes;
  }
}

/** @param {string} name */
const decoded = (name) => name.replace(/#(..)/g, (_, code) => String.fromCharCode(parseInt(code, 16)));

/** @param {Map<string, Value>} entries @returns {Value} */
export function dictionary(entries) {
  const text = [...entries].map(([name, value]) => `${JSON.stringify(name)} ${value.text}`).sort();
  return { text: `<<${text.join(" ")}>>`, entries };
}

/** A file as it was at the end of one of its revisions, found by its cross-reference tables. */
export class Earlier {
  /** @param {string} text @param {number} end */
  constructor(text, end) {
    this.text = text.slice(0, end);
    const tail = /startxref[\0\t\n\f\r ]+([0-9]{1,10})[\0\t\n\f\r ]+%%EOF[\0\t\n\f\r ]*$/.exec(this.text.slice(-64));
    written(tail);
    this.startxref = Number(tail?.[1]);
    /** @type {Map<string, number>} offset of each object */
    this.places = new Map();
    /** @type {Set<number>} numbers that a newer section has settled */
    this.settled = new Set();
    this.trailer = this.#sections();
    const [root, size] = [this.trailer.get("Root")?.reference, this.trailer.get("Size")?.number];
    written(root !== undefined && size !== undefined && Number.isSafeInteger(size));
    this.root = String(root);
    this.size = Number(size);
  }

  /** @returns {Map<string, Value>} the newest trailer */
  #sections() {
    /** @type {Map<string, Value> | undefined} */
    let newest;
    const seen = new Set();
    for (let at = this.startxref; ; ) {
      written(!seen.has(at) && seen.size < MOST_SECTIONS);
      seen.add(at);
      const trailer = this.#section(new Scanner(this.text, at));
      newest ??= trailer;
      written(!trailer.has("XRefStm") && !trailer.has("Encrypt"));
      const before = trailer.get("Prev");
      if (!before) return newest;
      written(before.number !== undefined);
      at = Number(before.number);
    }
  }

  /** @param {Scanner} scanner */
  #section(scanner) {
    written(scanner.takes("xref"));
    for (scanner.match(BLANKS); !scanner.takes("trailer"); scanner.match(BLANKS)) {
      const head = scanner.match(/([0-9]{1,9})[ ]+([0-9]{1,7})[\0\t\n\f\r ]+/y);
      written(head);
      for (let number = Number(head?.[1]), left = Number(head?.[2]); left > 0; number++, left--) {
        const row = scanner.match(ROW);
        written(row);
        if (row && row[3] === "n" && !this.settled.has(number)) this.places.set(`${number} ${Number(row[2])}`, Number(row[1]));
        this.settled.add(number);
      }
    }
    const { entries } = scanner.value();
    written(entries);
    return /** @type {Map<string, Value>} */ (entries);
  }

  /** The object that a reference leads to. @param {string | undefined} reference @returns {Value} */
  object(reference) {
    const place = reference === undefined ? undefined : this.places.get(reference);
    const scanner = new Scanner(this.text, place ?? 0);
    const head = scanner.match(/([0-9]{1,9})[\0\t\n\f\r ]+([0-9]{1,5})[\0\t\n\f\r ]+obj/y);
    written(place !== undefined && head && `${Number(head[1])} ${Number(head[2])}` === reference);
    return scanner.value();
  }

  /** The value itself, or the object that it leads to. @param {Value | undefined} value @returns {Value | undefined} */
  resolve(value) {
    return value?.reference === undefined ? value : this.object(value.reference);
  }

  /** @returns {Map<string, Value>} */
  get catalog() {
    const { entries } = this.object(this.root);
    written(entries);
    return /** @type {Map<string, Value>} */ (entries);
  }
}

/**
 * One appended revision.
 * @typedef {object} Appended
 * @property {Map<string, {value: Value, content: string | null}>} objects by reference; content of a stream
 * @property {string[]} fresh references of new objects
 * @property {number} end
 */

/** The revision behind a file: objects, a table of exactly these, a trailer that changes nothing; nothing between them.
 * @param {string} text @param {Earlier} before @returns {Appended} */
export function readAppended(text, before) {
  const scanner = new Scanner(text, before.text.length);
  written(before.text.endsWith("\n"));
  /** @type {Appended["objects"]} */
  const objects = new Map();
  /** @type {Map<number, [number, number]>} */
  const places = new Map();
  for (let head, at = scanner.at; (head = scanner.match(/([1-9][0-9]{0,8}) (0|[1-9][0-9]{0,4}) obj\n/y)); at = scanner.at) {
    const [number, generation] = [Number(head[1]), Number(head[2])];
    written(!places.has(number));
    places.set(number, [at, generation]);
    const value = scanner.value();
    let content = null;
    if (scanner.takes("\nstream\n")) {
      const length = value.entries?.get("Length")?.number ?? -1;
      written(Number.isSafeInteger(length) && length >= 0);
      content = text.slice(scanner.at, scanner.at + length);
      scanner.at += length;
      written(scanner.takes("\nendstream"));
    }
    written(scanner.takes("\nendobj\n"));
    objects.set(`${number} ${generation}`, { value, content });
  }
  const table = scanner.at;
  written(objects.size > 0 && scanner.takes(tableOf(places)));
  const { entries } = scanner.value();
  written(entries && scanner.takes(`\nstartxref\n${table}\n%%EOF\n`));
  const fresh = [...places.keys()].filter((number) => number >= before.size).sort((left, right) => left - right);
  written(fresh.every((number, at) => number === before.size + at && places.get(number)?.[1] === 0));
  const replaced = [...objects.keys()].filter((reference) => parseInt(reference, 10) < before.size);
  written(replaced.every((reference) => before.places.has(reference)));
  checkTrailer(/** @type {Map<string, Value>} */ (entries), before, fresh.length);
  return { objects, fresh: fresh.map((number) => `${number} 0`), end: scanner.at };
}

/** @param {Map<number, [number, number]>} places */
function tableOf(places) {
  const numbers = [...places.keys()].sort((left, right) => left - right);
  let table = "xref\n";
  numbers.forEach((number, at) => {
    if (numbers[at - 1] !== number - 1) {
      let count = 1;
      while (numbers[at + count] === number + count) count++;
      table += `${number} ${count}\n`;
    }
    const [offset, generation] = places.get(number) ?? [0, 0];
    table += `${String(offset).padStart(10, "0")} ${String(generation).padStart(5, "0")} n \n`;
  });
  return `${table}trailer\n`;
}

/** @param {Map<string, Value>} trailer @param {Earlier} before @param {number} added how many objects are new */
function checkTrailer(trailer, before, added) {
  const same = ["Root", "Info"].every((name) => trailer.get(name)?.text === before.trailer.get(name)?.text);
  written(same && trailer.get("Size")?.number === before.size + added && trailer.get("Prev")?.number === before.startxref);
  const [now, then] = [trailer.get("ID")?.items, before.resolve(before.trailer.get("ID"))?.items];
  written(now?.length === 2 && now[0].text === then?.[0]?.text);
  written([...trailer.keys()].every((name) => ["Root", "Info", "Size", "Prev", "ID"].includes(name)));
}
