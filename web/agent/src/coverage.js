// How much of the foil is gone: a grid of cells, computed from the strokes. Reading pixels back (getImageData) would
// meet the noise that privacy modes add to canvases.

const CELL = 6; // units of the field's own coordinates
export const ENOUGH = 0.6;

export class Coverage {
  /** @param {number} width @param {number} height of the field, in its own units */
  constructor(width, height) {
    this.columns = Math.ceil(width / CELL);
    this.rows = Math.ceil(height / CELL);
    this.cells = new Uint8Array(this.columns * this.rows);
    this.cleared = 0;
  }

  /** Share of the field that is clear, 0…1. */
  get share() {
    return this.cleared / this.cells.length;
  }

  get enough() {
    return this.share >= ENOUGH;
  }

  /** Clear the cells whose middle lies within the radius. @param {number} x @param {number} y @param {number} radius */
  dab(x, y, radius) {
    const reach = Math.ceil(radius / CELL);
    const [column, row] = [Math.floor(x / CELL), Math.floor(y / CELL)];
    for (let j = Math.max(0, row - reach); j <= Math.min(this.rows - 1, row + reach); j++) {
      for (let i = Math.max(0, column - reach); i <= Math.min(this.columns - 1, column + reach); i++) {
        if (Math.hypot((i + 0.5) * CELL - x, (j + 0.5) * CELL - y) <= radius) this.#clear(j * this.columns + i);
      }
    }
  }

  /** Clear along a line. @param {[number, number]} from @param {[number, number]} to @param {number} radius */
  stroke([x0, y0], [x1, y1], radius) {
    const steps = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / (CELL / 2)));
    for (let i = 0; i <= steps; i++) this.dab(x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps, radius);
  }

  /** Clear a strip over the whole height. @param {number} left @param {number} right */
  strip(left, right) {
    const last = Math.min(this.columns, Math.ceil(right / CELL));
    for (let i = Math.max(0, Math.floor(left / CELL)); i < last; i++) {
      for (let j = 0; j < this.rows; j++) this.#clear(j * this.columns + i);
    }
  }

  /** @param {number} cell */
  #clear(cell) {
    if (this.cells[cell]) return;
    this.cells[cell] = 1;
    this.cleared++;
  }
}
