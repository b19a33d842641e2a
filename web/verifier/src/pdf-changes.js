// What was appended to the document behind its first signature: further signatures, security stores, and one document
// timestamp at the end; nothing else. Source: ETSI EN 319 142-1 clause 5.4; docs/dossier-spec.md section 3.9.
import { demandHole, readSignatureField, readTimestampField } from "./pdf-fields.js";
import { PdfFile } from "./pdf-file.js";
import { readAppended } from "./pdf-revision.js";
import { Dictionary, Reference, asDictionary, asList, asReference, isName, written } from "./pdf-syntax.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {import("./pdf-revision.js").Appended} Appended */
/** @typedef {{ certificates: Uint8Array[], lists: Uint8Array[], responses: Uint8Array[] }} Store */

/** `further`: byte ranges and fields of the signatures behind the first, in order; `timestamp`: byte range of the
 * document timestamp. @typedef {{ store: Store, further: { byteRange: number[], field: string }[], timestamp: number[] }} Changes */

const KINDS = /** @type {const} */ ({ Certs: "certificates", CRLs: "lists", OCSPs: "responses" });

/**
 * What stands behind the first signature.
 * @param {Uint8Array} pdf @param {number[]} first byte range of the first signature, which ends with its revision
 * @returns {Changes}
 */
export function readChanges(pdf, first) {
  let file = new PdfFile(pdf, first[2] + first[3]);
  demandOnlySignature(file, first);
  const store = { certificates: [], lists: [], responses: [] };
  const further = [];
  for (let stored = false; ; ) {
    demand(file.bytes.length < pdf.length, "the document timestamp is missing");
    const appended = readAppended(pdf, file);
    const field = addsField(appended);
    if (field === null) {
      demand(!stored, "two security stores stand one behind the other");
      addStore(file, appended, store);
    } else if (field === "DocTimeStamp") {
      demand(appended.end === pdf.length, "something stands behind the document timestamp");
      return { store, further, timestamp: readTimestampField(file, appended) };
    } else further.push(readSignatureField(file, appended));
    stored = field === null;
    file = new PdfFile(pdf, appended.end);
  }
}

/** Type of the signature that a revision adds a field for; null if it adds none. @param {Appended} appended */
function addsField({ objects, fresh }) {
  const types = ["Sig", "DocTimeStamp"].filter((type) =>
    fresh.some((number) => {
      const value = objects.get(number)?.value;
      return value instanceof Dictionary && isName(value.get("Type"), type);
    }),
  );
  demand(types.length <= 1, "signature and timestamp stand in one revision");
  return types[0] ?? null;
}

/** Require that the document has exactly one signature field with a value, and that its signature has this byte range.
 * @param {PdfFile} file @param {number[]} byteRange */
function demandOnlySignature(file, byteRange) {
  demand(file.catalog.get("DSS") === undefined, "the document had a security store before it was signed");
  const form = asDictionary(file.resolve(file.catalog.get("AcroForm")));
  demand(form.get("XFA") === undefined, "a form of another kind");
  const fields = asList(file.resolve(form.get("Fields"))).map((field) => asDictionary(file.resolve(field)));
  demand(fields.every((field) => field.get("Kids") === undefined), "a form with fields below fields");
  const signed = fields.filter((field) => isName(file.resolve(field.get("FT")), "Sig") && field.get("V") !== undefined);
  demand(signed.length === 1, "the document has not exactly one first signature");
  const signature = asDictionary(file.object(asReference(signed[0].get("V"))));
  demandHole(signature, { type: "Sig", filter: "ETSI.CAdES.detached", byteRange });
}

/** Take in what a revision adds to the security store, which is all that it may do.
 * @param {PdfFile} before @param {Appended} appended @param {Store} store */
function addStore(before, { objects, fresh }, store) {
  const { catalog } = before;
  const known = catalog.get("DSS");
  const old = known === undefined ? new Dictionary() : asDictionary(before.resolve(known));
  const changed = objects.get(known === undefined ? before.root.number : asReference(known).number);
  const reference = known === undefined ? changed && asDictionary(changed.value).get("DSS") : known;
  demand(changed && reference instanceof Reference, "the security store is missing");
  if (known === undefined) {
    demand(reference.generation === 0 && fresh.includes(reference.number), "the security store is no new object");
    demand(written(changed.value) === written(catalog.with("DSS", reference)), "the catalog was changed after signing");
  }
  demand(objects.size === fresh.length + 1, "an object was changed after signing");
  const dictionary = asDictionary(objects.get(reference.number)?.value);
  demand(isName(dictionary.get("Type"), "DSS"), "the security store is none");
  const left = new Set(fresh.filter((number) => number !== reference.number));
  for (const name of new Set([...dictionary.entries.keys(), ...old.entries.keys()])) {
    if (name === "Type") continue;
    if (!isKind(name)) throw new Refusal("the security store holds something else");
    const [former, items] = [asList(old.get(name) ?? []), asList(dictionary.get(name))];
    demand(written(items.slice(0, former.length)) === written(former), "the security store lost something");
    store[KINDS[name]].push(...items.slice(former.length).map((item) => readStream(objects, left, asReference(item))));
  }
  demand(left.size === 0, "an object was added that is no part of the security store");
}

/** @param {string} name @returns {name is keyof typeof KINDS} */
const isKind = (name) => Object.hasOwn(KINDS, name);

/** @param {Appended["objects"]} objects @param {Set<number>} left @param {Reference} reference */
function readStream(objects, left, reference) {
  const object = objects.get(reference.number);
  const once = left.delete(reference.number) && reference.generation === 0;
  if (!once || !object?.content) throw new Refusal("a value of the security store is no stream of its own");
  demand(asDictionary(object.value).entries.size === 1, "a value of the security store is written another way");
  return object.content;
}
