// Names in a PDF that stand for active, hidden or ambiguous content, found without a renderer: in the file's own
// text and in its object streams. Strings, comments and page content are skipped, #xx escapes are resolved.
import { latin1 } from "./bytes.js";
import { as, demand } from "./problems.js";

const REFUSED = new Set([
  "JavaScript", "JS", "Launch", "OpenAction", "AA", "XFA", "SubmitForm", "ImportData", "ResetForm", "GoToE", "GoToR",
  "RichMedia", "Rendition", "Movie", "Sound", "Screen", "3D", "FileAttachment", "OCG", "OCMD", "OCProperties",
  "Encrypt", "Collection", "JPXDecode", "JBIG2Decode",
]);
const STREAM = /stream\r?\n/g;
const LARGEST_OBJECT_STREAM = 16 * 1024 * 1024; // bytes, inflated

/** @param {Uint8Array<ArrayBuffer>} deflated */
async function inflate(deflated) {
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader();
  const parts = [];
  for (let length = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return parts.map(latin1).join("");
    length += value.length;
    demand(length <= LARGEST_OBJECT_STREAM, "agent.document.too_large");
    parts.push(value);
  }
}

/** Literal strings (nested parentheses, escapes), hexadecimal strings and comments replaced by a space.
 * @param {string} text */
export function withoutStrings(text) {
  let out = "";
  let kept = 0;
  /** @param {number} from @param {number} to */
  const cut = (from, to) => {
    out += `${text.slice(kept, from)} `;
    kept = to;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    const start = at;
    if (char === "%") {
      while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at++;
      cut(start, at);
    } else if (char === "(") {
      for (let depth = 0; at < text.length; at++) {
        if (text[at] === "\\") at++;
        else if (text[at] === "(") depth++;
        else if (text[at] === ")" && --depth === 0) break;
      }
      cut(start, Math.min(at + 1, text.length));
    } else if (char === "<" && text[at + 1] === "<") {
      at++;
    } else if (char === "<") {
      const end = text.indexOf(">", at);
      at = end < 0 ? text.length : end;
      cut(start, at + 1);
    }
  }
  return out + text.slice(kept);
}

/** The refused names in a text of PDF objects. @param {string} text */
export function refusedNames(text) {
  const found = new Set();
  for (const [, raw] of withoutStrings(text).matchAll(/\/([^\s/<>[\](){}%]*)/g)) {
    const name = raw.replace(/#([0-9A-Fa-f]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
    if (REFUSED.has(name)) found.add(name);
  }
  return [...found].sort();
}

/** The objects of a file as text: everything outside streams, and what is packed in object streams.
 * @param {Uint8Array} pdf */
export async function objectText(pdf) {
  const text = latin1(pdf);
  const parts = [];
  let at = 0;
  STREAM.lastIndex = 0;
  for (let match = STREAM.exec(text); match; match = STREAM.exec(text)) {
    const start = match.index + match[0].length;
    const end = text.indexOf("endstream", start);
    if (end < 0) break;
    const dictionary = text.slice(Math.max(at, text.lastIndexOf(" obj", match.index)), match.index);
    parts.push(text.slice(at, match.index));
    if (/\/Type\s*\/ObjStm/.test(dictionary)) {
      const data = pdf.slice(start, end - (text.slice(end - 2, end) === "\r\n" ? 2 : /[\r\n]/.test(text[end - 1]) ? 1 : 0));
      const packed = /\/Filter/.test(dictionary);
      demand(!packed || /\/Filter\s*\[?\s*\/FlateDecode\s*\]?/.test(dictionary), "agent.document.unreadable");
      demand(!/\/DecodeParms/.test(dictionary), "agent.document.unreadable");
      parts.push(packed ? await as("agent.document.unreadable", () => inflate(data)) : latin1(data));
    }
    at = end + "endstream".length;
    STREAM.lastIndex = at;
  }
  parts.push(text.slice(at));
  return parts.join("\n");
}

/** Refuse a file with active, hidden or ambiguous content. @param {Uint8Array} pdf @param {number} attachments how many the transcript lists */
export async function checkContent(pdf, attachments) {
  const text = await objectText(pdf);
  const names = refusedNames(text);
  demand(names.length === 0, "agent.document.active", { names: names.join(", ") });
  const embedded = withoutStrings(text).match(/\/Type\s*\/EmbeddedFile(?![A-Za-z0-9])/g)?.length ?? 0;
  demand(embedded <= attachments, "agent.document.attachments");
}
