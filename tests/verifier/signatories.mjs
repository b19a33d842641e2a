// Asks the JavaScript verifier's step about several signatories: rows of signatories on standard input, reasons out.
import { signatories } from "../../web/verifier/src/steps-together.js";

/** @param {any} row */
function everybodyOf({ contract, transcripts }) {
  const bytes = new TextEncoder().encode(contract);
  const digest = (text) => new TextEncoder().encode(text);
  return transcripts.map((transcript, i) => ({
    part: () => bytes,
    dossier: { number: i + 1 },
    transcript: {
      ...transcript,
      document: {
        length: transcript.length,
        revisions: transcript.revisions.map(([kind, length, sha256]) => ({ kind, length, sha256: digest(sha256) })),
      },
    },
  }));
}

let text = "";
for await (const chunk of process.stdin) text += chunk;
const answers = JSON.parse(text).map((row) => {
  const everybody = everybodyOf(row);
  try {
    signatories(everybody);
  } catch (error) {
    return { why: error.message, part: error.part };
  }
  const released = everybody.map(({ released }) => (released ? new TextDecoder().decode(released) : null));
  return { why: null, released, last: everybody.map(({ last }) => last !== false) };
});
console.log(JSON.stringify(answers));
