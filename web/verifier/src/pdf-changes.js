// What was appended to the document behind its signature: a security store and a document timestamp, and nothing else.
// Source: ETSI EN 319 142-1 clause 5.4; docs/dossier-spec.md section 3.9.
import { PdfFile } from "./pdf-file.js";
import { readAppended } from "./pdf-revision.js";
import { Dictionary, Name, Reference, Text, asDictionary, asList, asReference, isName, written } from "./pdf-syntax.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {import("./pdf-revision.js").Appended} Appended */
/** @typedef {{ certificates: Uint8Array[], lists: Uint8Array[], responses: Uint8Array[] }} Store */

const SIGNATURE_FLAGS = 3;
const PRINTED_AND_LOCKED = 132;

/**
 * The security store and the byte range of the document timestamp.
 * @param {Uint8Array} pdf @param {number[]} byteRange of the signature, which ends with its revision
 * @returns {{ store: Store, byteRange: number[] }}
 */
export function readChanges(pdf, byteRange) {
  const signed = new PdfFile(pdf, byteRange[2] + byteRange[3]);
  demandSignature(signed, byteRange);
  const first = readAppended(pdf, signed);
  const store = readStore(signed, first);
  const stored = new PdfFile(pdf, first.end);
  const second = readAppended(pdf, stored);
  demand(second.end === pdf.length, "something stands behind the document timestamp");
  return { store, byteRange: readTimestampField(stored, second, pdf.length) };
}

/** Require that the document has exactly one signature field, and that its signature has this byte range.
 * @param {PdfFile} file @param {number[]} byteRange */
function demandSignature(file, byteRange) {
  const form = asDictionary(file.resolve(file.catalog.get("AcroForm")));
  demand(form.get("XFA") === undefined, "a form of another kind");
  const fields = asList(file.resolve(form.get("Fields"))).map((field) => asDictionary(file.resolve(field)));
  demand(fields.every((field) => field.get("Kids") === undefined), "a form with fields below fields");
  const signatures = fields.filter((field) => isName(file.resolve(field.get("FT")), "Sig") && field.get("V") !== undefined);
  demand(signatures.length === 1, "the document has not exactly one signature");
  const signature = asDictionary(file.object(asReference(signatures[0].get("V"))));
  demandHole(signature, { type: "Sig", filter: "ETSI.CAdES.detached", byteRange });
}

/** Require a signature dictionary around a hole. @param {Dictionary} dictionary
 * @param {{ type: string, filter: string, byteRange: number[] }} expected */
function demandHole(dictionary, { type, filter, byteRange }) {
  const named = isName(dictionary.get("Type"), type) && isName(dictionary.get("SubFilter"), filter);
  demand(named && isName(dictionary.get("Filter"), "Adobe.PPKLite"), "a signature dictionary of another kind");
  demand(written(dictionary.get("ByteRange")) === written(byteRange), "the byte range is another one than was shown");
  const [start, end] = dictionary.places.get("Contents") ?? [0, 0];
  demand(start === byteRange[1] && end === byteRange[2], "the byte range leaves out something else than the signature");
}

/** @param {PdfFile} before @param {Appended} appended @returns {Store} */
function readStore(before, { objects, fresh }) {
  demand(before.catalog.get("DSS") === undefined, "the document had a security store before it was signed");
  const catalog = objects.get(before.root.number);
  const reference = catalog && asDictionary(catalog.value).get("DSS");
  demand(catalog && reference instanceof Reference && reference.generation === 0, "the security store is missing");
  demand(written(catalog.value) === written(before.catalog.with("DSS", reference)), "the catalog was changed after signing");
  demand(objects.size === fresh.length + 1, "an object was changed after signing");
  const store = asDictionary(objects.get(reference.number)?.value);
  const names = [...store.entries.keys()].every((name) => ["Type", "Certs", "CRLs", "OCSPs"].includes(name));
  demand(names && isName(store.get("Type"), "DSS"), "the security store holds something else");
  const left = new Set(fresh.filter((number) => number !== reference.number));
  /** @param {string} name */
  const values = (name) => asList(store.get(name) ?? []).map((item) => readStream(objects, left, asReference(item)));
  const read = { certificates: values("Certs"), lists: values("CRLs"), responses: values("OCSPs") };
  demand(left.size === 0, "an object was added that is no part of the security store");
  return read;
}

