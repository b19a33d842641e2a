// When two spellings are the same name. Source: docs/dossier-spec.md section 3.8.

const HYPHENS = /[\u2010-\u2015\u2212\u2043]/g;
const BLANKS = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

/** Composition (NFKC), case, width of blanks and kind of hyphen make no difference; everything else does.
 * @param {string} left @param {string} right */
export const sameName = (left, right) => folded(left) === folded(right);

/** Whether two texts are composed of the same characters (NFC). @param {string} left @param {string} right */
export const sameText = (left, right) => left.normalize("NFC") === right.normalize("NFC");

/** @param {string} name */
export function folded(name) {
  const plain = name.normalize("NFKC").replace(HYPHENS, "-");
  const text = [...plain].map(foldedCharacter).join("").normalize("NFKC");
  return text.replace(BLANKS, " ").replace(/^ | $/g, "");
}

/** Unicode full case folding of one character (for equality): each of its lower-case letters, in upper case, in lower
 * case. The dotless i alone has a capital that belongs to another letter. @param {string} character */
function foldedCharacter(character) {
  if (character === "\u0131") return character;
  const capitals = [...character.toLowerCase()].map((letter) => letter.toUpperCase()).join("");
  return [...capitals].map((letter) => letter.toLowerCase()).join("");
}
