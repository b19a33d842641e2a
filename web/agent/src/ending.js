// How it ends: under way, signed, or refused.
import { signatureSent } from "./completion.js";
import { isInPerson, leave } from "./in-person.js";
import { offer, part } from "./page.js";
import { Problem } from "./problems.js";
import { remedy } from "./remedies.js";
import { contractWords } from "./session.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./session.js").Session} Session */

/** The one sentence that people look for: was anything signed? @param {string} code @param {Session | null} session */
function whatIsSigned(code, session) {
  if (code === "engine.conclusion.release_refused") return "problem.calm.withheld";
  const made = ["agent.result", "engine.conclusion", "engine.open.concluding", "engine.result"];
  if (made.some((each) => code.startsWith(each)) || session?.kept.hello?.state === "signed") return "problem.calm.signed";
  if (code.startsWith("closed") || code.startsWith("engine.contract")) return "problem.calm"; // it ended before a signature
  return signatureSent(session) ? "problem.calm.unknown" : "problem.calm";
}

/** Where the person goes on afterwards; only to where this page's own server leads. @param {Page} page @param {Session | null} session */
export function offerWayBack(page, session) {
  const back = String(session?.kept.hello?.way_back ?? "");
  const known = session !== null && back.startsWith(`${session.place.api}/return/`);
  part("way-back").hidden = !known;
  if (!known) return;
  const link = /** @type {HTMLAnchorElement} */ (part("way-back-link"));
  link.href = back;
  page.words.put(link, "way_back", contractWords(session));
}

/** Something was refused: what, what that means, what the person can do. @param {Page} page @param {Session | null} session @param {unknown} cause */
export function showProblem(page, session, cause) {
  const problem = cause instanceof Problem ? cause : new Problem("agent.unexpected", { cause });
  if (!(cause instanceof Problem)) console.error(cause);
  const { words } = page;
  const { code } = problem;
  words.put(part("problem-title"), words.nearest(code, "title"));
  words.put(part("problem-text"), words.nearest(code, "text"));
  words.put(part("problem-next"), words.nearest(code, "next"));
  words.put(part("problem-calm"), whatIsSigned(code, session));
  showLaw(page, problem.facts);
  part("problem-code").textContent = problem.facts.reason ? `${code} (${problem.facts.reason})` : code;
  document.body.dataset.problem = code;
  part("problem-handover").hidden = !(session?.kept.hello && code.startsWith("agent.passkey"));
  if (isInPerson()) return endInPerson(page, signatureSent(session));
  const action = remedy(code);
  part("problem-action").hidden = action === "none";
  if (action !== "none") words.put(part("again"), `problem.action.${action}`);
  part("again").onclick = async () => {
    /** @type {HTMLButtonElement} */ (part("again")).disabled = true;
    if (session && action !== "again") await session.forgetRefused(code);
    location.reload();
  };
  part("steps").hidden = true;
  offerWayBack(page, session);
  page.show("problem", "problem");
}

/** What the law says against it, in plain words: the clause and what follows from it. @param {Page} page @param {Record<string, unknown>} facts */
function showLaw(page, facts) {
  const { clause, consequence, consequence_de: german } = facts;
  const known = typeof clause === "string" && typeof consequence === "string" && typeof german === "string" && consequence !== "";
  part("problem-law").hidden = !known;
  if (!known) return;
  page.words.always(() => {
    const said = page.words.language === "de" ? german || consequence : consequence;
    page.words.put(part("problem-law"), "problem.engine.formation.law", { clause, consequence: said });
  });
}

/** On a device of the company nobody goes on from a refusal: everything goes, and there is a new link or the own device.
 * @param {Page} page @param {boolean} sent whether the server may already hold a complete signature */
function endInPerson(page, sent) {
  if (sent) page.words.put(part("problem-calm"), "in_person.unknown");
  page.words.put(part("problem-next"), "in_person.problem");
  page.words.put(part("again"), "in_person.end");
  part("problem-action").hidden = false;
  part("again").onclick = () => leave(page, "problem");
  part("steps").hidden = true;
  page.show("problem", "problem");
}

/** The list of what happens after the order. @param {Page} page @param {boolean} simple */
export function showProgress(page, simple) {
  const { words } = page;
  const parts = [...part("progress-steps").children].map((item) => /** @type {HTMLElement} */ (item));
  for (const item of parts) {
    item.hidden = simple && item.dataset.part === "checked";
    item.removeAttribute("data-progress");
  }
  const signing = /** @type {HTMLElement} */ (parts.find((item) => item.dataset.part === "signed"));
  words.put(signing, simple ? "progress.signed.simple" : "progress.signed");
  page.step(3);
  page.show("progress", "progress");
  return (/** @type {import("./completion.js").Part} */ current) => {
    const at = parts.findIndex((item) => item.dataset.part === current);
    parts.forEach((item, i) => (item.dataset.progress = i < at ? "done" : i === at ? "current" : ""));
    page.say(parts[at] === signing && simple ? "progress.signed.simple" : `progress.${current}`);
    page.state = `progress-${current}`;
  };
}

/** Signed: the copy, the receipt, what comes next, what it is. @param {Page} page @param {Session} session @param {import("./completion.js").Finished} finished */
export function showResult(page, session, { pdf, name, file, transcript }) {
  const { words } = page;
  const { level, sandbox } = session.hello;
  const values = contractWords(session);
  offer(part("download-signed"), pdf, name);
  words.put(part("result-lead"), `result.lead.${transcript ? level : "elsewhere"}`, values);
  words.put(part("result-what"), `result.what.${level}`, values);
  words.put(part("result-next"), "result.next_text", values);
  part("receipt-line").hidden = part("receipt-kept").hidden = !transcript;
  part("receipt").textContent = transcript?.slice(0, 32).match(/.{4}/g)?.join(" ") ?? "";
  part("receipt-file").textContent = file.match(/.{4}/g)?.join(" ") ?? "";
  part("result-sandbox").hidden = !sandbox;
  offerWayBack(page, session);
  page.step(4);
  page.show("result", "done");
}
