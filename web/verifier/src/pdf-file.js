// A PDF as it was at the end of one of its revisions: its cross-reference tables, and the objects that they find.
// Cross-reference streams are refused: this product's documents have none. Source: ISO 32000-1 clauses 7.5.4 to 7.5.6.
import { latin1 } from "./bytes.js";
import { Reference, Scanner, asDictionary, asReference, asWhole } from "./pdf-syntax.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {import("./pdf-syntax.js").Dictionary} Dictionary */

const MOST_SECTIONS = 64;
const MOST_OBJECTS = 1_000_000;

export class PdfFile {
  /** @param {Uint8Array} bytes of which those before `end` are the file */
  constructor(bytes, end = bytes.length) {
    this.bytes = bytes.subarray(0, end);
    const tail = /startxref\s+([0-9]{1,10})\s+%%EOF\s*$/.exec(latin1(this.bytes.subarray(-64)));
    demand(tail, "the revision has no end");
    this.startxref = Number(tail[1]);
    /** @type {Map<number, { offset: number, generation: number }>} */
    this.places = new Map();
    this.trailer = this.readSections();
    this.root = asReference(this.trailer.get("Root"));
    this.size = asWhole(this.trailer.get("Size"));
  }

  get catalog() {
    return asDictionary(this.object(this.root));
  }

  /** The value that a reference leads to; any other value itself. @param {PdfValue | undefined} value */
  resolve(value) {
    return value instanceof Reference ? this.object(value) : value;
  }

  /** @param {Reference} reference @returns {PdfValue} */
  object(reference) {
    const place = this.places.get(reference.number);
    if (!place || place.generation !== reference.generation) throw new Refusal("a PDF object is missing");
    const scanner = new Scanner(this.bytes, place.offset);
    const head = [scanner.word(), (scanner.blanks(), scanner.word()), (scanner.blanks(), scanner.word())].join(" ");
    demand(head === `${reference.number} ${reference.generation} obj`, "a PDF object is not where it should be");
    const value = scanner.value();
    demand(!(value instanceof Reference), "a PDF object is only a reference");
    return value;
  }

  /** Read all sections, the newest first. @returns {Dictionary} the newest trailer */
  readSections() {
    /** @type {Dictionary | null} */
    let newest = null;
    const seen = new Set();
    for (let at = this.startxref; ; ) {
      demand(!seen.has(at) && seen.size < MOST_SECTIONS, "the cross-reference is circular");
      seen.add(at);
      const trailer = this.readSection(at);
      newest ??= trailer;
      demand(trailer.get("XRefStm") === undefined, "a hybrid cross-reference");
      if (trailer.get("Prev") === undefined) return newest;
      at = asWhole(trailer.get("Prev"));
    }
  }

  /** @param {number} offset */
  readSection(offset) {
    const scanner = new Scanner(this.bytes, offset);
    demand(scanner.takes("xref"), "no cross-reference table, as this product writes it");
    for (;;) {
      scanner.blanks();
      if (scanner.takes("trailer")) break;
      const [start, count] = [Number(scanner.word()), (scanner.blanks(), Number(scanner.word()))];
      demand(Number.isSafeInteger(start) && count >= 0 && count < MOST_OBJECTS, "the cross-reference cannot be read");
      scanner.blanks();
      for (let number = start; number < start + count; number++) this.readPlace(scanner, number);
    }
    return asDictionary(scanner.value());
  }

  /** @param {Scanner} scanner @param {number} number */
  readPlace(scanner, number) {
    const row = latin1(this.bytes.subarray(scanner.at, scanner.at + 20));
    const found = /^([0-9]{10}) ([0-9]{5}) ([nf])( \r| \n|\r\n)$/.exec(row);
    demand(found, "the cross-reference cannot be read");
    scanner.at += 20;
    if (this.places.has(number)) return;
    const free = found[3] === "f";
    this.places.set(number, { offset: Number(found[1]), generation: free ? -1 : Number(found[2]) });
  }
}
