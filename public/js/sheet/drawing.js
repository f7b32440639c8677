/** The tools that draw. */

import { boxOf, clamped, isLine, placed, rounded } from "./geometry.js";

/** More are refused. */
const MOST_POINTS = 5000;
/** Pixels: what lies closer is not seen. */
const CLOSE = 0.7;
/** Pixels around the pointer. */
const ERASER = 8;
const TOO_SMALL = 3;

/** Pen and highlighter. @implements {Tool} */
export class Pen {
  /** @type {Fields} */
  #stroke;
  /** @type {Place} */
  #last;

  /** @param {Sheet} sheet @param {boolean} highlighter */
  constructor(sheet, highlighter) {
    this.sheet = sheet;
    this.highlighter = highlighter;
  }

  start(point) {
    this.#stroke = this.sheet.tools.make("stroke", { x: placed(point.x), y: placed(point.y), points: [] });
    if (point.pressure !== undefined) this.#stroke.pressures = [];
    if (this.highlighter) this.#stroke.highlighter = true;
    this.#add(point);
    this.sheet.onlooker.ink(this.#stroke);
  }

  move(points) {
    for (const point of points) {
      if (Math.hypot(point.x - this.#last.x, point.y - this.#last.y) * this.sheet.camera.zoom < CLOSE) continue;
      this.#add(point);
      if (this.#stroke.points.length < 2 * MOST_POINTS) continue;
      // A very long stroke goes on as another one.
      this.end();
      this.start(point);
    }
    this.sheet.preview(this.#stroke);
    this.sheet.onlooker.ink(this.#stroke);
  }

  end() {
    this.sheet.preview(null);
    this.sheet.onlooker.end(true);
    this.sheet.keeper.add([this.#stroke]);
  }

  cancel() {
    this.sheet.preview(null);
    this.sheet.onlooker.end(false);
  }

  /** @param {Point} point */
  #add(point) {
    const { x, y, points, pressures } = this.#stroke;
    this.#last = point;
    points.push(rounded(placed(point.x) - x), rounded(placed(point.y) - y));
    pressures?.push(Math.round(clamped(point.pressure ?? 0.5, 0, 1) * 100));
  }
}

/** Line, arrow, rectangle, ellipse: from corner to corner. @implements {Tool} */
export class Shape {
  /** @type {Fields | null} */
  #shape = null;

  /** @param {Sheet} sheet @param {"line" | "arrow" | "rectangle" | "ellipse"} kind */
  constructor(sheet, kind) {
    this.sheet = sheet;
    this.kind = kind;
  }

  start(point) {
    this.from = point;
    this.#shape = null;
  }

  move(points) {
    const { x, y } = this.from;
    const to = points.at(-1);
    const [dx, dy] = (to.even ? evened : unchanged)(this.kind, to.x - x, to.y - y);
    const box = isLine(this) ? { x, y, dx, dy } : boxOf(x, y, x + dx, y + dy);
    const sizes = Object.entries(box).map(([key, value]) => [key, key === "x" || key === "y" ? placed(value) : rounded(value)]);
    this.#shape = { ...this.sheet.tools.make(this.kind, Object.fromEntries(sizes)), ...(this.#shape && { id: this.#shape.id }) };
    this.sheet.preview(this.#shape);
    this.sheet.onlooker.shape(this.#shape);
    this.sheet.onlooker.point(to);
  }

  end() {
    const { dx, dy, w, h } = this.#shape ?? { dx: 0, dy: 0 };
    const isKept = Math.max(Math.abs(dx ?? w), Math.abs(dy ?? h)) * this.sheet.camera.zoom >= TOO_SMALL;
    this.sheet.preview(null);
    this.sheet.onlooker.end(isKept);
    if (isKept) this.sheet.keeper.add([this.#shape]);
  }

  cancel() {
    this.sheet.preview(null);
    this.sheet.onlooker.end(false);
  }
}

const unchanged = (_kind, dx, dy) => [dx, dy];

/** @param {string} kind @param {number} dx @param {number} dy A square, a circle, or a line at a multiple of 45 degrees. */
function evened(kind, dx, dy) {
  if (isLine({ kind })) {
    const angle = (Math.round((Math.atan2(dy, dx) * 4) / Math.PI) * Math.PI) / 4;
    return [Math.hypot(dx, dy) * Math.cos(angle), Math.hypot(dx, dy) * Math.sin(angle)];
  }
  const side = Math.max(Math.abs(dx), Math.abs(dy));
  return [side * Math.sign(dx || 1), side * Math.sign(dy || 1)];
}

/** Takes away whole elements; all of one way are one step to undo. @implements {Tool} */
export class Eraser {
  /** @type {Set<string>} */
  #touched = new Set();
  /** @type {Place} */
  #last;

  /** @param {Sheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
  }

  start(point) {
    this.#touched.clear();
    this.#last = point;
    this.move([point]);
  }

  move(points) {
    for (const point of points.flatMap((each) => this.#wayTo(each))) {
      const found = this.sheet.surface.at(point, ERASER / this.sheet.camera.zoom);
      if (!found) continue;
      this.#touched.add(found);
      this.sheet.surface.update(found, undefined);
    }
  }

  end() {
    this.sheet.remove(this.#touched);
  }

  cancel() {
    for (const id of this.#touched) this.sheet.redraw(id);
  }

  /** A fast hand jumps: the places between count too. @param {Point} to @returns {Place[]} */
  #wayTo(to) {
    const { x, y } = this.#last;
    const steps = Math.max(1, Math.ceil((Math.hypot(to.x - x, to.y - y) * this.sheet.camera.zoom) / ERASER));
    this.#last = to;
    return Array.from({ length: steps }, (_, at) => (at + 1) / steps).map((part) => ({ x: x + (to.x - x) * part, y: y + (to.y - y) * part }));
  }
}

/** Shows the other one where to look, and leaves nothing. @implements {Tool} */
export class Laser {
  /** @param {Sheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
  }

  start(point) {
    this.move([point]);
  }

  move(points) {
    this.sheet.onlooker.point(points.at(-1), true);
  }

  end() {
    this.sheet.onlooker.point(null);
  }

  cancel() {
    this.end();
  }
}
