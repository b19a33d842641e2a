// What stands in a PDF's own text, read without a renderer: names of active, hidden or ambiguous content. Strings,
// comments and streams are passed over, but nothing may hide in them: whatever a reader could be led to is read here.
import { latin1 } from "./bytes.js";
import { demand } from "./problems.js";

const ACTIVE = new Set([
  "JavaScript", "JS", "Launch", "OpenAction", "AA", "XFA", "SubmitForm", "ImportData", "ResetForm", "GoToE", "GoToR",
  "RichMedia", "Rendition", "Movie", "Sound", "Screen", "3D", "FileAttachment", "OCG", "OCMD", "OCProperties",
  "Encrypt", "Collection", "JPXDecode", "JBIG2Decode", "Alternates", "OPI", "PresSteps", "NeedAppearances",
]);
/** Objects that are packed in streams: with them the file's own text is not all there is. */
const PACKED = new Set(["ObjStm", "XRef", "XRefStm"]);
/** One token: blanks, comment, brackets, hexadecimal string, name, number or word. */
const TOKEN = /[\0\t\n\f\r ]+|%[^\r\n]*|<<|>>|<[^>]*>|[[\]{}(]|\/?[^\0\t\n\f\r ()<>[\]{}/%]+|\//y;
/** What no string, comment or stream may hold: an object, a table or a trailer that an offset could point to. */
const HIDDEN = /\d(?:[\0\s]|%[^\r\n]*[\r\n])+\d+(?:[\0\s]|%[^\r\n]*[\r\n])*obj|xref[\0\s]+\d|trailer[\0\s]*<</;
const AMBIGUOUS = "agent.document.ambiguous";
const STRING = "()";

/** @param {string} name */
const plain = (name) =>
  name.replace(/#([0-9A-Fa-f]{2})/g, (whole, code) => {
    const char = String.fromCharCode(parseInt(code, 16));
    return /[!-~]/.test(char) && !/[()<>[\]{}/%#]/.test(char) ? char : whole;
  });

/** Where a literal string ends. @param {string} text @param {number} at its opening bracket */
function endOfString(text, at) {
  for (let depth = 0; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return at + 1;
  }
  return -1;
}

/**
 * The tokens of a file, streams passed over; names are written plainly, a string is "()".
 * @param {string} text
 * @returns {string[]}
 */
export function tokens(text) {
  /** @type {string[]} */
  const found = [];
  let depth = 0;
  /** @param {number} from @param {number} to */
  const pass = (from, to) => demand(to >= 0 && !HIDDEN.test(text.slice(from, to)), AMBIGUOUS);
  for (let at = 0; at < text.length; ) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0] ?? "";
    demand(token !== "", AMBIGUOUS);
    let end = at + token.length;
    if (token === "(") {
      end = endOfString(text, at);
      pass(at, end);
      found.push(STRING);
    } else if (token[0] === "%") {
      pass(at, end);
    } else if (token[0] === "<" && token !== "<<") {
      demand(/^<[0-9A-Fa-f\0\s]*>$/.test(token), AMBIGUOUS);
      found.push(STRING);
    } else if (token === "stream") {
      demand(depth === 0 && found.at(-1) === ">>" && /^\r?\n/.test(text.slice(end, end + 2)), AMBIGUOUS);
      const data = end;
      end = text.indexOf("endstream", data);
      pass(data, end);
    } else if (!/^[\0\t\n\f\r ]/.test(token)) {
      if (token === "<<") depth++;
      if (token === ">>") depth--;
      if (token === "obj" || token === "endobj") demand(depth === 0, AMBIGUOUS);
      found.push(token[0] === "/" ? plain(token) : token);
    }
    at = end;
  }
  demand(depth === 0, AMBIGUOUS);
  return found;
}

/** The names among tokens that stand for active or hidden content. @param {string[]} read */
export const activeNames = (read) => [...new Set(read)].flatMap((token) => (token[0] === "/" && ACTIVE.has(token.slice(1)) ? [token.slice(1)] : [])).sort();

/** Each table of objects is a plain one: nothing is reached through a stream. @param {string[]} read @param {string} text */
function requirePlainTables(read, text) {
  read.forEach((token, at) => {
    if (token[0] === "/") demand(!PACKED.has(token.slice(1)), AMBIGUOUS);
    const older = token === "/Prev" && read[at + 3] !== "R"; // otherwise a neighbour in an outline
    if (token === "startxref" || older) {
      demand(/^\d+$/.test(read[at + 1]) && text.startsWith("xref", Number(read[at + 1])), AMBIGUOUS);
    }
  });
}

/** How many files are embedded; each with one content, whatever the system. @param {string[]} read */
function embeddedFiles(read) {
  let files = 0;
  read.forEach((token, start) => {
    if (token !== "/EF") return;
    files++;
    const end = read.indexOf(">>", start);
    const inside = read.slice(start + 1, end).join(" ");
    const contents = new Set([...inside.matchAll(/(\d+ \d+) R/g)].map(([, reference]) => reference));
    demand(/^<<( \/(F|UF|DOS|Mac|Unix) \d+ \d+ R)+$/.test(inside) && contents.size === 1, "agent.document.attachments");
  });
  return files;
}

/** Refuse a file with active, hidden or ambiguous content. @param {Uint8Array} pdf @param {number} attachments how many the transcript lists */
export async function checkContent(pdf, attachments) {
  const text = latin1(pdf);
  const read = tokens(text);
  const names = activeNames(read);
  demand(names.length === 0, "agent.document.active", { names: names.join(", ") });
  requirePlainTables(read, text);
  demand(embeddedFiles(read) <= attachments, "agent.document.attachments");
}
