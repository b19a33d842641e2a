// What stands behind a document that this device knows: further signatures, security stores, one document timestamp at
// the end – and nothing that changes what was there (specification, section 8, "Behind the signature").
import { equal, latin1 } from "./bytes.js";
import { sha256 } from "./digests.js";
import { split } from "./pdf-bytes.js";
import { Earlier, LATER, dictionary, readAppended } from "./pdf-objects.js";
import { demand } from "./problems.js";

/** @typedef {import("./pdf-objects.js").Value} Value */
/** @typedef {import("./pdf-objects.js").Appended} Appended */
/** @typedef {"signature" | "security_store" | "document_timestamp"} Kind */

const WIDEST = [400, 160]; // points: no signature's picture is larger
const STORE = ["Certs", "CRLs", "OCSPs"];
const SIGNATURE = ["Type", "Filter", "SubFilter", "Name", "Reason", "M", "ByteRange", "Contents"];
const TIMESTAMP = ["ByteRange", "Contents", "Filter", "SubFilter", "Type"];
const IMAGE = ["Type", "Subtype", "Width", "Height", "ColorSpace", "BitsPerComponent", "Filter", "DecodeParms", "Length"];
const PAINTS_IT = /^q [0-9.]+ 0 0 [0-9.]+ 0 0 cm \/Im0 Do Q$/;
const REFERENCE = /(?<![0-9])([0-9]{1,9})[\0\t\n\f\r ]+[0-9]{1,5}[\0\t\n\f\r ]+R(?![0-9A-Za-z])/g;

/** @param {unknown} condition @param {string} reason */
const permitted = (condition, reason) => demand(condition, LATER, { reason });

/** Where the file ends whose digest is known, as a beginning of this one.
 * @param {Uint8Array} pdf @param {Uint8Array} digest */
export async function knownEnd(pdf, digest) {
  if (equal(await sha256(pdf), digest)) return pdf.length;
  for (const { index } of latin1(pdf).matchAll(/%%EOF\n/g)) {
    if (equal(await sha256(pdf.subarray(0, index + 6)), digest)) return index + 6;
  }
  return null;
}

/**
 * Check everything behind a known beginning of the file and return the kinds of the revisions there.
 * @param {Uint8Array} pdf
 * @param {number} known length of the beginning
 * @returns {Kind[]}
 */
export function checkLater(pdf, known) {
  const text = latin1(pdf);
  if (known === pdf.length) return [];
  let before = new Earlier(text, known);
  let last = lastKind(before);
  /** @type {Kind[]} */
  const kinds = [];
  while (before.text.length < text.length) {
    const appended = readAppended(text, before);
    const kind = kindOf(appended);
    permitted(last !== "document_timestamp" && (kind !== "security_store" || last === "signature"), "order");
    const awaited = [...before.text.matchAll(REFERENCE)].some(([, number]) => appended.fresh.includes(`${Number(number)} 0`));
    permitted(!awaited, "awaited"); // what was there before would show it
    if (kind === "security_store") checkStore(before, appended);
    else checkField(pdf, before, appended, kind);
    kinds.push(kind);
    last = kind;
    before = new Earlier(text, appended.end);
  }
  return kinds;
}

/** The kind of the last revision of a file that is known. @param {Earlier} file @returns {Kind} */
function lastKind({ text }) {
  const added = text.slice(text.lastIndexOf("%%EOF", text.length - 8) + 1);
  if (!added.includes("/ByteRange")) return "security_store";
  return /\/Type\s*\/DocTimeStamp/.test(added) ? "document_timestamp" : "signature";
}

/** @param {Appended} appended @returns {Kind} */
function kindOf({ objects, fresh }) {
  const types = fresh.map((reference) => objects.get(reference)?.value.entries?.get("Type")?.text);
  const [signatures, timestamps] = ["/Sig", "/DocTimeStamp"].map((type) => types.filter((each) => each === type).length);
  permitted(signatures + timestamps <= 1, "kind");
  return signatures ? "signature" : timestamps ? "document_timestamp" : "security_store";
}

/** @param {Appended} appended @param {Value | undefined} value a reference to a new object */
function freshObject({ objects, fresh }, value) {
  return value?.reference !== undefined && fresh.includes(value.reference) ? objects.get(value.reference) : undefined;
}

