// Shows exactly the bytes that are hashed: pdf.js, a canvas for the eye and a text layer for everything else.
import { checkDocument, checkPage } from "./pdf-check.js";
import { Problem, as } from "./problems.js";

/* Set by the build: where pdf.js lies and what it must hash to. */
const LIBRARY = { url: PDF_LIBRARY_URL, integrity: PDF_LIBRARY_INTEGRITY };
const WORKER = { url: PDF_WORKER_URL, integrity: PDF_WORKER_INTEGRITY };
const SHARPEST = 3;

/** Nothing becomes a script but these: pdf.js, and a worker from bytes that were checked. */
const scripts = new Set([LIBRARY.url]);
/** @type {{createScriptURL(url: string): unknown} | undefined} */
let policy;

/** @param {string} url */
function trusted(url) {
  policy ??= globalThis.trustedTypes?.createPolicy("esign-pdf", {
    createScriptURL: (wanted) => {
      if (!scripts.has(wanted)) throw new TypeError("another script");
      return wanted;
    },
  });
  return /** @type {string} */ (/** @type {unknown} */ (policy ? policy.createScriptURL(url) : url));
}

/** pdf.js is a script of its own, with an integrity value; it comes after the first page. @returns {Promise<any>} */
function library() {
  return new Promise((resolve, reject) => {
    const ready = () => /** @type {any} */ (globalThis).pdfjsLib;
    const fail = (/** @type {unknown} */ cause) => reject(new Problem("agent.viewer.unavailable", { cause }));
    const script = document.createElement("script");
    script.type = "module";
    script.integrity = LIBRARY.integrity;
    script.src = trusted(LIBRARY.url);
    script.addEventListener("load", () => (ready() ? resolve(ready()) : fail(undefined)), { once: true });
    script.addEventListener("error", fail, { once: true });
    document.head.append(script);
  });
}

/** Have the bytes at hand before they are needed. */
export async function fetchAhead() {
  for (const { url, integrity } of [LIBRARY, WORKER]) {
    await fetch(url, { integrity, credentials: "same-origin" }).then((response) => response.arrayBuffer(), () => {});
  }
}

/** Started here, from bytes that were checked: `new Worker(url)` knows no integrity value, and pdf.js would quietly do
 * without a worker where it cannot start one. */
