/**
 * The tools that draw. A tool gets the way of a pointer, in units of the page: `start`, `move` with the newest points,
 * and `end` or `cancel`.
 *
 * @typedef {{ x: number, y: number, pressure?: number, even?: boolean }} Point `even`: the same width and height, please.
 * @typedef {{ start(point: Point): void, move(points: Point[]): void, end(): void, cancel(): void }} Tool
 * @typedef {import("./board.js").Board} Board
 */

import { boxOf, clamped, placed, rounded } from "./geometry.js";
import { newId } from "./sync.js";

/** Points of a stroke that the room takes. */
const MOST_POINTS = 5000;
/** Pixels: what lies closer is not seen. */
const CLOSE = 0.7;
/** Pixels around the pointer. */
const ERASER = 8;
const TOO_SMALL = 3;

/** Pen and highlighter. @implements {Tool} */
export class Pen {
  /** @type {import("./sync.js").Fields | null} */
  #stroke = null;
  #last = { x: 0, y: 0 };

  /** @param {Board} board @param {boolean} highlighter */
  constructor(board, highlighter) {
    this.board = board;
    this.highlighter = highlighter;
  }

  start(point) {
    const { colour, size } = this.board.style;
    const [x, y] = [placed(point.x), placed(point.y)];
    this.#stroke = { id: newId(), page: this.board.page, kind: "stroke", x, y, points: [], colour, size };
    if (point.pressure !== undefined) this.#stroke.pressures = [];
    if (this.highlighter) this.#stroke.highlighter = true;
    this.#add(point);
    this.board.live.ink(this.#stroke);
  }

  move(points) {
    for (const point of points) {
      if (Math.hypot(point.x - this.#last.x, point.y - this.#last.y) * this.board.camera.zoom < CLOSE) continue;
      this.#add(point);
      if (this.#stroke.points.length >= 2 * MOST_POINTS) this.#continue(point);
    }
    this.board.preview(this.#stroke);
    this.board.live.ink(this.#stroke);
  }

  end() {
    this.board.preview(null);
    this.board.live.flushInk();
    this.board.add([this.#stroke]);
  }

  cancel() {
    this.board.preview(null);
  }

  /** @param {Point} point */
  #add(point) {
    const { x, y, points, pressures } = this.#stroke;
    this.#last = point;
    points.push(rounded(placed(point.x) - x), rounded(placed(point.y) - y));
    pressures?.push(Math.round(clamped(point.pressure ?? 0.5, 0, 1) * 100));
  }

  /** A very long stroke goes on as another one. @param {Point} point */
  #continue(point) {
    this.end();
    this.start(point);
  }
}

/** Line, arrow, rectangle, ellipse: from corner to corner. @implements {Tool} */
export class Shape {
  /** @type {import("./sync.js").Fields | null} */
  #record = null;

  /** @param {Board} board @param {"line" | "arrow" | "rectangle" | "ellipse"} kind */
  constructor(board, kind) {
    this.board = board;
    this.kind = kind;
  }

  start(point) {
    this.from = point;
    this.#record = null;
  }

  move(points) {
    const { from, kind } = this;
    const { colour, size } = this.board.style;
    const to = points[points.length - 1];
    const base = { id: this.#record?.id ?? newId(), page: this.board.page, kind, colour, size };
    const [dx, dy] = to.even ? evened(kind, to.x - from.x, to.y - from.y) : [to.x - from.x, to.y - from.y];
    if (kind === "line" || kind === "arrow") {
      this.#record = { ...base, x: placed(from.x), y: placed(from.y), dx: rounded(dx), dy: rounded(dy) };
    } else {
      const { x, y, w, h } = boxOf(from.x, from.y, from.x + dx, from.y + dy);
      this.#record = { ...base, x: placed(x), y: placed(y), w: rounded(w), h: rounded(h) };
    }
    this.board.preview(this.#record);
  }

  end() {
    this.board.preview(null);
    const made = this.#record;
    const extent = made ? Math.max(Math.abs(made.dx ?? made.w), Math.abs(made.dy ?? made.h)) : 0;
    if (extent * this.board.camera.zoom >= TOO_SMALL) this.board.add([made]);
  }

  cancel() {
    this.board.preview(null);
  }
}

/** @param {string} kind @param {number} dx @param {number} dy A square, a circle, or a line at a multiple of 45 degrees. */
function evened(kind, dx, dy) {
  const length = Math.hypot(dx, dy);
  if (kind === "line" || kind === "arrow") {
    const angle = (Math.round((Math.atan2(dy, dx) * 4) / Math.PI) * Math.PI) / 4;
    return [length * Math.cos(angle), length * Math.sin(angle)];
  }
  const side = Math.max(Math.abs(dx), Math.abs(dy));
  return [side * Math.sign(dx || 1), side * Math.sign(dy || 1)];
}

/** Takes away whole elements; all of one way are one step to undo. @implements {Tool} */
export class Eraser {
  /** @type {Set<string>} */
  #touched = new Set();
  #last = { x: 0, y: 0 };

  /** @param {Board} board */
  constructor(board) {
    this.board = board;
  }

  start(point) {
    this.#touched.clear();
    this.#last = point;
    this.move([point]);
  }

  move(points) {
    for (const point of points.flatMap((each) => this.#wayTo(each))) {
      const found = this.board.surface.at(point, ERASER / this.board.camera.zoom);
      if (!found) continue;
      this.#touched.add(found);
      this.board.surface.update(found, undefined);
    }
  }

  /** A fast hand jumps: the places between count too. @param {Point} point @returns {Point[]} */
  #wayTo(point) {
    const { x, y } = this.#last;
    const steps = Math.max(1, Math.ceil((Math.hypot(point.x - x, point.y - y) * this.board.camera.zoom) / ERASER));
    this.#last = point;
    return Array.from({ length: steps }, (_, at) => ({
      x: x + ((point.x - x) * (at + 1)) / steps,
      y: y + ((point.y - y) * (at + 1)) / steps,
    }));
  }

  end() {
    this.board.remove(this.#touched);
  }

  cancel() {
    for (const id of this.#touched) this.board.redraw(id);
  }
}

/** Shows the other one where to look, and leaves nothing. @implements {Tool} */
export class Laser {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
  }

  start(point) {
    this.move([point]);
  }

  move(points) {
    this.board.live.point(points[points.length - 1], true);
  }

  end() {
    this.board.live.point(null);
  }

  cancel() {
    this.end();
  }
}