/** Require that the objects that are replaced are exactly these, with exactly this in them.
 * @param {Appended} appended @param {Map<string, Value>} expected by reference */
function onlyReplaced({ objects, fresh }, expected) {
  permitted(objects.size === fresh.length + expected.size, "changed");
  for (const [reference, { text }] of expected) {
    const object = objects.get(reference);
    permitted(object && object.content === null && object.value.text === text, "changed");
  }
}

/** Values are added to the security store; what was in it stays. @param {Earlier} before @param {Appended} appended */
function checkStore(before, appended) {
  const { catalog } = before;
  const known = catalog.get("DSS");
  permitted(!known || known.reference !== undefined, "store");
  const changed = appended.objects.get(before.root);
  const reference = known ?? changed?.value.entries?.get("DSS");
  permitted(reference?.reference !== undefined, "store");
  const to = String(reference?.reference);
  const store = appended.objects.get(to)?.value.entries;
  permitted(store && store.get("Type")?.text === "/DSS", "store");
  permitted(known || appended.fresh.includes(to), "store");
  /** @type {Map<string, Value>} */
  const replaced = new Map();
  if (known) replaced.set(to, dictionary(/** @type {Map<string, Value>} */ (store)));
  else replaced.set(before.root, dictionary(new Map([...catalog, ["DSS", /** @type {Value} */ (reference)]])));
  onlyReplaced(appended, replaced);
  const left = new Set(appended.fresh.filter((each) => each !== to));
  /** @type {Map<string, Value> | undefined} */
  const former = known ? before.resolve(known)?.entries : new Map();
  permitted(former && [...former.keys()].every((name) => store?.has(name)), "store");
  for (const [name, { items }] of store ?? []) {
    if (name === "Type") continue;
    permitted(STORE.includes(name) && items, "store");
    const old = former?.get(name)?.items ?? [];
    permitted(old.every(({ text }, at) => text === items?.[at]?.text), "store");
    for (const item of items?.slice(old.length) ?? []) {
      const value = freshObject(appended, item);
      permitted(value?.content != null && value.value.entries?.size === 1 && left.delete(String(item.reference)), "store");
    }
  }
  permitted(left.size === 0, "added");
}

/** A field is added, with a signature and its picture or with a document timestamp and nothing to see.
 * @param {Uint8Array} pdf @param {Earlier} before @param {Appended} appended @param {Kind} kind */
function checkField(pdf, before, appended, kind) {
  const widgets = appended.fresh.filter((each) => appended.objects.get(each)?.value.entries?.get("Subtype")?.text === "/Widget");
  permitted(widgets.length === 1, "field");
  const [to] = widgets;
  const field = /** @type {Map<string, Value>} */ (appended.objects.get(to)?.value.entries);
  const entry = (/** @type {string} */ name) => field.get(name);
  const signed = freshObject(appended, entry("V"))?.value.entries;
  const signature = kind === "signature";
  const names = [...(signed?.keys() ?? [])].sort();
  permitted(signed?.get("Type")?.text === (signature ? "/Sig" : "/DocTimeStamp"), "field");
  permitted(signature ? names.every((name) => SIGNATURE.includes(name)) : names.join() === TIMESTAMP.join(), "field");
  permitted(signed?.get("SubFilter")?.text === (signature ? "/ETSI.CAdES.detached" : "/ETSI.RFC3161"), "field");
  permitted(signed?.get("Filter")?.text === "/Adobe.PPKLite", "field");
  checkRange(pdf, before.text.length, appended.end, signed?.get("ByteRange")?.items);

  const page = entry("P")?.reference;
  const sheet = page !== undefined && before.places.has(page) ? before.object(page).entries : undefined;
  permitted(sheet?.get("Type")?.text === "/Page", "field");
  const form = before.resolve(before.catalog.get("AcroForm"))?.entries;
  const fields = before.resolve(form?.get("Fields"))?.items;
  permitted(form && fields && form.get("SigFlags")?.number === 3, "field");
  const taken = fields?.map((each) => before.resolve(each)?.entries?.get("T")?.text);
  permitted(/^<([0-9a-f]{2})+>$/.test(entry("T")?.text ?? "") && !taken?.includes(entry("T")?.text), "field");
  const fixed = { Type: "/Annot", Subtype: "/Widget", FT: "/Sig", F: "132" };
  permitted(Object.entries(fixed).every(([name, text]) => entry(name)?.text === text), "field");
  const shown = signature ? ["AP", "TU"] : [];
  const all = ["F", "FT", "P", "Rect", "Subtype", "T", "Type", "V", ...shown].sort();
  permitted([...field.keys()].sort().join() === all.join(), "field");
  const met = new Set([to, String(entry("V")?.reference), ...(signature ? picture(appended, entry("AP"), entry("Rect")) : [])]);
  permitted(signature || entry("Rect")?.text === "[0 0 0 0]", "field");

  const own = { text: `${to} R`, reference: to };
  onlyReplaced(appended, new Map([
    longer(before, page ?? "", /** @type {Map<string, Value>} */ (sheet), "Annots", own),
    longer(before, before.catalog.get("AcroForm")?.reference ?? "", /** @type {Map<string, Value>} */ (form), "Fields", own),
  ]));
  permitted(met.size === appended.fresh.length, "added");
}

