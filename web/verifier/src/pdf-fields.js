// A field that a revision adds: of a further signature, with a picture, or of the document timestamp, invisible.
// Source: ISO 32000-1 clause 12.7.4.5; docs/dossier-spec.md section 3.9.
import { latin1 } from "./bytes.js";
import { Dictionary, Name, Reference, Text, asDictionary, asList, asReference, isName, written } from "./pdf-syntax.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {import("./pdf-file.js").PdfFile} PdfFile */
/** @typedef {import("./pdf-revision.js").Appended} Appended */

const SIGNATURE_FLAGS = 3;
const PRINTED_AND_LOCKED = 132;
const SIGNATURE = ["Type", "Filter", "SubFilter", "Name", "Reason", "M", "ByteRange", "Contents"];
const IMAGE = ["Type", "Subtype", "Width", "Height", "ColorSpace", "BitsPerComponent", "Filter", "DecodeParms", "Length"];
const PAINTS_IT = /^q [0-9.]+ 0 0 [0-9.]+ 0 0 cm \/Im0 Do Q$/;

/** Byte range of the document timestamp that a revision adds, which is all that it may do.
 * @param {PdfFile} before @param {Appended} appended */
export function readTimestampField(before, appended) {
  const { widget, signature, byteRange } = readField(before, appended, "ETSI.RFC3161");
  const page = firstPage(before);
  demand(appended.fresh.length === 2, "the timestamp is written another way");
  demandEntered(before, appended, widget.reference, page);
  const shown = new Dictionary().with("Rect", [0, 0, 0, 0]);
  demandWidget(widget.dictionary, { ...widget, page, shown });
  demand(signature.entries.size === 5, "the timestamp's dictionary holds something else");
  return byteRange;
}

/** Byte range and field name of the further signature that a revision adds, which is all that it may do.
 * @param {PdfFile} before @param {Appended} appended */
export function readSignatureField(before, appended) {
  const { widget, signature, byteRange } = readField(before, appended, "ETSI.CAdES.detached");
  const { dictionary } = widget;
  const page = asReference(dictionary.get("P"));
  demand(isName(asDictionary(before.object(page)).get("Type"), "Page"), "the signature's field is on no page");
  demandEntered(before, appended, widget.reference, page);
  const [label, place] = [dictionary.get("TU"), dictionary.get("Rect")];
  demand(label instanceof Text && asList(place).every((number) => typeof number === "number"), "the signature's field is another one than this product makes");
  const appearance = asReference(asDictionary(dictionary.get("AP")).get("N"));
  const shown = new Dictionary().with("TU", label).with("Rect", asList(place)).with("AP", new Dictionary().with("N", appearance));
  demandWidget(dictionary, { ...widget, page, shown });
  demand([...signature.entries.keys()].every((name) => SIGNATURE.includes(name)), "the signature's dictionary holds something else");
  const image = readAppearance(appended, appearance);
  const met = new Set([widget.reference.number, widget.value.number, appearance.number, image.number]);
  demand(met.size === 4 && appended.fresh.length === 4 && appended.fresh.every((number) => met.has(number)), "an object was added that is no part of the signature");
  return { byteRange, field: textOf(widget.name) };
}

/** The one new field, its signature dictionary and byte range. @param {PdfFile} before @param {Appended} appended @param {string} filter */
function readField(before, { objects, fresh, end }, filter) {
  const widgets = fresh.filter((number) => {
    const value = objects.get(number)?.value;
    return value instanceof Dictionary && isName(value.get("Subtype"), "Widget");
  });
  demand(widgets.length === 1, "a revision adds not exactly one field");
  const reference = new Reference(widgets[0], 0);
  const dictionary = asDictionary(objects.get(reference.number)?.value);
  const value = asReference(dictionary.get("V"));
  demand(fresh.includes(value.number) && value.generation === 0, "a new field holds something old");
  const signature = asDictionary(objects.get(value.number)?.value);
  const [start, behind] = signature.places.get("Contents") ?? [0, 0];
  const byteRange = [0, start, behind, end - behind];
  demandHole(signature, { type: filter === "ETSI.RFC3161" ? "DocTimeStamp" : "Sig", filter, byteRange });
  const name = dictionary.get("T");
  const form = asDictionary(before.resolve(before.catalog.get("AcroForm")));
  const taken = asList(before.resolve(form.get("Fields"))).map((field) => asDictionary(before.resolve(field)).get("T"));
  const own = name instanceof Text && taken.every((other) => other === undefined || written(other) !== written(name));
  if (!own) throw new Refusal("a new field has no name of its own");
  return { widget: { reference, dictionary, value, name }, signature, byteRange };
}

