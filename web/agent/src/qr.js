// A QR code's modules as one SVG path: sharp at every size, black on white in every colour scheme.
import { demand } from "./problems.js";

const QUIET = 4; // modules of white around the code (ISO/IEC 18004, section 9.1)

/** Whether this is a QR code's grid: square, of one of the forty sizes, dark or light. @param {unknown} rows */
export function isMatrix(rows) {
  if (!Array.isArray(rows) || rows.length < 21 || rows.length > 177 || rows.length % 4 !== 1) return false;
  return rows.every((row) => Array.isArray(row) && row.length === rows.length && row.every((each) => each === 0 || each === 1));
}

/** The dark modules, one run of them at a time, as an SVG path. @param {number[][]} rows */
export function pathOf(rows) {
  let path = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const start = x;
      while (row[x + 1]) x++;
      path += `M${start + QUIET} ${y + QUIET}h${x + 1 - start}v1h-${x + 1 - start}z`;
    }
  });
  return path;
}

/** Draw a code into the page's picture of one. @param {Element} image svg with one path @param {unknown} rows */
export function drawCode(image, rows) {
  demand(isMatrix(rows), "agent.network.unexpected_answer");
  const matrix = /** @type {number[][]} */ (rows);
  const side = matrix.length + 2 * QUIET;
  image.setAttribute("viewBox", `0 0 ${side} ${side}`);
  image.querySelector("path")?.setAttribute("d", pathOf(matrix));
}

/** @param {Element} image */
export const eraseCode = (image) => image.querySelector("path")?.setAttribute("d", "");
