/** Select, move, resize, copy and delete. */

import { boxOf, dragged, keepProportions, moved, resized } from "./geometry.js";
import { newId } from "./ids.js";
import { svg } from "./shapes.js";

/** Pixels. */
const REACH = 6;
const HANDLE = 9;
const HANDLE_REACH = 16;
const BESIDE = 24;
/** Marks what was copied from a sheet. */
export const CLIPBOARD = "application/x-session-room-board";
const CORNERS = ["nw", "ne", "sw", "se"];

/** The tool "Select", and what is selected. @implements {Tool} */
export class Selection {
  /** @type {Set<string>} */
  ids = new Set();
  /** @type {Fields[]} */
  #copied = [];
  /** @type {Point} */
  #from;
  /** What a drag does: "move", "frame" (selects what is in it), or the corner that it takes along. */
  #what = "";
  #keepsProportions = false;
  /** The bounds before and after a drag. @type {{ from: Box, to: Box } | null} */
  #drag = null;

  /** @param {Sheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
    this.layer = sheet.find("board-selection");
    const { element, root, camera, signal } = sheet;
    element.addEventListener("focusin", (event) => this.#onFocus(event.target), { signal });
    camera.addEventListener("change", () => this.show(), { signal });
    root.addEventListener("formula", () => this.show(), { signal });
  }

  start(point) {
    this.#from = point;
    this.#what = this.#cornerAt(point) ?? this.#take(point);
    this.#keepsProportions = keepProportions(this.records);
  }

  move(points) {
    const to = points.at(-1);
    const [dx, dy] = [to.x - this.#from.x, to.y - this.#from.y];
    const from = this.#drag?.from ?? this.bounds;
    if (this.#what === "frame") this.#frame(to);
    else if (from && this.sheet.keeper.mayDraw) {
      const box = this.#what === "move" ? { ...from, x: from.x + dx, y: from.y + dy } : dragged(from, this.#what, dx, dy, this.#keepsProportions);
      this.#drag = { from, to: box };
      this.sheet.surface.place(this.ids, from, box);
      this.sheet.onlooker.drag(this.ids, from, box);
      this.sheet.onlooker.point(to);
      this.show();
    }
  }

  end() {
    const drag = this.#drag;
    this.#drag = null;
    if (drag) {
      this.sheet.onlooker.end(true);
      this.#arrange(drag.from, drag.to);
    }
    this.show();
  }

  cancel() {
    if (this.#drag) this.sheet.onlooker.end(false);
    this.#drag = null;
    for (const id of this.ids) this.sheet.redraw(id);
    this.show();
  }

  /** @returns {Fields[]} */
  get records() {
    return [...this.ids].map((id) => this.sheet.surface.record(id)).filter(Boolean);
  }

  get bounds() {
    return this.sheet.surface.bounds(this.ids);
  }

  /** @param {Iterable<string>} ids */
  set(ids) {
    this.ids = new Set(ids);
    this.show();
    this.sheet.tellChange();
  }

  all() {
    this.sheet.tools.choose("select");
    this.set(this.sheet.surface.ids);
  }

  /** Write on in the text that is selected alone. */
  edit() {
    const [record, ...others] = this.records;
    if (record?.kind === "text" && others.length === 0 && this.sheet.keeper.mayDraw) this.sheet.texts.edit(record);
  }

  /** Draw the frame, without what is gone. */
  show() {
    for (const id of this.ids) if (!this.sheet.surface.node(id)) this.ids.delete(id);
    const box = this.#drag?.to ?? this.bounds;
    const side = HANDLE / this.sheet.camera.zoom;
    const handles = corners(box).map(({ x, y }) => frame("handle", { x: x - side / 2, y: y - side / 2, w: side, h: side }));
    this.layer.replaceChildren(...(box ? [frame("selected", box), ...handles] : []));
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
    const beside = BESIDE / this.sheet.camera.zoom;
    const made = this.#copied.map(({ version, by, order, pending, h, ...record }) => ({
      ...record,
      ...(record.kind === "text" ? {} : { h }),
      ...moved(record, beside, beside),
      id: newId(),
      page: this.sheet.page,
    }));
    this.#copied = made;
    this.sheet.keeper.add(made);
    this.set(made.map(({ id }) => id));
  }

  remove() {
    const { ids } = this;
    this.set([]);
    this.sheet.remove(ids);
  }

  /** By keys. @param {(from: Box) => Box} to */
  arrange(to) {
    if (this.bounds) this.#arrange(this.bounds, to(this.bounds));
  }

  /** An object that gets the focus by Tab is selected. @param {SVGElement} target */
  #onFocus(target) {
    const { id } = target.dataset;
    if (!id || !target.matches(":focus-visible")) return;
    this.sheet.tools.choose("select");
    this.set([id]);
    this.sheet.camera.reveal(this.bounds);
  }

  /** @param {Box} from @param {Box} to */
  #arrange(from, to) {
    this.sheet.keeper.change(this.records.map((record) => ({ edit: resized(record, from, to) })));
  }

  /** Select what is under the pointer. @param {Point} point */
  #take(point) {
    const found = this.sheet.surface.at(point, REACH / this.sheet.camera.zoom);
    if (!found) this.set([]);
    else if (point.even) this.set(this.ids.has(found) ? [...this.ids].filter((id) => id !== found) : [...this.ids, found]);
    else if (!this.ids.has(found)) this.set([found]);
    return found ? "move" : "frame";
  }

  /** @param {Place} place @returns {string | undefined} */
  #cornerAt({ x, y }) {
    const near = corners(this.bounds).findIndex((corner) => Math.hypot(corner.x - x, corner.y - y) * this.sheet.camera.zoom < HANDLE_REACH);
    return CORNERS[near];
  }

  /** @param {Point} to */
  #frame(to) {
    const box = boxOf(this.#from.x, this.#from.y, to.x, to.y);
    this.set(this.sheet.surface.within(box));
    this.layer.append(frame("frame", box));
  }
}

/** @param {Box | null} box In the order of CORNERS. @returns {Place[]} */
function corners(box) {
  return box ? [box.y, box.y + box.h].flatMap((y) => [box.x, box.x + box.w].map((x) => ({ x, y }))) : [];
}

/** @param {string} name @param {Box} box */
function frame(name, { x, y, w, h }) {
  return svg("rect", { class: name, x, y, width: w, height: h, "vector-effect": "non-scaling-stroke" });
}
