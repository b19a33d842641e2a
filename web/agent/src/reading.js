// The document, whole, in one column; and whether its end was reached.
import { isInPerson } from "./in-person.js";
import { offer, part } from "./page.js";
import { earlierSignatures } from "./transcript.js";
import { Viewer } from "./viewer.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./attempt.js").Attempt} Attempt */

const ZOOMS = [1, 1.25, 1.5, 2, 2.5, 3, 4];

/** One viewer for the page's life: its worker is kept. @type {Viewer | null} */
let viewer = null;

/**
 * Draw the document. Resolves when it stands on the page.
 * @param {Page} page
 * @param {Attempt} attempt
 * @param {{company: string, title: string}} about
 * @returns {Promise<{ended: Promise<void>, pagesSeen: () => number}>} ended: the end was reached
 */
export async function read(page, attempt, about) {
  const { words } = page;
  part("reading-company").textContent = about.company;
  part("reading-title").textContent = about.title;
  const earlier = earlierSignatures(attempt.transcript.document.revisions);
  part("reading-earlier").hidden = earlier === 0;
  words.put(part("reading-earlier"), earlier === 1 ? "reading.earlier.one" : "reading.earlier.many", { count: earlier });
  if (!isInPerson()) offer(part("download-draft"), attempt.pdf, attempt.transcript.document.name);
  const counter = part("page-counter");
  viewer ??= new Viewer(part("pages"), {
    label: (number, of) => words.say("reading.page", { page: number, of }),
    onPage: (number, of) => words.put(counter, "reading.counter", { page: number, of }),
    onProgress: (number, of) => words.put(part("busy"), "busy.pages", { page: number, of }),
  });
  const shown = viewer;
  shown.clear();
  part("reading").hidden = false; // the layout needs a width; the loading part stays in front meanwhile
  await shown.show(attempt.pdf, attempt.transcript.document, attempt.transcript.order.label);
  words.always(() => shown.rename());
  offerEnclosed(shown.enclosed);
  const of = shown.pages.length;
  words.put(counter, "reading.counter", { page: 1, of });
  wireZoom(page, shown);
  page.step(2);
  page.show("reading", "reading");
  page.say("reading.ready", { of });
  return { ended: reachEnd(), pagesSeen: () => shown.seen.size };
}

/** What has to be told before the declaration stands beside it, to open and to store. @param {Map<string, Uint8Array<ArrayBuffer>>} files */
function offerEnclosed(files) {
  const told = [...files].filter(([name]) => name.endsWith(".pdf"));
  part("enclosed").hidden = told.length === 0 || isInPerson();
  if (isInPerson()) return; // a device of the company stores nothing
  part("enclosed-files").replaceChildren(
    ...told.map(([name, bytes]) => {
      const [item, link] = [document.createElement("li"), document.createElement("a")];
      link.className = "button quiet"; // a file's name, as large as a finger
      link.textContent = name;
      link.className = "button quiet";
      offer(link, bytes, name);
      item.append(link);
      return item;
    }),
  );
}

/** @param {Page} page @param {Viewer} shown */
function wireZoom(page, shown) {
  const [smaller, larger] = [part("zoom-out"), part("zoom-in")];
  /** @param {number} step */
  const change = (step) => {
    const at = Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(shown.zoom) + step));
    shown.setZoom(ZOOMS[at]);
    smaller.toggleAttribute("disabled", at === 0);
    larger.toggleAttribute("disabled", at === ZOOMS.length - 1);
    page.say("reading.zoomed", { percent: ZOOMS[at] * 100 });
  };
  smaller.onclick = () => change(-1);
  larger.onclick = () => change(1);
  change(0);
}

/** The end counts as reached when its line is in the window, or when the focus gets there or beyond. */
function reachEnd() {
  const end = part("end-of-document");
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const done = () => {
        observer.disconnect();
        document.removeEventListener("focusin", onFocus);
        resolve();
      };
      const observer = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && done());
      /** @param {FocusEvent} event */
      const onFocus = (event) => end.contains(/** @type {Node} */ (event.target)) && done();
      observer.observe(end);
      document.addEventListener("focusin", onFocus);
    })
  );
}
