/** Where pictures lie in the recording: two beside each other, or what is shared with both in a strip. */

import { HEIGHT, STRIP, WIDTH } from "./formats.js";

/** @typedef {{ x: number, y: number, w: number, h: number }} Box */

const GAP = 8;
/** The shape of a person without a picture. */
const USUAL = { w: 16, h: 9 };

/**
 * @param {{ w: number, h: number }[]} people The sizes of their pictures; without one, nothing.
 * @param {{ w: number, h: number } | null} shared
 * @returns {{ people: Box[], shared: Box | null }}
 */
export function places(people, shared) {
  if (!shared) {
    const w = (WIDTH - GAP * (people.length + 1)) / people.length;
    const boxes = people.map((size, at) => inside(size, { x: GAP + at * (w + GAP), y: GAP, w, h: HEIGHT - 2 * GAP }));
    return { people: boxes, shared: null };
  }
  const most = (HEIGHT - GAP * (people.length + 1)) / people.length;
  const strip = people.map((size) => inside(size, { x: 0, y: 0, w: STRIP, h: most }));
  const height = strip.reduce((sum, { h }) => sum + h + GAP, -GAP);
  let y = (HEIGHT - height) / 2;
  const boxes = strip.map(({ w, h }) => {
    const box = { x: WIDTH - GAP - STRIP + (STRIP - w) / 2, y, w, h };
    y += h + GAP;
    return box;
  });
  return { people: boxes, shared: inside(shared, { x: GAP, y: GAP, w: WIDTH - STRIP - 3 * GAP, h: HEIGHT - 2 * GAP }) };
}

/** The largest box of these proportions within another, in its middle. @param {{ w: number, h: number }} size @param {Box} box @returns {Box} */
export function inside(size, box) {
  const { w, h } = size.w > 0 && size.h > 0 ? size : USUAL;
  const scale = Math.min(box.w / w, box.h / h);
  return { x: box.x + (box.w - w * scale) / 2, y: box.y + (box.h - h * scale) / 2, w: w * scale, h: h * scale };
}
