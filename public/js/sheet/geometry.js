/** Places and sizes of elements, in units of the page. */

/** @type {Box} */
export const SHEET = { x: 0, y: 0, w: 1600, h: 1200 };
/** What lies outside is refused. */
const PLACES = [-10_000, 20_000];
const TEXT_SIZES = [8, 200];
const LINE_HEIGHT = 1.35;
/** Bounds of a stroke's points, without its place and scale. @type {WeakMap<number[], Box>} */
const known = new WeakMap();

/** @param {number} value @returns {number} */
export const rounded = (value) => Math.round(value * 10) / 10;

/** @param {number} value @param {number} least @param {number} most */
export const clamped = (value, least, most) => Math.min(Math.max(value, least), most);

/** @param {number} value A coordinate that is accepted. */
export const placed = (value) => rounded(clamped(value, PLACES[0], PLACES[1]));

/** @param {Fields} record */
export const isLine = ({ kind }) => kind === "line" || kind === "arrow";

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 Any two opposite corners. @returns {Box} */
export function boxOf(x1, y1, x2, y2) {
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), w: Math.abs(x2 - x1), h: Math.abs(y2 - y1) };
}

/** @param {Box} box @param {number} by @returns {Box} */
function grown({ x, y, w, h }, by) {
  return { x: x - by, y: y - by, w: w + 2 * by, h: h + 2 * by };
}

/** @param {Box[]} boxes At least one. @returns {Box} */
export function around(boxes) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, w, h } of boxes) {
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x + w), Math.max(bottom, y + h)];
  }
  return boxOf(left, top, right, bottom);
}

/** @param {Box} box @param {number} x @param {number} y */
function isInside({ x: left, y: top, w, h }, x, y) {
  return x >= left && x <= left + w && y >= top && y <= top + h;
}

/** @param {Box} inner @param {Box} outer */
export function isWithin(inner, outer) {
  return isInside(outer, inner.x, inner.y) && isInside(outer, inner.x + inner.w, inner.y + inner.h);
}

/** @param {Fields} record A text's `h` is what its words need; without it, it is estimated. @returns {Box} */
export function boundsOf(record) {
  const { kind, x, y, w, size, scale = 1 } = record;
  if (kind === "stroke") {
    const inner = boundsOfPoints(record.points);
    return grown({ x: x + inner.x * scale, y: y + inner.y * scale, w: inner.w * scale, h: inner.h * scale }, (size * scale) / 2);
  }
  if (isLine(record)) return grown(boxOf(x, y, x + record.dx, y + record.dy), size / 2);
  return { x, y, w, h: record.h ?? String(record.text).split("\n").length * size * LINE_HEIGHT };
}

/** @param {number[]} points */
function boundsOfPoints(points) {
  if (!known.has(points)) {
    const places = points.flatMap((x, at) => (at % 2 === 0 ? [{ x, y: points[at + 1], w: 0, h: 0 }] : []));
    known.set(points, around(places));
  }
  return known.get(points);
}

/** Whether this place touches the element. @param {Fields} record @param {number} x @param {number} y @param {number} reach */
export function touches(record, x, y, reach) {
  const box = boundsOf(record);
  const { kind, scale = 1, size } = record;
  if (!isInside(grown(box, reach), x, y)) return false;
  if (kind === "stroke") return distanceToLine(record.points, (x - record.x) / scale, (y - record.y) / scale) * scale <= (size * scale) / 2 + reach;
  if (isLine(record)) return distanceToLine([0, 0, record.dx, record.dy], x - record.x, y - record.y) <= size / 2 + reach;
  if ((kind !== "rectangle" && kind !== "ellipse") || record.filled) return true;
  const inner = grown(box, -(size / 2 + reach));
  return inner.w <= 0 || inner.h <= 0 || !isInside(inner, x, y);
}

/** @param {number[]} points @param {number} x @param {number} y The least distance to the line through the points. */
function distanceToLine(points, x, y) {
  let least = Math.hypot(x - points[0], y - points[1]);
  for (let at = 2; at < points.length; at += 2) {
    const [x1, y1, x2, y2] = points.slice(at - 2, at + 2);
    const [dx, dy] = [x2 - x1, y2 - y1];
    const along = clamped(((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1), 0, 1);
    least = Math.min(least, Math.hypot(x - x1 - along * dx, y - y1 - along * dy));
  }
  return least;
}

/** @param {Fields} record @param {number} dx @param {number} dy @returns {Fields} What changes. */
export function moved({ id, x, y }, dx, dy) {
  return { id, x: placed(x + dx), y: placed(y + dy) };
}

/** Strokes, texts and pictures keep their proportions. @param {Fields[]} records */
export function keepProportions(records) {
  return records.some(({ kind }) => ["stroke", "text", "image"].includes(kind));
}

/** @param {Fields} record @param {Box} from The bounds of all that is resized. @param {Box} to Where they shall be. @returns {Fields} What changes. */
export function resized(record, from, to) {
  const { kind, x, y, w, h, dx, dy, size, scale = 1 } = record;
  const [across, down] = [to.w / (from.w || 1), to.h / (from.h || 1)];
  const place = moved(record, to.x - x + (x - from.x) * across, to.y - y + (y - from.y) * down);
  if (to.w === from.w && to.h === from.h) return place;
  if (kind === "stroke") return { ...place, scale: Math.round(scale * across * 1000) / 1000 };
  if (kind === "text") return { ...place, w: rounded(w * across), size: rounded(clamped(size * across, TEXT_SIZES[0], TEXT_SIZES[1])) };
  if (isLine(record)) return { ...place, dx: rounded(dx * across), dy: rounded(dy * down) };
  return { ...place, w: rounded(w * across), h: rounded(h * down) };
}

/**
 * A corner is dragged: the box that results.
 *
 * @param {Box} from
 * @param {string} corner "nw", "ne", "sw" or "se".
 * @param {number} dx
 * @param {number} dy
 * @param {boolean} proportional
 * @returns {Box}
 */
export function dragged(from, corner, dx, dy, proportional) {
  const [west, north] = [corner.includes("w"), corner.includes("n")];
  let w = Math.max(from.w + (west ? -dx : dx), 4);
  let h = Math.max(from.h + (north ? -dy : dy), 4);
  if (proportional) {
    const scale = Math.max(w / (from.w || 1), h / (from.h || 1));
    [w, h] = [from.w * scale, from.h * scale];
  }
  return { x: west ? from.x + from.w - w : from.x, y: north ? from.y + from.h - h : from.y, w, h };
}
