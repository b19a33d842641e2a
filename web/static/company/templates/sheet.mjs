// The page's picture with the fields on it: moved and resized by mouse, finger or pen, and equally by keyboard.
import { element } from "./dom.mjs";
import { kept, moved, paper, resized, snapped } from "./geometry.mjs";

/** @typedef {import("./model.mjs").Field} Field */
/** @typedef {import("./geometry.mjs").Place} Place */
/** @typedef {import("./geometry.mjs").Size} Size */
/**
 * @typedef {object} Owner what the sheet asks of the editor
 * @property {() => Field[]} fields those on this page
 * @property {() => number | null} chosen
 * @property {() => Size} size
 * @property {() => boolean} snaps
 * @property {(field: Field) => {name: string, text: string, wrong: boolean}} about
 * @property {(id: number) => void} choose
 * @property {(id: number, place: Place, tag: string) => void} place
 * @property {(id: number) => void} remove
 */

const REACH = 6;
const EDGES = ["nw", "ne", "sw", "se"];
const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
});

export class Sheet {
  /** @param {Owner} owner @param {string} keys id of the text that explains the keys */
  constructor(owner, keys) {
    this.owner = owner;
    this.keys = keys;
    this.image = element("img", { className: "page-picture", draggable: false, alt: "" });
    this.room = element("div", { className: "page-fields", role: "application" });
    this.root = element("div", { className: "sheet" }, this.image, this.room);
    /** @type {Map<number, HTMLButtonElement>} */
    this.shown = new Map();
    /** @type {{id: number, edges: string, x: number, y: number, from: Place, place: Place, moved: boolean} | null} */
    this.drag = null;
    this.room.addEventListener("pointerdown", (event) => this.grab(event));
    this.room.addEventListener("pointermove", (event) => this.pull(event));
    this.room.addEventListener("pointerup", () => this.drop(true));
    this.room.addEventListener("pointercancel", () => this.drop(false));
    this.room.addEventListener("keydown", (event) => this.press(event));
  }

  /** Pixels of a millimetre, as the page is shown now. */
  get scale() {
    return this.room.getBoundingClientRect().width / paper(this.owner.size()).width;
  }

  /** @param {number} x @param {number} y @returns {{x: number, y: number} | null} millimetres; null: not on the page */
  spot(x, y) {
    const box = this.room.getBoundingClientRect();
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) return null;
    return { x: (x - box.left) / this.scale, y: (y - box.top) / this.scale };
  }

  /** Show the fields as they are now; elements stay the same, so that whoever stands on one stays there. */
  show() {
    const fields = this.owner.fields();
    const [width, height] = this.owner.size();
    this.root.style.aspectRatio = `${width} / ${height}`;
    for (const [id, button] of this.shown) {
      if (fields.some((field) => field.id === id)) continue;
      button.remove();
      this.shown.delete(id);
    }
    for (const field of fields) {
      let button = this.shown.get(field.id);
      if (!button) {
        button = element("button", { type: "button", onfocus: () => this.owner.choose(field.id) }, element("span"));
        button.setAttribute("aria-describedby", this.keys);
        button.dataset.field = String(field.id);
        for (const edges of EDGES) button.append(element("i", { className: `handle ${edges}`, "data-edges": edges, "aria-hidden": "true" }));
        this.shown.set(field.id, button);
        this.room.append(button);
      }
      const chosen = this.owner.chosen() === field.id;
      const { name, text, wrong } = this.owner.about(field);
      button.className = `field ${field.kind}${chosen ? " chosen" : ""}${wrong ? " wrong" : ""}`;
      button.setAttribute("aria-label", name);
      button.setAttribute("aria-pressed", String(chosen));
      const words = /** @type {HTMLElement} */ (button.firstElementChild);
      words.textContent = text;
      words.style.textAlign = String(field.more.align ?? "left");
      words.style.fontSize = `${(field.size / width) * 100}cqw`;
      this.lay(button, this.drag?.id === field.id ? this.drag.place : field);
    }
  }

  /** @param {HTMLElement} button @param {Place} place */
  lay(button, place) {
    const { width, height } = paper(this.owner.size());
    button.style.left = `${(place.left / width) * 100}%`;
    button.style.top = `${(place.top / height) * 100}%`;
    button.style.width = `${(place.width / width) * 100}%`;
    button.style.height = `${(place.height / height) * 100}%`;
  }

  /** @param {import("./geometry.mjs").Guide[]} guides */
  lines(guides) {
    for (const line of this.room.querySelectorAll(".guide")) line.remove();
    const { width, height } = paper(this.owner.size());
    for (const { axis, at } of guides) {
      const line = element("div", { className: `guide ${axis}` });
      if (axis === "x") line.style.left = `${(at / width) * 100}%`;
      else line.style.top = `${(at / height) * 100}%`;
      this.room.append(line);
    }
  }

  /** @param {PointerEvent} event */
  grab(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-field]"));
    if (!button || event.button !== 0 || this.drag) return;
    event.preventDefault();
    const id = Number(button.dataset.field);
    button.focus({ preventScroll: true });
    this.owner.choose(id);
    const field = this.owner.fields().find((each) => each.id === id);
    if (!field) return;
    this.room.setPointerCapture(event.pointerId);
    const edges = target.dataset.edges ?? "";
    this.drag = { id, edges, x: event.clientX, y: event.clientY, from: field, place: field, moved: false };
  }

  /** @param {PointerEvent} event */
  pull(event) {
    const drag = this.drag;
    if (!drag) return;
    const [pixelsX, pixelsY] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(pixelsX, pixelsY) < 3) return;
    drag.moved = true;
    const { scale } = this;
    const [x, y, size] = [pixelsX / scale, pixelsY / scale, this.owner.size()];
    const plain = drag.edges ? resized(drag.from, drag.edges, x, y, size) : moved(drag.from, x, y, size);
    const others = this.owner.fields().filter((each) => each.id !== drag.id);
    const snap = this.owner.snaps() && !event.altKey;
    const { place, guides } = snap ? snapped(plain, others, size, REACH / scale, drag.edges) : { place: plain, guides: [] };
    drag.place = place;
    const button = this.shown.get(drag.id);
    if (button) this.lay(button, place);
    this.lines(guides);
  }

  /** @param {boolean} counts whether the field stays where it was dragged */
  drop(counts) {
    const drag = this.drag;
    if (!drag) return;
    this.drag = null;
    this.lines([]);
    if (counts && drag.moved) this.owner.place(drag.id, drag.place, "");
    else this.show();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-field]"));
    const field = button && this.owner.fields().find((each) => each.id === Number(button.dataset.field));
    if (!field) return;
    if (event.key === "Escape" && this.drag) return this.drop(false);
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      return this.owner.remove(field.id);
    }
    const arrow = ARROWS[event.key];
    if (!arrow || event.altKey || event.metaKey) return;
    event.preventDefault();
    const step = event.ctrlKey ? 0.1 : 1;
    const [x, y, size] = [arrow[0] * step, arrow[1] * step, this.owner.size()];
    const place = event.shiftKey ? resized(field, "se", x, y, size) : moved(field, x, y, size);
    this.owner.place(field.id, kept(place, size), `${event.shiftKey ? "size" : "move"} ${field.id}`);
  }
}
