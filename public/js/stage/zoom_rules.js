/**
 * A picture in its window: `scale` times as large, its corner at `x` and `y` in pixels of the window.
 *
 * @typedef {{ scale: number, x: number, y: number }} View
 * @typedef {{ width: number, height: number }} Size
 */

export const MOST = 8;
/** @type {View} */
export const WHOLE = { scale: 1, x: 0, y: 0 };

/**
 * Larger by `factor`; the point `at` of the window stays where it is.
 *
 * @param {View} view @param {number} factor @param {{ x: number, y: number }} at @param {Size} size
 * @returns {View}
 */
export function zoomed(view, factor, at, size) {
  const scale = Math.min(MOST, Math.max(1, view.scale * factor));
  const by = scale / view.scale;
  return inside({ scale, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by }, size);
}

/** @param {View} view @param {number} right @param {number} down @param {Size} size @returns {View} */
export function panned({ scale, x, y }, right, down, size) {
  return inside({ scale, x: x + right, y: y + down }, size);
}

/** The picture never leaves an edge of the window empty. @param {View} view @param {Size} size @returns {View} */
function inside({ scale, x, y }, { width, height }) {
  const within = (value, length) => Math.min(0, Math.max(length * (1 - scale), value));
  return { scale, x: within(x, width), y: within(y, height) };
}
