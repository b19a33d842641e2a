// The browser agent's own byte checks over a table of files; the verdicts go to standard output as JSON.
import { readFileSync } from "node:fs";
import { latin1 } from "../../web/agent/src/bytes.js";
import { checkPrepared } from "../../web/agent/src/pdf-bytes.js";
import { checkLater } from "../../web/agent/src/pdf-later.js";

const { folder, cases } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const verdicts = {};
for (const { name, file, known, claim } of cases) {
  const pdf = new Uint8Array(readFileSync(`${folder}/${file}`));
  try {
    if (claim) await checkPrepared(pdf, claim);
    verdicts[name] = claim ? "accepted" : `accepted: ${checkLater(pdf, known).join(" ")}`;
  } catch (problem) {
    verdicts[name] = problem.code ? `${problem.code}${problem.facts.reason ? `: ${problem.facts.reason}` : ""}` : String(problem.stack);
  }
}
process.stdout.write(JSON.stringify(verdicts));
