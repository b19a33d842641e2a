// One revision appended to a PDF, in exactly the form in which this product appends: objects, cross-reference table,
// trailer, end; nothing between them. Source: docs/dossier-spec.md section 3.9.
import { latin1 } from "./bytes.js";
import { Dictionary, Scanner, asDictionary, asList, asWhole, written } from "./pdf-syntax.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {import("./pdf-file.js").PdfFile} PdfFile */

/**
 * @typedef {object} WrittenObject
 * @property {number} number
 * @property {number} generation
 * @property {number} offset
 * @property {PdfValue} value
 * @property {Uint8Array | null} content of a stream
 */

/** @typedef {{ objects: Map<number, WrittenObject>, fresh: number[], end: number }} Appended `fresh`: numbers of new objects */

/** The revision that begins where a file ends. @param {Uint8Array} bytes @param {PdfFile} before @returns {Appended} */
export function readAppended(bytes, before) {
  const scanner = new Scanner(bytes, before.bytes.length);
  demand(bytes[scanner.at - 1] === 0x0a, "the revision before does not end with its line");
  /** @type {Map<number, WrittenObject>} */
  const objects = new Map();
  const start = () => latin1(bytes.subarray(scanner.at, scanner.at + 24));
  for (let head = /^([0-9]{1,8}) ([0-9]{1,5}) obj\n/.exec(start()); head; head = /^([0-9]{1,8}) ([0-9]{1,5}) obj\n/.exec(start())) {
    const object = readObject(scanner, Number(head[1]), Number(head[2]), head[0].length);
    demand(!objects.has(object.number), "an object stands twice in a revision");
    objects.set(object.number, object);
  }
  const table = scanner.at;
  demandTable(scanner, objects);
  const trailer = asDictionary(readTrailer(scanner));
  demand(scanner.takes(`\nstartxref\n${table}\n%%EOF\n`), "a revision does not end as this product ends it");
  const fresh = [...objects.keys()].filter((number) => number >= before.size).sort((left, right) => left - right);
  demandTrailer(trailer, before, fresh);
  const replaced = [...objects.values()].filter(({ number }) => number < before.size);
  for (const { number, generation } of replaced) {
    demand(before.places.get(number)?.generation === generation, "an object that never was is replaced");
  }
  demand(fresh.every((number) => objects.get(number)?.generation === 0), "a new object is not the first of its number");
  return { objects, fresh, end: scanner.at };
}

/** @param {Scanner} scanner @param {number} number @param {number} generation @param {number} head bytes @returns {WrittenObject} */
function readObject(scanner, number, generation, head) {
  const offset = scanner.at;
  scanner.at += head;
  const value = scanner.value();
  let content = null;
  if (scanner.takes("\nstream\n")) {
    const length = asWhole(asDictionary(value).get("Length"));
    content = scanner.bytes.subarray(scanner.at, scanner.at + length);
    scanner.at += length;
    demand(content.length === length && scanner.takes("\nendstream"), "a stream does not end where it says");
  }
  demand(scanner.takes("\nendobj\n"), "something stands behind an object");
  return { number, generation, offset, value, content };
}

/** Require a table of exactly these objects. @param {Scanner} scanner @param {Map<number, WrittenObject>} objects */
function demandTable(scanner, objects) {
  const numbers = [...objects.keys()].sort((left, right) => left - right);
  let text = "xref\n";
  for (let i = 0; i < numbers.length; ) {
    let count = 1;
    while (numbers[i + count] === numbers[i] + count) count++;
    text += `${numbers[i]} ${count}\n`;
    for (const number of numbers.slice(i, i + count)) {
      const { offset, generation } = /** @type {WrittenObject} */ (objects.get(number));
      text += `${String(offset).padStart(10, "0")} ${String(generation).padStart(5, "0")} n \n`;
    }
    i += count;
  }
  demand(scanner.takes(`${text}trailer\n`), "a cross-reference table does not list exactly the objects of its revision");
}

/** @param {Scanner} scanner */
function readTrailer(scanner) {
  if (scanner.bytes[scanner.at] !== 0x3c) throw new Refusal("a trailer cannot be read");
  return scanner.value();
}

/** @param {Dictionary} trailer @param {PdfFile} before @param {number[]} fresh */
function demandTrailer(trailer, before, fresh) {
  demand(fresh.every((number, i) => number === before.size + i), "new objects are not numbered one after the other");
  const identifiers = asList(trailer.get("ID"));
  const first = asList(before.resolve(before.trailer.get("ID")))[0];
  const expected = new Map([
    ["Size", written(before.size + fresh.length)],
    ["Root", written(before.root)],
    ["ID", written([first, identifiers[1]])],
    ["Prev", written(before.startxref)],
  ]);
  const info = before.trailer.get("Info");
  if (info !== undefined) expected.set("Info", written(info));
  const same = [...expected].every(([name, text]) => trailer.get(name) !== undefined && written(trailer.get(name)) === text);
  demand(same && trailer.entries.size === expected.size && identifiers.length === 2, "a trailer says something else than it may");
}
