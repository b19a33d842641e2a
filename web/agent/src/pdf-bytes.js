// The document as bytes: what is hashed, and that nothing hides beside it. No PDF parser is needed for that:
// the only hole is one string <000…0> directly behind /Contents (specification, section 5).
import { equal, fromHex, hex, latin1 } from "./bytes.js";
import { sha256 } from "./digests.js";
import { demand } from "./problems.js";

const LARGEST_HOLE = 80_000; // bytes
const [LESS, GREATER, ZERO] = [0x3c, 0x3e, 0x30];
const END_OF_FILE = "%%EOF";
const BLANK = "[\\0\\t\\n\\f\\r ]"; // white space of a PDF, and nothing else that a regular expression takes for it
const LAST_LINE = /%%EOF[\0\t\n\f\r ]{0,7}$/;
const RANGES = new RegExp(`/ByteRange${BLANK}*\\[${BLANK}*0+${BLANK}+([0-9]+)${BLANK}+([0-9]+)${BLANK}+([0-9]+)${BLANK}*\\]`, "g");

/**
 * The parts of a file with a signature's hole.
 * @typedef {object} Parts
 * @property {Uint8Array} before
 * @property {Uint8Array} hole the hexadecimal digits between < and >
 * @property {Uint8Array} after as far as the byte range goes
 */

/**
 * Split a file along a byte range.
 * @param {Uint8Array} pdf
 * @param {readonly [number, number, number, number]} range
 * @returns {Parts}
 */
export function split(pdf, [start, holeStart, holeEnd, rest]) {
  demand(start === 0 && holeStart > 0 && holeEnd - holeStart >= 2 && holeEnd + rest <= pdf.length, "agent.document.byte_range");
  demand(holeEnd - holeStart <= LARGEST_HOLE, "agent.document.byte_range");
  demand(pdf[holeStart] === LESS && pdf[holeEnd - 1] === GREATER, "agent.document.byte_range");
  demand(/\/Contents[\0\t\n\f\r ]*$/.test(latin1(pdf.subarray(Math.max(0, holeStart - 24), holeStart))), "agent.document.byte_range");
  return {
    before: pdf.subarray(0, holeStart),
    hole: pdf.subarray(holeStart + 1, holeEnd - 1),
    after: pdf.subarray(holeEnd, holeEnd + rest),
  };
}

/** How often exactly this /ByteRange stands in the text. @param {string} text @param {readonly number[]} range */
function occurrences(text, range) {
  const numbers = range.map((number) => `0*${number}`).join(`${BLANK}+`);
  return text.match(new RegExp(`/ByteRange${BLANK}*\\[${BLANK}*${numbers}${BLANK}*\\]`, "g"))?.length ?? 0;
}

/** @param {string} text @param {string} word */
const count = (text, word) => text.split(word).length - 1;

/** Whether a revision is what it is said to be: the draft without a signature, a signature that covers the file as far as
 * the revision goes, a security store behind it.
 * @param {string} kind @param {string} before kind of the revision before @param {string} added @param {number} end */
function isOfKind(kind, before, added, end) {
  if ((kind === "draft") !== (before === "")) return false;
  if (kind === "signature") {
    const ends = [...added.matchAll(RANGES)].map(([, , behind, rest]) => Number(behind) + Number(rest));
    return ends.length === 1 && ends[0] === end && count(added, "/ByteRange") === 1;
  }
  return count(added, "/ByteRange") === 0 && (kind === "draft" || (before === "signature" && count(added, "/DSS") > 0));
}

/**
 * Check a prepared document against the transcript's claim and return its digest.
 * @param {Uint8Array} pdf
 * @param {import("./transcript.js").DocumentClaim} claim
 */
export async function checkPrepared(pdf, claim) {
  const { byte_range: range, revisions } = claim;
  demand(pdf.length === claim.length && range[2] + range[3] === pdf.length, "agent.document.length");
  const { before, hole, after } = split(pdf, range);
  demand(hole.every((byte) => byte === ZERO), "agent.document.hole");
  const text = latin1(pdf);
  demand(text.startsWith("%PDF-"), "agent.document.not_pdf");
  demand(occurrences(text, range) === 1, "agent.document.byte_range");

  demand(count(text, END_OF_FILE) === revisions.length + 1, "agent.document.revisions");
  demand(LAST_LINE.test(text.slice(-12)), "agent.document.revisions");
  let shorter = 0;
  let former = "";
  for (const { kind, length, sha256: claimed } of revisions) {
    demand(length > shorter && length < range[1], "agent.document.revisions");
    demand(LAST_LINE.test(text.slice(Math.max(0, length - 12), length)), "agent.document.revisions");
    demand(equal(await sha256(pdf.subarray(0, length)), fromHex(claimed, 32)), "agent.document.revisions");
    demand(isOfKind(kind, former, text.slice(shorter, length), length), "agent.document.revision_kind");
    shorter = length;
    former = kind;
  }

  const digest = await sha256(before, after);
  demand(equal(digest, fromHex(claim.sha256, 32)), "agent.document.other");
  return digest;
}

/**
 * Check the finished file: my document under it, my attributes and my signature in its hole.
 * @param {Uint8Array} pdf
 * @param {readonly [number, number, number, number]} range
 * @param {object} mine
 * @param {Uint8Array} mine.digest over the byte range
 * @param {number} mine.length of the bytes that were shown
 * @param {Uint8Array | null} mine.attributes DER with tag 0x31; null where the company's seal signs
 * @param {Uint8Array | null} mine.signature DER ECDSA signature
 */
export async function checkFinished(pdf, range, mine) {
  const { before, hole, after } = split(pdf, range);
  demand(equal(await sha256(before, after), mine.digest), "agent.result.other_document");
  demand(pdf.length >= mine.length, "agent.result.other_document");
  const cms = latin1(hole).toLowerCase();
  demand(/^[0-9a-f]*$/.test(cms) && !/^0*$/.test(cms), "agent.result.not_signed");
  // In CMS the attributes carry the implicit tag [0] instead of 0x31 (RFC 5652, section 5.4).
  if (mine.attributes) demand(cms.includes(`a0${hex(mine.attributes).slice(2)}`), "agent.result.other_attributes");
  if (mine.signature) demand(cms.includes(hex(mine.signature)), "agent.result.other_signature");
}