async function worker() {
  return as("agent.viewer.unavailable", async () => {
    const response = await fetch(WORKER.url, { integrity: WORKER.integrity, credentials: "same-origin" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const url = URL.createObjectURL(new Blob([await response.arrayBuffer()], { type: "text/javascript" }));
    scripts.add(url);
    return new Worker(trusted(url), { type: "module" });
  });
}

/** One for the page's life. @type {Promise<{pdfjs: any, worker: any}> | null} */
let started = null;

/** Start the viewer's machinery: while the server is asked for the document, and once at most. */
export function startViewer() {
  started ??= Promise.all([library(), worker()]).then(([pdfjs, port]) => ({ pdfjs, worker: new pdfjs.PDFWorker({ port }) }));
  started.catch(() => {}); // whoever shows a document is told
  return started;
}

/**
 * @typedef {object} Hooks
 * @property {(page: number, of: number) => string} label name of a page
 * @property {(page: number, of: number) => void} onPage the page that is in view
 * @property {(drawn: number, of: number) => void} onProgress while the pages are prepared
 */

/** The document on screen. */
export class Viewer {
  #zoom = 1;
  /** @type {IntersectionObserver | null} pages that come near are drawn */
  #near = null;
  /** @type {IntersectionObserver | null} the page in the middle of the window counts as seen */
  #middle = null;
  /** @type {ResizeObserver | null} */
  #size = null;

  /** @param {HTMLElement} host @param {Hooks} hooks */
  constructor(host, hooks) {
    this.host = host;
    this.hooks = hooks;
    /** @type {{element: HTMLElement, page: any, drawn: number}[]} */
    this.pages = [];
    /** @type {Set<number>} */
    this.seen = new Set();
    /** What is told before the declaration, by the file's name. @type {Map<string, Uint8Array<ArrayBuffer>>} */
    this.enclosed = new Map();
  }

  get zoom() {
    return this.#zoom;
  }

  /**
   * Open, check and lay out the document; pages are drawn when they come near the window.
   * @param {Uint8Array} bytes
   * @param {import("./transcript.js").DocumentClaim} claim
   * @param {string} label of the order button
   */
  async show(bytes, claim, label) {
    const { pdfjs, worker } = await startViewer();
    this.pdfjs = pdfjs;
    this.document = await as("agent.document.unreadable", () => {
      return pdfjs.getDocument({
        worker,
        data: bytes.slice(),
        enableXfa: false,
        stopAtErrors: true,
        useSystemFonts: false,
        useWasm: false,
        useWorkerFetch: false,
        disableWorkerRendering: true,
        isEvalSupported: false,
        verbosity: 0,
      }).promise;
    });
    this.enclosed = await as("agent.document.unreadable", () => checkDocument(this.document, claim, label));
    const of = this.document.numPages;
    for (let number = 1; number <= of; number++) {
      await as("agent.document.unreadable", async () => {
        const page = await this.document.getPage(number);
        await checkPage(page, pdfjs.OPS);
        await this.#place(page, number, of);
      });
      this.hooks.onProgress(number, of);
    }
    this.#watch();
  }

  /** Forget what is shown. */
  clear() {
    this.#near?.disconnect();
    this.host.replaceChildren();
    this.pages = [];
    this.seen.clear();
    this.document?.destroy?.();
    this.document = null;
  }

  /** @param {number} zoom 1 fits the width */
  setZoom(zoom) {
    this.#zoom = zoom;
    this.host.style.setProperty("--zoom", String(zoom));
    for (const each of this.pages) {
      this.#scale(each);
      each.drawn = 0;
    }
    this.#watch();
  }

  /** Name the pages again, after the language changed. */
  rename() {
    this.pages.forEach(({ element }, at) => element.setAttribute("aria-label", this.hooks.label(at + 1, this.pages.length)));
  }

  /** @param {any} page @param {number} number @param {number} of */
  async #place(page, number, of) {
    const { width, height } = page.getViewport({ scale: 1 });
    const element = document.createElement("section");
    element.className = "page";
    element.setAttribute("aria-label", this.hooks.label(number, of));
    element.style.setProperty("--ratio", `${width} / ${height}`);
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    const text = document.createElement("div");
    text.className = "textLayer";
    element.append(canvas, text);
    this.host.append(element);
    const entry = { element, page, drawn: 0 };
    this.pages.push(entry);
    this.#scale(entry);
    const viewport = page.getViewport({ scale: 1 });
    const layer = new this.pdfjs.TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport });
    await layer.render();
  }

  /** @param {{element: HTMLElement, page: any}} entry */
  #scale({ element, page }) {
    const scale = element.clientWidth / page.getViewport({ scale: 1 }).width;
    element.style.setProperty("--total-scale-factor", String(scale));
  }

  #watch() {
    this.#near?.disconnect();
    this.#near = new IntersectionObserver((entries) => entries.forEach((entry) => entry.isIntersecting && this.#draw(entry.target)), {
      rootMargin: "800px 0px",
    });
    this.#middle ??= new IntersectionObserver((entries) => this.#view(entries), { rootMargin: "-45% 0px -45% 0px" });
    this.#size ??= new ResizeObserver(() => this.pages.forEach((each) => this.#scale(each)));
    this.#size.observe(this.host);
    for (const { element } of this.pages) {
      this.#near.observe(element);
      this.#middle.observe(element);
    }
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #view(entries) {
    for (const { isIntersecting, target } of entries) {
      const at = this.pages.findIndex(({ element }) => element === target);
      if (!isIntersecting || at < 0) continue;
      this.seen.add(at + 1);
      this.hooks.onPage(at + 1, this.pages.length);
    }
  }

  /** @param {Element} target */
  async #draw(target) {
    const entry = this.pages.find(({ element }) => element === target);
    if (!entry || entry.drawn === this.#zoom) return;
    entry.drawn = this.#zoom;
    const { element, page } = entry;
    const width = page.getViewport({ scale: 1 }).width;
    const density = Math.min(SHARPEST, Math.max(1.5, devicePixelRatio || 1));
    const viewport = page.getViewport({ scale: Math.min((element.clientWidth / width) * density, 3600 / width) });
    const canvas = document.createElement("canvas");
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);
    canvas.setAttribute("aria-hidden", "true");
    await page.render({ canvas, viewport }).promise;
    element.querySelector("canvas")?.replaceWith(canvas);
    element.classList.add("drawn");
  }
}
