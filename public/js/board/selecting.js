/** Select, move, resize, copy and delete. */

import { around, boundsOf, boxOf, dragged, keepProportions, moved, resized } from "./geometry.js";
import { newId } from "./sync.js";
import { svg } from "./shapes.js";

/** Pixels. */
const REACH = 6;
const HANDLE = 9;
const HANDLE_REACH = 16;
const BESIDE = 24;
/** Marks what was copied from the board. */
export const CLIPBOARD = "application/x-session-room-board";
const CORNERS = ["nw", "ne", "sw", "se"];

/** The tool "Select", and what is selected. It is a Tool of drawing.js. */
export class Selection {
  /** @type {Set<string>} */
  ids = new Set();
  /** @type {import("./sync.js").Fields[]} */
  #copied = [];
  /** @type {import("./drawing.js").Point} */
  #from = { x: 0, y: 0 };
  /** What a drag does. @type {"move" | "frame" | string} */
  #what = "move";
  /** @type {import("./sync.js").Fields[]} */
  #before = [];
  /** @type {import("./sync.js").Fields[]} */
  #edits = [];

  /** @param {import("./board.js").Board} board @param {SVGGElement} layer */
  constructor(board, layer) {
    this.board = board;
    this.layer = layer;
  }

  start(point) {
    this.#from = point;
    this.#edits = [];
    this.#what = this.#cornerAt(point) ?? this.#take(point);
    this.#before = this.records;
  }

  move(points) {
    const to = points[points.length - 1];
    const [dx, dy] = [to.x - this.#from.x, to.y - this.#from.y];
    if (this.#what === "frame") return this.#frame(to);
    const from = this.board.surface.bounds(this.ids);
    if (!from || !this.board.mayDraw) return;
    if (this.#what === "move") this.#edits = this.#before.map((record) => moved(record, dx, dy));
    else this.#resize(dx, dy);
    for (const edit of this.#edits) {
      const record = this.#before.find(({ id }) => id === edit.id);
      this.board.surface.update(edit.id, { ...record, ...edit });
    }
    this.show();
  }

  end() {
    this.#frameNode?.remove();
    if (this.#edits.length > 0) this.board.edit(this.#edits);
    this.#edits = [];
    this.show();
  }

  cancel() {
    this.#edits = [];
    this.#frameNode?.remove();
    for (const id of this.ids) this.board.redraw(id);
    this.show();
  }

  /** @returns {import("./sync.js").Fields[]} */
  get records() {
    return [...this.ids].map((id) => this.board.surface.record(id)).filter(Boolean);
  }

  /** @param {Iterable<string>} ids */
  set(ids) {
    this.ids = new Set(ids);
    this.show();
    this.board.onSelect();
  }

  /** Draw the frame, without what is gone. */
  show() {
    for (const id of this.ids) if (!this.board.surface.record(id)) this.ids.delete(id);
    const box = this.board.surface.bounds(this.ids);
    this.layer.replaceChildren();
    if (!box) return;
    const { zoom } = this.board.camera;
    const { x, y, w, h } = box;
    this.layer.append(svg("rect", { class: "selected", x, y, width: w, height: h, "vector-effect": "non-scaling-stroke" }));
    const side = HANDLE / zoom;
    for (const { x: cx, y: cy } of corners(box)) {
      this.layer.append(svg("rect", { class: "handle", x: cx - side / 2, y: cy - side / 2, width: side, height: side, "vector-effect": "non-scaling-stroke" }));
    }
  }

  copy() {
    this.#copied = this.records;
  }

  /** To the clipboard: its own content stays with us. @param {ClipboardEvent} event */
  copyTo(event) {
    const isText = /** @type {Element} */ (event.target).closest("textarea, input");
    if (isText || this.ids.size === 0) return;
    this.copy();
    event.clipboardData.setData(CLIPBOARD, "copied");
    event.preventDefault();
  }

  paste() {
    if (this.#copied.length === 0) return;
    const beside = BESIDE / this.board.camera.zoom;
    const made = this.#copied.map(({ version, by, order, pending, h, ...record }) => ({
      ...record,
      ...(record.kind === "text" ? {} : { h }),
      ...moved(record, beside, beside),
      id: newId(),
      page: this.board.page,
    }));
    this.#copied = made;
    this.board.add(made);
    this.set(made.map(({ id }) => id));
  }

  remove() {
    const { ids } = this;
    this.set([]);
    this.board.remove(ids);
  }

  /** By keys. @param {number} dx @param {number} dy */
  nudge(dx, dy) {
    this.board.edit(this.records.map((record) => moved(record, dx, dy)));
  }

  /** By keys. @param {number} factor */
  scale(factor) {
    const from = this.board.surface.bounds(this.ids);
    if (!from) return;
    const to = { ...from, w: from.w * factor, h: from.h * factor };
    this.board.edit(this.records.map((record) => resized(record, from, to)));
  }

  /** @type {SVGElement | null} */
  #frameNode = null;

  /** Select what is under the pointer. @param {import("./drawing.js").Point} point */
  #take(point) {
    const found = this.board.surface.at(point, REACH / this.board.camera.zoom);
    if (!found) {
      this.set([]);
      return "frame";
    }
    if (point.even) this.set(this.ids.has(found) ? [...this.ids].filter((id) => id !== found) : [...this.ids, found]);
    else if (!this.ids.has(found)) this.set([found]);
    return "move";
  }

  /** @param {import("./drawing.js").Point} point @returns {string | null} */
  #cornerAt({ x, y }) {
    const box = this.board.surface.bounds(this.ids);
    if (!box) return null;
    const near = corners(box).findIndex((corner) => Math.hypot(corner.x - x, corner.y - y) * this.board.camera.zoom < HANDLE_REACH);
    return near < 0 ? null : CORNERS[near];
  }

  /** @param {number} dx @param {number} dy */
  #resize(dx, dy) {
    const bounds = around(this.#before.map(boundsOf));
    const to = dragged(bounds, this.#what, dx, dy, keepProportions(this.#before));
    this.#edits = this.#before.map((record) => resized(record, bounds, to));
  }

  /** @param {import("./drawing.js").Point} to */
  #frame(to) {
    const box = boxOf(this.#from.x, this.#from.y, to.x, to.y);
    this.#frameNode?.remove();
    const { x, y, w, h } = box;
    this.set(this.board.surface.within(box));
    this.#frameNode = svg("rect", { class: "frame", x, y, width: w, height: h, "vector-effect": "non-scaling-stroke" });
    this.layer.append(this.#frameNode);
  }
}

/** @param {import("./geometry.js").Box} box In the order of CORNERS. */
function corners({ x, y, w, h }) {
  return [y, y + h].flatMap((cy) => [x, x + w].map((cx) => ({ x: cx, y: cy })));
}
