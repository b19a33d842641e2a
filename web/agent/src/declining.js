// No is an answer: as easy to give as yes, asked for once, with a reason only if the person wants to give one.
import { offerWayBack } from "./ending.js";
import { leave } from "./in-person.js";
import { part } from "./page.js";
import { demand } from "./problems.js";
import { contractWords } from "./session.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./session.js").Session} Session */

/** One line, as the protocol wants it. @param {string} text */
export const oneLine = (text) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();

/** Let the buttons of the page lead to the question. @param {Page} page @param {Session} session @param {(cause: unknown) => void} fail */
export function offerDecline(page, session, fail) {
  for (const id of ["decline", "decline-later", "decline-waiting"]) {
    part(id).onclick = () => ask(page, session).catch(fail);
  }
}

/** @param {Page} page @param {Session} session */
async function ask(page, session) {
  page.words.put(part("declining-lead"), "declining.lead", contractWords(session));
  const back = page.aside("declining", "declining");
  const confirmed = await new Promise((resolve) => {
    part("decline-back").onclick = () => resolve(false);
    /** @type {HTMLFormElement} */ (part("declining-form")).onsubmit = (event) => {
      event.preventDefault();
      if (event.isTrusted) resolve(true);
    };
  });
  if (!confirmed) return back();
  const reason = oneLine(/** @type {HTMLTextAreaElement} */ (part("decline-reason")).value);
  await session.keep({ declining: await session.write("decline", { reason }) });
  await decline(page, session);
}

/** Send the answer that was given, until it has arrived. @param {Page} page @param {Session} session */
export async function decline(page, session) {
  page.busy("busy.decline");
  const answer = await session.settle("decline", "declining");
  demand(answer?.state === "closed", "agent.network.unexpected_answer");
  if (session.inPerson) return leave(page, "declined");
  await session.keep({ declined: true, identity: undefined, opening: undefined, enrolling: undefined });
  showDeclined(page, session);
}

/** @param {Page} page @param {Session} session */
export function showDeclined(page, session) {
  page.words.put(part("declined-lead"), "declined.lead", contractWords(session));
  offerWayBack(page, session);
  page.end("declined", "declined");
}
