// What the steps of a verification have found out so far, each for the steps behind it.
import { Refusal } from "./refusal.js";

/** @typedef {import("./certificate.js").Certificate} Certificate */

/** Filled step by step; a step only reads what the steps that it comes after have filled. */
export class Findings {
  constructor() {
    /** @type {Certificate[]} */
    this.anchors = [];
    /** @type {Map<string, Uint8Array>} */
    this.parts = new Map();
    /** @type {import("./parts.js").Dossier | null} */
    this.dossierOrNone = null;
    /** @type {number | null} */
    this.dossierAt = null;
    /** Whether this signature was the last one that a person made. */
    this.last = true;
    /** SHA-256 of the file in which the signature was released first; null: the finished document.
     * @type {Uint8Array | null} */
    this.released = null;
    /** @type {import("./cms.js").Signature | null} */
    this.signatureOrNone = null;
    /** @type {import("./attributes.js").Attributes | null} */
    this.attributesOrNone = null;
    /** @type {import("./timestamp.js").Timestamp | null} */
    this.signatureTimestampOrNone = null;
    /** @type {number | null} */
    this.provenAt = null;
    /** @type {import("./request.js").Request | null} */
    this.requestOrNone = null;
    /** @type {Awaited<ReturnType<typeof import("./id-token.js").readIdToken>> | null} */
    this.identificationOrNone = null;
    /** @type {import("./messages.js").Message[]} */
    this.messages = [];
    /** @type {import("./ledger.js").Entry[]} */
    this.entries = [];
    /** @type {string | null} */
    this.level = null;
    /** @type {string | null} */
    this.signatory = null;
    this.sandbox = false;
  }

  /** @param {string} name */
  part(name) {
    return found(this.parts.get(name));
  }

  get dossier() {
    return found(this.dossierOrNone);
  }

  get transcript() {
    return this.dossier.transcript;
  }

  get signature() {
    return found(this.signatureOrNone);
  }

  get attributes() {
    return found(this.attributesOrNone);
  }

  get signatureTimestamp() {
    return found(this.signatureTimestampOrNone);
  }

  get request() {
    return found(this.requestOrNone);
  }

  get identification() {
    return found(this.identificationOrNone);
  }
}

/** @template T @param {T | null | undefined} value @returns {T} */
function found(value) {
  if (value === null || value === undefined) throw new Refusal("a step before has not found this out");
  return value;
}
