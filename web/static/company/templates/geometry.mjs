// Places on a page: millimetres from the upper left corner, as people measure; PDF points from the lower left.
// Pure: numbers in, numbers out.

/** @typedef {{left: number, top: number, width: number, height: number}} Place millimetres */
/** @typedef {[number, number]} Size points */
/** @typedef {{axis: "x" | "y", at: number}} Guide a line that something snapped to, in millimetres */

/** Points of a millimetre. */
export const POINTS = 72 / 25.4;
/** The smallest side of a field in millimetres; the engine refuses less than 4 points. */
export const SMALLEST = 1.5;
/** How small and large a signature may be, in millimetres: 96 × 36 to 600 × 300 points. */
export const SIGNATURE = { least: [96 / POINTS, 36 / POINTS], most: [600 / POINTS, 300 / POINTS] };

/** @param {Size} size @returns {{width: number, height: number}} the page in millimetres */
export const paper = (size) => ({ width: size[0] / POINTS, height: size[1] / POINTS });

/** @param {number[]} box left, bottom, right, top in points @param {Size} size @returns {Place} */
export function placeOf([left, bottom, right, top], size) {
  return {
    left: left / POINTS,
    top: (size[1] - top) / POINTS,
    width: (right - left) / POINTS,
    height: (top - bottom) / POINTS,
  };
}

/** @param {number} value @param {number} most @returns {number} hundredths, within 0 and the page */
const settled = (value, most) => Math.round(Math.min(Math.max(value, 0), most) * 100) / 100;

/** @param {Place} place @param {Size} size @returns {number[]} left, bottom, right, top in points, on the page */
export function boxOf(place, size) {
  return [
    settled(place.left * POINTS, size[0]),
    settled(size[1] - (place.top + place.height) * POINTS, size[1]),
    settled((place.left + place.width) * POINTS, size[0]),
    settled(size[1] - place.top * POINTS, size[1]),
  ];
}

/** @param {Place} place @param {Size} size @returns {boolean} whether all of it lies on the page */
export function isInside(place, size) {
  const { width, height } = paper(size);
  const slack = 0.005;
  return (
    place.left >= -slack && place.top >= -slack &&
    place.left + place.width <= width + slack && place.top + place.height <= height + slack
  );
}

/** @param {Place} one @param {Place} other @returns {boolean} whether they share more than an edge */
export function overlap(one, other) {
  const slack = 0.005;
  return (
    one.left + slack < other.left + other.width && other.left + slack < one.left + one.width &&
    one.top + slack < other.top + other.height && other.top + slack < one.top + one.height
  );
}

/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Math.max(least, Math.min(value, most));

/** @param {Place} place @param {Size} size @returns {Place} the place moved and, if need be, shrunk onto the page */
export function kept(place, size) {
  const sheet = paper(size);
  const width = within(place.width, Math.min(SMALLEST, sheet.width), sheet.width);
  const height = within(place.height, Math.min(SMALLEST, sheet.height), sheet.height);
  return {
    left: within(place.left, 0, sheet.width - width),
    top: within(place.top, 0, sheet.height - height),
    width,
    height,
  };
}

/** @param {Place} place @param {number} x @param {number} y @param {Size} size @returns {Place} moved, on the page */
export const moved = (place, x, y, size) => kept({ ...place, left: place.left + x, top: place.top + y }, size);

/**
 * The place with some of its edges moved; the others stay, and none leaves the page or passes its opposite.
 * @param {Place} place @param {string} edges of "n", "e", "s", "w" @param {number} x @param {number} y @param {Size} size
 * @returns {Place}
 */
export function resized(place, edges, x, y, size) {
  const sheet = paper(size);
  let { left, top } = place;
  let right = left + place.width;
  let bottom = top + place.height;
  if (edges.includes("w")) left = within(left + x, 0, right - SMALLEST);
  if (edges.includes("e")) right = within(right + x, left + SMALLEST, sheet.width);
  if (edges.includes("n")) top = within(top + y, 0, bottom - SMALLEST);
  if (edges.includes("s")) bottom = within(bottom + y, top + SMALLEST, sheet.height);
  return { left, top, width: right - left, height: bottom - top };
}

/** @param {number[]} edges @param {number[]} lines @param {number} reach @returns {{by: number, at: number} | null} */
function nearest(edges, lines, reach) {
  /** @type {{by: number, at: number} | null} */
  let found = null;
  for (const edge of edges) {
    for (const line of lines) {
      const by = line - edge;
      if (Math.abs(by) <= reach && (found === null || Math.abs(by) < Math.abs(found.by))) found = { by, at: line };
    }
  }
  return found;
}

/**
 * The place moved to the nearest edges and middles of others and of the page, and the lines it snapped to.
 * @param {Place} place @param {Place[]} others @param {Size} size @param {number} reach millimetres
 * @param {string} [edges] the edges that may move; none: the whole place
 * @returns {{place: Place, guides: Guide[]}}
 */
export function snapped(place, others, size, reach, edges = "") {
  const sheet = paper(size);
  const all = [{ left: 0, top: 0, ...sheet }, ...others];
  const columns = all.flatMap((each) => [each.left, each.left + each.width / 2, each.left + each.width]);
  const rows = all.flatMap((each) => [each.top, each.top + each.height / 2, each.top + each.height]);
  const right = place.left + place.width;
  const bottom = place.top + place.height;
  const x = edges
    ? [...(edges.includes("w") ? [place.left] : []), ...(edges.includes("e") ? [right] : [])]
    : [place.left, place.left + place.width / 2, right];
  const y = edges
    ? [...(edges.includes("n") ? [place.top] : []), ...(edges.includes("s") ? [bottom] : [])]
    : [place.top, place.top + place.height / 2, bottom];
  const across = nearest(x, columns, reach);
  const down = nearest(y, rows, reach);
  /** @type {Guide[]} */
  const guides = [];
  if (across) guides.push({ axis: "x", at: across.at });
  if (down) guides.push({ axis: "y", at: down.at });
  const [dx, dy] = [across?.by ?? 0, down?.by ?? 0];
  return { place: edges ? resized(place, edges, dx, dy, size) : moved(place, dx, dy, size), guides };
}

/**
 * Where a new field of a size goes without lying on others: below them at the left margin, else where it was wished.
 * @param {Place} wished @param {Place[]} others @param {Size} size @returns {Place}
 */
export function free(wished, others, size) {
  const sheet = paper(size);
  for (let top = wished.top; top + wished.height <= sheet.height; top += 2) {
    const place = { ...wished, top };
    if (!others.some((each) => overlap(place, each))) return kept(place, size);
  }
  return kept(wished, size);
}

/** @param {string} text @returns {number | null} a length as people type it: digits, comma or full stop, nothing else */
export function typed(text) {
  return /^\d{1,4}([.,]\d{1,3})?$/.test(text.trim()) ? Number(text.trim().replace(",", ".")) : null;
}

/** @param {number} value @param {string} lang @returns {string} two decimals at most */
export function shown(value, lang) {
  const text = String(Math.round(value * 100) / 100);
  return lang === "de" ? text.replace(".", ",") : text;
}
