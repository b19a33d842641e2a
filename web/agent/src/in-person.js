// In person, on a device of the company (specification, section 4): everything lives in this page's memory and goes with
// the page. Every end is a load of another address, so that nothing of the person is left, and whoever comes next begins
// on an empty page. A reload, too, finds the address of an end.
import { endingAddress } from "./handed.js";
import { part } from "./page.js";
import { keepNothing, keepsNothing, wipe } from "./storage.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./handed.js").Ending} Ending */

const QUIET = 180_000; // milliseconds without a touch or a key until the person is asked
const WINDOW = 600_000; // the same while the person is at the identity provider, in the other window
const NOTICE = 60_000; // milliseconds to answer
const SPOKEN = [60, 30, 10]; // seconds left at which assistive technology is told
const SIGNS = ["pointerdown", "pointermove", "keydown", "scroll", "input"];

/** Begin: keep nothing from here on, and let a reload lead to the end. @param {Page} page */
export function beginInPerson(page) {
  keepNothing();
  markEnd(page);
  document.body.dataset.inPerson = "";
  part("in-person").hidden = false;
  part("in-person-stop").onclick = () => leave(page, "stopped");
  addEventListener("pagehide", blank);
  addEventListener("pageshow", ({ persisted }) => persisted && leave(page, "left"));
  watch(page);
}

/** Let a reload, or the way back to here, lead to the end. @param {Page} page */
export function markEnd(page) {
  history.replaceState(null, "", endingAddress("reloaded", page.words.language, !part("sandbox").hidden));
}

/** Nothing to see and nothing to use for whoever brings this page back. */
function blank() {
  wipe();
  document.body.replaceChildren();
}

/** The end of everything here: the memory goes with the page. @param {Page} page @param {Ending} ending */
export function leave(page, ending) {
  const address = endingAddress(ending, page.words.language, !part("sandbox").hidden);
  blank();
  location.replace(address);
  return new Promise(() => {});
}

/** The page of an end: neutral, to be handed back. @param {Page} page @param {Ending} ending */
export function showEnding(page, ending) {
  document.body.dataset.inPerson = "";
  page.words.put(part("ended-title"), `ended.${ending}.title`);
  page.words.put(part("ended-text"), `ended.${ending}.text`);
  part("ended-back").hidden = ending === "identified";
  page.sandbox(new URLSearchParams(location.search).has("sandbox"));
  page.end("ended", `ended-${ending}`);
  if (ending === "identified") window.close(); // where the browser does not, the words say what to do
}

/** End when nobody is there any more, after a warning that can be seen and heard. @param {Page} page */
function watch(page) {
  const dialog = /** @type {HTMLDialogElement} */ (part("idle"));
  let last = Date.now();
  /** @type {Set<number>} */
  let told = new Set();
  const stay = () => {
    last = Date.now();
    told = new Set();
    if (dialog.open) dialog.close();
  };
  for (const sign of SIGNS) {
    addEventListener(sign, () => !dialog.open && (last = Date.now()), { capture: true, passive: true });
  }
  part("idle-stay").onclick = stay;
  part("idle-stop").onclick = () => leave(page, "stopped");
  dialog.addEventListener("cancel", stay);
  const tick = () => {
    const most = page.state === "beside" ? WINDOW : QUIET;
    const left = Math.ceil((last + most + NOTICE - Date.now()) / 1000);
    if (left <= 0) {
      clearInterval(timer);
      void leave(page, "idle");
      return;
    }
    if (left * 1000 > NOTICE) return;
    page.words.put(part("idle-left"), "idle.left", { seconds: left });
    if (!dialog.open) dialog.showModal();
    const due = SPOKEN.find((seconds) => left <= seconds && left > seconds - 5 && !told.has(seconds));
    if (!due) return;
    told.add(due);
    page.words.put(part("idle-said"), "idle.left", { seconds: due });
  };
  const timer = setInterval(tick, 1000);
  addEventListener("visibilitychange", tick);
}

export { keepsNothing as isInPerson };