/** The byte range leaves out the signature's own hole and ends with the revision.
 * @param {Uint8Array} pdf @param {number} start @param {number} end of the revision @param {Value[] | undefined} items */
function checkRange(pdf, start, end, items) {
  const range = /** @type {[number, number, number, number]} */ (items?.map(({ number }) => number ?? -1) ?? []);
  permitted(range.length === 4 && range.every(Number.isSafeInteger) && range[0] === 0, "field");
  permitted(range[1] > start && range[2] > range[1] && range[2] + range[3] === end, "field");
  const { hole } = split(pdf, range);
  permitted(/^[0-9A-Fa-f]+$/.test(latin1(hole)) && latin1(pdf.subarray(start, end)).split("/ByteRange").length === 2, "field");
}

/** The objects of a signature's picture, which paint nothing but it, inside the field.
 * @param {Appended} appended @param {Value | undefined} appearance @param {Value | undefined} place @returns {string[]} */
function picture(appended, appearance, place) {
  const [left, bottom, right, top] = place?.items?.map(({ number }) => number ?? NaN) ?? [];
  const fits = right > left && top > bottom && right - left <= WIDEST[0] && top - bottom <= WIDEST[1];
  permitted(fits && place?.items?.length === 4 && appearance?.entries?.size === 1, "picture");
  const form = appearance?.entries?.get("N");
  const drawn = freshObject(appended, form);
  const entries = drawn?.value.entries;
  const image = entries?.get("Resources")?.entries?.get("XObject")?.entries?.get("Im0");
  const expected = ["BBox", "Length", "Resources", "Subtype", "Type"].join();
  permitted([...(entries?.keys() ?? [])].sort().join() === expected && entries?.get("BBox")?.items?.length === 4, "picture");
  permitted(entries?.get("Subtype")?.text === "/Form" && entries.get("Type")?.text === "/XObject", "picture");
  permitted(entries?.get("Resources")?.text === `<<"XObject" <<"Im0" ${image?.text}>>>>`, "picture");
  permitted(PAINTS_IT.test(drawn?.content ?? ""), "picture");
  const painted = freshObject(appended, image);
  const plain = painted?.value.entries;
  permitted(painted?.content != null && plain?.get("Subtype")?.text === "/Image", "picture");
  permitted([...(plain?.keys() ?? [])].every((name) => IMAGE.includes(name)) && !/[0-9] R/.test(painted?.value.text ?? ""), "picture");
  return [String(form?.reference), String(image?.reference)];
}

/** The object that must be replaced so that an array of a dictionary is longer by one, and what it must be.
 * @param {Earlier} before @param {string} holder @param {Map<string, Value>} entries @param {string} name @param {Value} item
 * @returns {[string, Value]} */
function longer(before, holder, entries, name, item) {
  const array = entries.get(name);
  const items = [...(before.resolve(array)?.items ?? []), item];
  const value = { text: `[${items.map(({ text }) => text).join(" ")}]`, items };
  if (array?.reference !== undefined) return [array.reference, value];
  permitted(holder, "field");
  return [holder, dictionary(new Map(entries).set(name, value))];
}
