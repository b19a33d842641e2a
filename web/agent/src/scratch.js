// The scratch field (Rubbelfeld): a foil over digits that do not exist before the first stroke. Mouse, finger, pen,
// or the slider and the button below it for keyboard, switch and assistive technology. Only the person's own events count (isTrusted).
import { Coverage } from "./coverage.js";

const [WIDTH, HEIGHT] = [360, 108]; // the field's own units
const BRUSH = 18;
const STRIPS = 12;

/**
 * @typedef {object} Scratched
 * @property {"mouse" | "touch" | "keyboard"} mode
 * @property {number} coverage per cent
 */
/**
 * @typedef {object} Parts
 * @property {HTMLElement} root
 * @property {HTMLCanvasElement} digits
 * @property {HTMLCanvasElement} foil
 * @property {HTMLInputElement} slider
 * @property {HTMLButtonElement} step clears one strip: for whoever has one key or one switch
 * @property {CanvasImageSource | null} texture
 */
/**
 * @typedef {object} Hooks
 * @property {() => Promise<string>} reveal called once, at the first stroke; yields the digits
 * @property {(scratched: Scratched) => void} onOpen enough is clear
 * @property {(problem: unknown) => void} onFail
 * @property {(percent: number) => void} onProgress
 */

/** @typedef {[number, number]} Point */

export class ScratchField {
  /** @type {"locked" | "ready" | "revealing" | "scratching" | "open" | "failed"} */
  #state = "locked";
  #coverage = new Coverage(WIDTH, HEIGHT);
  /** @type {Scratched["mode"]} */
  #mode = "mouse";
  /** @type {Point | null} */
  #last = null;
  #strips = 0;
  /** @type {(() => void)[]} strokes made while the capsule is being opened */
  #waiting = [];
  #invitation = "";

  /** @param {Parts} parts @param {Hooks} hooks */
  constructor(parts, hooks) {
    this.parts = parts;
    this.hooks = hooks;
    const density = Math.max(1, Math.min(3, devicePixelRatio || 1));
    for (const canvas of [parts.digits, parts.foil]) {
      canvas.width = WIDTH * density;
      canvas.height = HEIGHT * density;
      this.#brush(canvas).scale(density, density);
    }
    parts.slider.max = String(STRIPS);
    parts.slider.value = "0";
    this.#listen();
  }

  get state() {
    return this.#state;
  }

