/**
 * Places and sizes of elements, in units of the page.
 *
 * @typedef {import("./sync.js").Fields} Fields
 * @typedef {{ x: number, y: number, w: number, h: number }} Box
 */

export const SHEET = { x: 0, y: 0, w: 1600, h: 1200 };
/** The room refuses what lies outside. */
const LOWEST = -10_000;
const HIGHEST = 20_000;
const LINE_HEIGHT = 1.35;
const TEXT_SIZES = [8, 200];
/** Bounds of a stroke's points, without its place and scale. @type {WeakMap<number[], Box>} */
const known = new WeakMap();

/** @param {number} value @returns {number} */
export const rounded = (value) => Math.round(value * 10) / 10;

/** @param {number} value @param {number} least @param {number} most */
export const clamped = (value, least, most) => Math.min(Math.max(value, least), most);

/** @param {number} value A coordinate that the room accepts. */
export const placed = (value) => rounded(clamped(value, LOWEST, HIGHEST));

/** @param {Fields} record A text's `h` is what its words need; without it, it is estimated. @returns {Box} */
export function boundsOf(record) {
  const { kind, x, y } = record;
  if (kind === "stroke") {
    const { scale = 1 } = record;
    const inner = known.get(record.points) ?? boundsOfPoints(record.points);
    known.set(record.points, inner);
    const box = { x: x + inner.x * scale, y: y + inner.y * scale, w: inner.w * scale, h: inner.h * scale };
    return grown(box, (record.size * scale) / 2);
  }
  if (kind === "line" || kind === "arrow") {
    return grown(boxOf(x, y, x + record.dx, y + record.dy), record.size / 2);
  }
  const h = record.h ?? String(record.text).split("\n").length * record.size * LINE_HEIGHT;
  return { x, y, w: record.w, h };
}

/** @param {number[]} points */
function boundsOfPoints(points) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < points.length; at += 2) {
    left = Math.min(left, points[at]);
    right = Math.max(right, points[at]);
    top = Math.min(top, points[at + 1]);
    bottom = Math.max(bottom, points[at + 1]);
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 Any two opposite corners. @returns {Box} */
export function boxOf(x1, y1, x2, y2) {
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), w: Math.abs(x2 - x1), h: Math.abs(y2 - y1) };
}

/** @param {Box} box @param {number} by @returns {Box} */
export function grown({ x, y, w, h }, by) {
  return { x: x - by, y: y - by, w: w + 2 * by, h: h + 2 * by };
}

/** @param {Box[]} boxes At least one. @returns {Box} */
export function around(boxes) {
  const right = Math.max(...boxes.map(({ x, w }) => x + w));
  const bottom = Math.max(...boxes.map(({ y, h }) => y + h));
  return boxOf(Math.min(...boxes.map(({ x }) => x)), Math.min(...boxes.map(({ y }) => y)), right, bottom);
}

/** @param {Box} box @param {number} x @param {number} y */
function isInside({ x: left, y: top, w, h }, x, y) {
  return x >= left && x <= left + w && y >= top && y <= top + h;
}

/** @param {Box} inner @param {Box} outer */
export function isWithin(inner, outer) {
  return isInside(outer, inner.x, inner.y) && isInside(outer, inner.x + inner.w, inner.y + inner.h);
}

/** Whether this place touches the element. @param {Fields} record @param {number} x @param {number} y @param {number} reach */
export function touches(record, x, y, reach) {
  const box = boundsOf(record);
  if (!isInside(grown(box, reach), x, y)) return false;
  const { kind, scale = 1, size } = record;
  if (kind === "stroke") {
    const width = (size * scale) / 2 + reach;
    return distanceToLine(record.points, (x - record.x) / scale, (y - record.y) / scale) * scale <= width;
  }
  if (kind === "line" || kind === "arrow") {
    return distanceToLine([0, 0, record.dx, record.dy], x - record.x, y - record.y) <= size / 2 + reach;
  }
  if ((kind === "rectangle" || kind === "ellipse") && !record.filled) {
    const inner = grown(box, -(size / 2 + reach));
    return inner.w <= 0 || inner.h <= 0 || !isInside(inner, x, y);
  }
  return true;
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

/**
 * @param {Fields} record
 * @param {Box} from The bounds of all that is resized.
 * @param {Box} to Where they shall be.
 * @returns {Fields} What changes.
 */
export function resized(record, from, to) {
  const [across, down] = [to.w / (from.w || 1), to.h / (from.h || 1)];
  const place = { id: record.id, x: placed(to.x + (record.x - from.x) * across), y: placed(to.y + (record.y - from.y) * down) };
  switch (record.kind) {
    case "stroke":
      return { ...place, scale: Math.round((record.scale ?? 1) * across * 1000) / 1000 };
    case "line":
    case "arrow":
      return { ...place, dx: rounded(record.dx * across), dy: rounded(record.dy * down) };
    case "text":
      return { ...place, w: rounded(record.w * across), size: rounded(clamped(record.size * across, TEXT_SIZES[0], TEXT_SIZES[1])) };
    default:
      return { ...place, w: rounded(record.w * across), h: rounded(record.h * down) };
  }
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
