// On to another device: a link and its picture for ten minutes. The other device makes keys of its own; nothing
// secret but the link moves.
import { part } from "./page.js";
import { demand } from "./problems.js";
import { drawCode, eraseCode } from "./qr.js";
import { tokenIn } from "./session.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {{link: string, expires_at: number, qr: unknown}} Handover */

const LIFE = 600; // seconds; two clocks never agree to the second
const SPOKEN = [300, 60]; // seconds left at which assistive technology is told

/** Minutes and seconds, as a clock shows them. @param {number} seconds */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** The server's answer, if it leads to this very site. @param {any} answer @param {string} origin @returns {Handover} */
export function readHandover(answer, origin) {
  demand(tokenIn(String(answer?.token)), "agent.network.unexpected_answer");
  demand(answer.link === `${origin}/#${answer.token}` && Number.isSafeInteger(answer.expires_at), "agent.network.unexpected_answer");
  return answer;
}

/** Let the buttons of the page lead here. @param {Page} page @param {Session} session @param {(cause: unknown) => void} fail */
export function offerHandover(page, session, fail) {
  for (const id of ["handover-open", "handover-problem"]) {
    part(id).onclick = () => hand(page, session).catch(fail);
  }
}

/** @param {Page} page @param {Session} session */
async function hand(page, session) {
  const back = page.aside("loading", "loading");
  page.busy("busy.handover");
  const handover = await fetchHandover(session);
  const link = /** @type {HTMLInputElement} */ (part("handover-link"));
  link.value = handover.link;
  drawCode(part("handover-code"), handover.qr);
  page.words.clear(part("handover-copied"));
  page.words.put(part("handover-note"), `handover.note.${session.hello.level}`);
  page.show("handover", "handover");
  const stop = countDown(page, handover.expires_at * 1000 - session.now(), () => {
    link.value = "";
    eraseCode(part("handover-code"));
  });
  part("handover-copy").onclick = async () => {
    link.select();
    const copied = await navigator.clipboard.writeText(link.value).then(() => true, () => false);
    page.words.put(part("handover-copied"), copied ? "handover.copied" : "handover.selected");
  };
  const again = await new Promise((resolve) => {
    part("handover-back").onclick = () => resolve(false);
    part("handover-again").onclick = () => resolve(true);
  });
  stop();
  back();
  if (again) await hand(page, session);
}

/** The same bytes until there is an answer, then new ones. @param {Session} session */
async function fetchHandover(session) {
  if (!session.kept.handing) await session.keep({ handing: await session.write("handover", {}) });
  return readHandover(await session.settle("handover", "handing"), session.place.origin);
}

/** Show how long the link still works. @param {Page} page @param {number} milliseconds @param {() => void} onOver @returns {() => void} stop */
function countDown(page, milliseconds, onOver) {
  const { words } = page;
  const end = performance.now() + Math.min(milliseconds, LIFE * 1000);
  const told = new Set();
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    document.body.dataset.handover = left ? "live" : "over";
    part("handover-live").hidden = left === 0;
    part("handover-over").hidden = left > 0;
    words.put(part("handover-left"), "handover.left", { time: clock(left) });
    const due = SPOKEN.find((seconds) => left <= seconds && left > seconds - 5 && !told.has(seconds));
    if (due) {
      told.add(due);
      page.say("handover.minutes", { minutes: due / 60 });
    }
    if (left) return;
    clearInterval(timer);
    page.say("handover.over");
    onOver();
  };
  const timer = setInterval(tick, 1000);
  tick();
  return () => clearInterval(timer);
}
