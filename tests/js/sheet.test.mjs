import assert from "node:assert/strict";
import { test } from "node:test";
import { Mode } from "../../public/js/board/mode.js";
import { Camera } from "../../public/js/sheet/camera.js";
import { around, boundsOf, dragged, isWithin, keepProportions, moved, resized, touches } from "../../public/js/sheet/geometry.js";
import { outline, through } from "../../public/js/sheet/shapes.js";
import { piecesOf } from "../../public/js/shared/formulas.js";
import { setGlobal } from "./browser.mjs";

const STROKE = { id: "s", kind: "stroke", x: 100, y: 100, points: [0, 0, 50, 0, 50, 40], size: 4, scale: 2 };
const RECTANGLE = { id: "r", kind: "rectangle", x: 10, y: 20, w: 200, h: 100, size: 4 };
const ARROW = { id: "a", kind: "arrow", x: 300, y: 300, dx: -100, dy: -50, size: 2 };
const TEXT = { id: "t", kind: "text", x: 0, y: 0, w: 300, text: "one\ntwo", size: 20 };

test("bounds hold the whole width of what is drawn", () => {
  assert.deepEqual(boundsOf(STROKE), { x: 96, y: 96, w: 108, h: 88 });
  assert.deepEqual(boundsOf(ARROW), { x: 199, y: 249, w: 102, h: 52 });
  assert.deepEqual(boundsOf(TEXT), { x: 0, y: 0, w: 300, h: 54 });
  assert.equal(boundsOf({ ...TEXT, h: 80 }).h, 80, "a measured text");
  assert.deepEqual(around([boundsOf(RECTANGLE), boundsOf(ARROW)]), { x: 10, y: 20, w: 291, h: 281 });
});

const PLACES = [
  [STROKE, 150, 100, true],
  [STROKE, 200, 150, true],
  [STROKE, 150, 150, false],
  [STROKE, 100, 106, true],
  [STROKE, 100, 111, false],
  [ARROW, 250, 275, true],
  [ARROW, 220, 290, false],
  [RECTANGLE, 10, 60, true],
  [RECTANGLE, 110, 70, false],
  [{ ...RECTANGLE, filled: true }, 110, 70, true],
  [{ ...RECTANGLE, w: 6 }, 13, 70, true],
  [TEXT, 150, 30, true],
  [TEXT, 150, 90, false],
];
for (const [record, x, y, expected] of PLACES) {
  test(`${x},${y} ${expected ? "touches" : "does not touch"} ${record.kind} ${record.filled ?? ""}`, () => {
    assert.equal(touches(record, x, y, 3), expected);
  });
}

test("an element moves inside what the room accepts", () => {
  assert.deepEqual(moved(RECTANGLE, 5.55, -5), { id: "r", x: 15.6, y: 15 });
  assert.deepEqual(moved(RECTANGLE, 1e6, -1e6), { id: "r", x: 20_000, y: -10_000 });
});

test("all that is selected is resized together", () => {
  const from = { x: 0, y: 0, w: 400, h: 400 };
  const to = { x: 0, y: 0, w: 800, h: 800 };
  assert.deepEqual(resized(STROKE, from, to), { id: "s", x: 200, y: 200, scale: 4 });
  assert.deepEqual(resized(ARROW, from, to), { id: "a", x: 600, y: 600, dx: -200, dy: -100 });
  assert.deepEqual(resized(RECTANGLE, from, to), { id: "r", x: 20, y: 40, w: 400, h: 200 });
  assert.deepEqual(resized(TEXT, from, to), { id: "t", x: 0, y: 0, w: 600, size: 40 });
  assert.equal(resized(TEXT, from, { ...to, w: 40_000, h: 40_000 }).size, 200);
  assert.deepEqual([keepProportions([RECTANGLE, ARROW]), keepProportions([RECTANGLE, TEXT])], [false, true]);
});

test("a dragged corner leaves the opposite one where it is", () => {
  const from = { x: 100, y: 100, w: 100, h: 50 };
  assert.deepEqual(dragged(from, "se", 20, 10, false), { x: 100, y: 100, w: 120, h: 60 });
  assert.deepEqual(dragged(from, "nw", 20, 10, false), { x: 120, y: 110, w: 80, h: 40 });
  assert.deepEqual(dragged(from, "ne", 100, 0, true), { x: 100, y: 50, w: 200, h: 100 });
  assert.deepEqual(dragged(from, "se", -500, -500, false), { x: 100, y: 100, w: 4, h: 4 });
});

test("a frame selects what is wholly inside", () => {
  assert.equal(isWithin(boundsOf(RECTANGLE), { x: 0, y: 0, w: 300, h: 300 }), true);
  assert.equal(isWithin(boundsOf(RECTANGLE), { x: 0, y: 0, w: 150, h: 300 }), false);
});

test("a stroke is a smooth line, or with pressures an outline", () => {
  assert.equal(through([0, 0]), "M0 0h0.01");
  assert.equal(through([0, 0, 10, 0, 10, 10]), "M0 0Q10 0 10.00 5.00L10 10");
  const [light, strong] = [10, 90].map((pressure) => outline([0, 0, 40, 0, 80, 0], [pressure, pressure, pressure], 20));
  assert.match(light, /^M.*Z$/);
  const numbers = (path) => path.match(/-?[\d.]+(e-?\d+)?/g).map(Number);
  const height = (path) => Math.max(...numbers(path).filter((_, at) => at % 2 === 1).map(Math.abs));
  assert.ok(height(strong) > 1.5 * height(light), `${height(light)} ${height(strong)}`);
});

test("who follows stays where they are while the leader's board is not shown", (t) => {
  let measure;
  setGlobal(t, "ResizeObserver", class {
    constructor(onResize) {
      measure = onResize;
    }
    observe() {}
  });
  const drawing = () => ({ setAttribute() {}, style: {} });
  const root = { querySelectorAll: () => [drawing(), drawing()] };
  const surface = { clientWidth: 0, clientHeight: 0 };
  const camera = new Camera({ element: surface, root, signal: new AbortController().signal, keeper: { mayMove: true } });
  const seen = [];
  const board = { session: { role: "teacher" }, isShown: false, live: { view: () => seen.push(camera.box) } };
  const mode = new Mode(board);
  mode.follow = true;
  camera.addEventListener("change", () => mode.lead());

  mode.lead();
  assert.deepEqual(seen, [], "not shown yet");
  Object.assign(surface, { clientWidth: 800, clientHeight: 600 });
  board.isShown = true;
  measure();
  assert.equal(seen.length, 1);
  assert.ok(seen[0].w > 1600 && seen[0].h > 1200, JSON.stringify(seen));
  Object.assign(surface, { clientWidth: 0, clientHeight: 0 });
  measure();
  assert.equal(seen.length, 1, "not shown any more");
});

const WORDS = [
  ["plain", [{ text: "plain" }]],
  ["so $x^2$!", [{ text: "so " }, { formula: "x^2" }, { text: "!" }]],
  ["$a$$b$", [{ formula: "a" }, { formula: "b" }]],
  ["it costs $5, or $6", [{ text: "it costs $5, or $6" }]],
  ["$5 and $10 for $n$", [{ text: "$5 and $10 for " }, { formula: "n" }]],
  ["two\nlines $ here\n$ there", [{ text: "two\nlines $ here\n$ there" }]],
  ["", []],
];
for (const [words, pieces] of WORDS) {
  test(`formulas of ${JSON.stringify(words)}`, () => assert.deepEqual(piecesOf(words), pieces));
}