/** @param {Appended["objects"]} objects @param {Set<number>} left @param {Reference} reference */
function readStream(objects, left, reference) {
  const object = objects.get(reference.number);
  const once = left.delete(reference.number) && reference.generation === 0;
  if (!once || !object?.content) throw new Refusal("a value of the security store is no stream of its own");
  demand(asDictionary(object.value).entries.size === 1, "a value of the security store is written another way");
  return object.content;
}

/** @param {PdfFile} before @param {Appended} appended @param {number} size @returns {number[]} */
function readTimestampField(before, { objects, fresh }, size) {
  demand(fresh.length === 2 && [...objects.values()].every(({ content }) => content === null), "the timestamp is written another way");
  const [widget, dictionary] = fresh.map((number) => new Reference(number, 0));
  const page = firstPage(before);
  const expected = new Map([...withWidget(before, page, widget), ...withField(before, widget)]);
  demand(objects.size === expected.size + 2, "an object was changed after signing");
  for (const [number, value] of expected) {
    const same = objects.has(number) && written(objects.get(number)?.value) === written(value);
    demand(same, "an object was changed after signing");
  }
  demandWidget(before, asDictionary(objects.get(widget.number)?.value), page, dictionary);
  const signature = asDictionary(objects.get(dictionary.number)?.value);
  const [start, end] = signature.places.get("Contents") ?? [0, 0];
  const byteRange = [0, start, end, size - end];
  demandHole(signature, { type: "DocTimeStamp", filter: "ETSI.RFC3161", byteRange });
  demand(signature.entries.size === 5, "the timestamp's dictionary holds something else");
  return byteRange;
}

/** @param {PdfFile} before @param {Dictionary} widget @param {Reference} page @param {Reference} dictionary */
function demandWidget(before, widget, page, dictionary) {
  const name = widget.get("T");
  const form = asDictionary(before.resolve(before.catalog.get("AcroForm")));
  const taken = asList(before.resolve(form.get("Fields"))).map((field) => asDictionary(before.resolve(field)).get("T"));
  demand(name instanceof Text && taken.every((other) => other === undefined || written(other) !== written(name)), "the timestamp's field has no name of its own");
  let expected = new Dictionary().with("Type", new Name("Annot")).with("Subtype", new Name("Widget")).with("FT", new Name("Sig"));
  expected = expected.with("T", name).with("F", PRINTED_AND_LOCKED).with("Rect", [0, 0, 0, 0]).with("P", page).with("V", dictionary);
  demand(written(widget) === written(expected), "the timestamp's field is another one than this product makes");
}

/** What an entered widget changes of its page. @param {PdfFile} before @param {Reference} page @param {Reference} widget
 * @returns {Map<number, PdfValue>} */
function withWidget(before, page, widget) {
  const dictionary = asDictionary(before.object(page));
  const annotations = dictionary.get("Annots") ?? [];
  if (annotations instanceof Reference) {
    return new Map([[annotations.number, [...asList(before.object(annotations)), widget]]]);
  }
  return new Map([[page.number, dictionary.with("Annots", [...asList(annotations), widget])]]);
}

/** What an entered field changes of the form. @param {PdfFile} before @param {Reference} widget @returns {Map<number, PdfValue>} */
function withField(before, widget) {
  const { catalog } = before;
  const place = catalog.get("AcroForm");
  let form = asDictionary(before.resolve(place));
  /** @type {Map<number, PdfValue>} */
  const changed = new Map();
  const fields = form.get("Fields");
  const longer = [...asList(before.resolve(fields)), widget];
  const flags = form.get("SigFlags");
  const wanted = (typeof flags === "number" ? flags : 0) | SIGNATURE_FLAGS;
  const unchanged = fields instanceof Reference && flags === wanted;
  if (flags !== wanted) form = form.with("SigFlags", wanted);
  if (fields instanceof Reference) changed.set(fields.number, longer);
  else form = form.with("Fields", longer);
  if (unchanged) return changed;
  if (place instanceof Reference) return changed.set(place.number, form);
  return changed.set(before.root.number, catalog.with("AcroForm", form));
}

/** The first page. @param {PdfFile} file */
function firstPage(file) {
  let reference = asReference(file.catalog.get("Pages"));
  for (let depth = 0; depth < 64; depth++) {
    const kids = asDictionary(file.object(reference)).get("Kids");
    if (kids === undefined) return reference;
    reference = asReference(asList(file.resolve(kids))[0]);
  }
  throw new Refusal("the page tree is damaged");
}