/** Require a signature dictionary around a hole. @param {Dictionary} dictionary
 * @param {{ type: string, filter: string, byteRange: number[] }} expected */
export function demandHole(dictionary, { type, filter, byteRange }) {
  const named = isName(dictionary.get("Type"), type) && isName(dictionary.get("SubFilter"), filter);
  demand(named && isName(dictionary.get("Filter"), "Adobe.PPKLite"), "a signature dictionary of another kind");
  demand(written(dictionary.get("ByteRange")) === written(byteRange), "the byte range is another one than was shown");
  const [start, end] = dictionary.places.get("Contents") ?? [0, 0];
  demand(start === byteRange[1] && end === byteRange[2], "the byte range leaves out something else than the signature");
}

/** Characters of a text string: UTF-16 or one byte each (ISO 32000-1 clause 7.9.2.2). @param {Text} text */
function textOf({ bytes }) {
  return bytes[0] === 0xfe && bytes[1] === 0xff ? new TextDecoder("utf-16be").decode(bytes.subarray(2)) : latin1(bytes);
}

/** @param {Dictionary} widget @param {{ name: Text, value: Reference, page: Reference, shown: Dictionary }} expected */
function demandWidget(widget, { name, value, page, shown }) {
  let expected = new Dictionary().with("Type", new Name("Annot")).with("Subtype", new Name("Widget")).with("FT", new Name("Sig"));
  expected = expected.with("T", name).with("F", PRINTED_AND_LOCKED).with("P", page).with("V", value);
  for (const [entry, own] of shown.entries) expected = expected.with(entry, own);
  demand(written(widget) === written(expected), "a new field is another one than this product makes");
}

/** Require that nothing that was there changes but that the field is entered in the form and on its page.
 * @param {PdfFile} before @param {Appended} appended @param {Reference} widget @param {Reference} page */
function demandEntered(before, { objects, fresh }, widget, page) {
  const expected = new Map([...withWidget(before, page, widget), ...withField(before, widget)]);
  demand(objects.size === expected.size + fresh.length, "an object was changed after signing");
  for (const [number, value] of expected) {
    const object = objects.get(number);
    demand(object && object.content === null && written(object.value) === written(value), "an object was changed after signing");
  }
}

/** The image that a new appearance paints, and nothing else. @param {Appended} appended @param {Reference} appearance */
function readAppearance({ objects, fresh }, appearance) {
  const form = objects.get(appearance.number);
  if (!form?.content || !fresh.includes(appearance.number)) throw new Refusal("a new field shows something old");
  const dictionary = asDictionary(form.value);
  const resources = asDictionary(dictionary.get("Resources"));
  const image = asReference(asDictionary(resources.get("XObject")).get("Im0"));
  let expected = new Dictionary().with("Type", new Name("XObject")).with("Subtype", new Name("Form"));
  expected = expected.with("BBox", asList(dictionary.get("BBox"))).with("Length", form.content.length);
  expected = expected.with("Resources", new Dictionary().with("XObject", new Dictionary().with("Im0", image)));
  demand(written(dictionary) === written(expected) && PAINTS_IT.test(latin1(form.content)), "a new field shows something else than a picture");
  const picture = objects.get(image.number);
  demand(picture?.content && fresh.includes(image.number), "a new field shows something old");
  const plain = asDictionary(picture.value);
  const names = [...plain.entries.keys()].every((name) => IMAGE.includes(name)) && isName(plain.get("Subtype"), "Image");
  demand(names && !/[0-9] R/.test(written(plain)), "a new field shows something else than a picture");
  return image;
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