  /** Words on the foil; repainted only while nothing is scratched. @param {string} text */
  invite(text) {
    this.#invitation = text;
    if (this.#coverage.cleared === 0) this.#paintFoil();
  }

  /** Let the person begin. */
  unlock() {
    if (this.#state !== "locked") return;
    this.#state = "ready";
    this.parts.root.classList.add("ready");
    this.parts.slider.disabled = false;
    this.parts.step.disabled = false;
  }

  #listen() {
    const { foil, slider, step } = this.parts;
    foil.addEventListener("pointerdown", (event) => this.#down(event));
    foil.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      foil.addEventListener(end, () => (this.#last = null));
    }
    // Holding a key down does not count: each strip is an act of its own.
    /** @param {KeyboardEvent} event */
    const once = (event) => event.repeat && event.key !== "Tab" && event.preventDefault();
    slider.addEventListener("keydown", once);
    step.addEventListener("keydown", once);
    slider.addEventListener("input", (event) => this.#slide(event));
    step.addEventListener("click", (event) => event.isTrusted && this.#strip());
  }

  /** @param {HTMLCanvasElement} canvas */
  #brush(canvas) {
    return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  }

  /** @param {PointerEvent} event @returns {Point} */
  #point(event) {
    const box = this.parts.foil.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (!event.isTrusted || event.button !== 0 || !["ready", "revealing", "scratching"].includes(this.#state)) return;
    event.preventDefault();
    this.parts.foil.setPointerCapture(event.pointerId);
    this.#begin(event.pointerType === "mouse" ? "mouse" : "touch");
    this.#last = this.#point(event);
    this.#line(this.#last, this.#last);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!event.isTrusted || !this.#last) return;
    const coalesced = event.getCoalescedEvents?.() ?? [];
    for (const each of coalesced.length ? coalesced : [event]) {
      const point = this.#point(each);
      this.#line(this.#last, point);
      this.#last = point;
    }
  }

  /** @param {Event} event */
  #slide(event) {
    const { slider } = this.parts;
    if (event.isTrusted && Number(slider.value) > this.#strips) this.#strip();
    slider.value = String(this.#strips); // one strip at a time, and never back
  }

  /** Clear the next strip from the left. */
  #strip() {
    if (!["ready", "revealing", "scratching"].includes(this.#state)) return;
    this.#begin("keyboard");
    const width = WIDTH / STRIPS;
    const left = this.#strips++ * width;
    this.parts.slider.value = String(this.#strips);
    this.#clear(() => {
      const brush = this.#brush(this.parts.foil);
      brush.globalCompositeOperation = "destination-out";
      brush.fillRect(left, 0, width + 0.5, HEIGHT);
      this.#coverage.strip(left, left + width);
    });
  }

  /** @param {Point} from @param {Point} to */
  #line(from, to) {
    this.#clear(() => {
      const brush = this.#brush(this.parts.foil);
      brush.globalCompositeOperation = "destination-out";
      brush.lineWidth = BRUSH * 2;
      brush.lineCap = "round";
      brush.lineJoin = "round";
      brush.beginPath();
      brush.moveTo(...from);
      brush.lineTo(to[0] + 0.01, to[1]);
      brush.stroke();
      this.#coverage.stroke(from, to, BRUSH);
    });
  }

  /** @param {() => void} stroke */
  #clear(stroke) {
    if (this.#state === "revealing") this.#waiting.push(stroke);
    if (this.#state !== "scratching") return;
    stroke();
    this.#measure();
  }

  /** The first stroke: only now is the capsule opened. @param {Scratched["mode"]} mode */
  #begin(mode) {
    if (this.#state !== "ready") return;
    this.#state = "revealing";
    this.#mode = mode;
    this.hooks.reveal().then(
      (code) => {
        this.#paintDigits(code);
        this.#state = "scratching";
        this.parts.root.classList.add("scratching");
        for (const stroke of this.#waiting.splice(0)) stroke();
        this.#measure();
      },
      (problem) => {
        this.#state = "failed";
        this.#disable();
        this.hooks.onFail(problem);
      },
    );
  }

  #measure() {
    const share = this.#coverage.share;
    this.hooks.onProgress(Math.round(share * 100));
    if (!this.#coverage.enough || this.#state !== "scratching") return;
    this.#state = "open";
    this.#last = null;
    this.parts.root.classList.add("open");
    this.parts.slider.value = this.parts.slider.max;
    this.#disable();
    this.hooks.onOpen({ mode: this.#mode, coverage: Math.round(share * 100) });
  }

  #disable() {
    this.parts.slider.disabled = true;
    this.parts.step.disabled = true;
  }

  #paintFoil() {
    const brush = this.#brush(this.parts.foil);
    const style = getComputedStyle(this.parts.root);
    brush.globalCompositeOperation = "source-over";
    brush.fillStyle = style.getPropertyValue("--foil").trim() || "#b3bac3";
    brush.fillRect(0, 0, WIDTH, HEIGHT);
    if (this.parts.texture) brush.drawImage(this.parts.texture, 0, 0, WIDTH, HEIGHT);
    brush.font = `600 19px ${style.fontFamily}`;
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    brush.fillStyle = style.getPropertyValue("--ink").trim() || "#17212b";
    brush.fillText(this.#invitation, WIDTH / 2, HEIGHT / 2);
  }

  /** @param {string} code */
  #paintDigits(code) {
    const brush = this.#brush(this.parts.digits);
    const style = getComputedStyle(this.parts.root);
    brush.fillStyle = style.getPropertyValue("--surface").trim() || "#ffffff";
    brush.fillRect(0, 0, WIDTH, HEIGHT);
    brush.fillStyle = style.getPropertyValue("--ink").trim() || "#17212b";
    brush.font = `700 54px ${style.getPropertyValue("--font-mono").trim() || "monospace"}`;
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    const step = (WIDTH - 36) / code.length;
    Array.from(code).forEach((digit, at) => brush.fillText(digit, 18 + step * (at + 0.5), HEIGHT / 2 + 3));
  }
}

/** The foil's picture, or null where it does not load: then the plain colour stands in. @param {string} url
 * @returns {Promise<HTMLImageElement | null>} */
export function loadTexture(url) {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => resolve(null);
    image.src = url;
  });
}
