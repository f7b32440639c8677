/** Text boxes: written in a field that lies over the page. */

import { placed, rounded } from "./geometry.js";
import { newId } from "./sync.js";

const WIDTH = 480;
const LONGEST = 4000;

/** The tool "Text". It is a Tool of drawing.js. */
export class Texts {
  /** @type {{ record: import("./sync.js").Fields, isNew: boolean } | null} */
  #edited = null;
  #at = { x: 0, y: 0 };

  /**
   * @param {import("./board.js").Board} board
   * @param {HTMLTextAreaElement} field
   * @param {AbortSignal} signal
   */
  constructor(board, field, signal) {
    this.board = board;
    this.field = field;
    field.maxLength = LONGEST;
    field.addEventListener("blur", () => this.finish(), { signal });
    field.addEventListener("input", () => this.#place(), { signal });
    field.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    board.camera.addEventListener("change", () => this.#place(), { signal });
  }

  start(point) {
    this.#at = point;
  }

  move() {}

  end() {
    const { surface, camera, style, page } = this.board;
    const found = surface.record(surface.at(this.#at, 4 / camera.zoom));
    if (found?.kind === "text") return this.edit(found);
    const w = Math.max(120, Math.min(WIDTH, camera.box.w * 0.8));
    const x = Math.min(this.#at.x, Math.max(camera.box.x, camera.box.x + camera.box.w - w));
    const { colour, size } = style;
    const record = { id: newId(), page, kind: "text", x: placed(x), y: placed(this.#at.y - size / 2), w: rounded(w), text: "", colour, size };
    this.#open({ record, isNew: true });
  }

  cancel() {}

  /** @param {import("./sync.js").Fields} record */
  edit(record) {
    this.#open({ record, isNew: false });
  }

  /** @param {{ record: import("./sync.js").Fields, isNew: boolean }} what */
  #open(what) {
    this.finish();
    this.#edited = what;
    const { record } = what;
    this.field.value = record.text;
    this.field.className = `board-field ink-${record.colour}`;
    this.field.hidden = false;
    this.board.surface.node(record.id)?.setAttribute("visibility", "hidden");
    this.#place();
    this.field.focus();
  }

  #place() {
    if (!this.#edited) return;
    const { record } = this.#edited;
    const { zoom } = this.board.camera;
    const { left, top } = this.board.camera.toSurface({ x: record.x, y: record.y });
    const { style } = this.field;
    Object.assign(style, { left: `${left}px`, top: `${top}px`, width: `${record.w * zoom}px`, fontSize: `${record.size * zoom}px`, height: "auto" });
    style.height = `${this.field.scrollHeight}px`;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    event.stopPropagation();
    const isDone = event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey));
    if (!isDone) return;
    event.preventDefault();
    this.board.focusSurface();
  }

  /** Keep what is written. A text without words is deleted. */
  finish() {
    if (!this.#edited) return;
    const { record, isNew } = this.#edited;
    const text = this.field.value.trimEnd();
    this.#edited = null;
    this.field.hidden = true;
    if (isNew && text) {
      this.board.add([{ ...record, text }]);
      this.board.choose("select");
      this.board.selection.set([record.id]);
    } else if (!isNew && text && text !== record.text) this.board.edit([{ id: record.id, text }]);
    else if (!isNew && !text) this.board.remove([record.id]);
    else this.board.redraw(record.id);
  }
}
