// The browser agent's own byte checks over a table of files; the verdicts go to standard output as JSON.
import { readFileSync } from "node:fs";
import { latin1 } from "../../web/agent/src/bytes.js";
import { checkPrepared } from "../../web/agent/src/pdf-bytes.js";
import { hex } from "../../web/agent/src/bytes.js";
import { verify } from "../../web/agent/src/completion.js";
import { sha256 } from "../../web/agent/src/digests.js";
import { checkLater } from "../../web/agent/src/pdf-later.js";

/** The result step of a device that has signed before: what it kept, and what the server now hands over. */
async function returns(pdf, named, announced) {
  let kept = { transcript: "00".repeat(32), attributes: null, file: named, at: 0 };
  const session = {
    kept: {},
    hello: { contract: { reference: "x" } },
    receipt: async () => kept,
    write: async (type, members) => JSON.stringify([type, members]),
    fetchPdf: async () => pdf,
    keepReceipt: async (receipt) => (kept = receipt),
  };
  const found = await verify(session, announced);
  if (found.file !== hex(await sha256(pdf)) || kept.file !== found.file) throw new Error("the receipt names another file");
}

const { folder, cases } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const verdicts = {};
for (const { name, file, known, claim, named, announced } of cases) {
  const pdf = new Uint8Array(readFileSync(`${folder}/${file}`));
  try {
    if (named) await returns(pdf, named, announced);
    if (claim) await checkPrepared(pdf, claim);
    verdicts[name] = claim || named ? "accepted" : `accepted: ${checkLater(pdf, known).join(" ")}`;
  } catch (problem) {
    verdicts[name] = problem.code ? `${problem.code}${problem.facts.reason ? `: ${problem.facts.reason}` : ""}` : String(problem.stack);
  }
}
process.stdout.write(JSON.stringify(verdicts));
