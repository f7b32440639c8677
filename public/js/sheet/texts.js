/** Text boxes: written in a field that lies over the page. */

import { placed, rounded } from "./geometry.js";

const WIDTHS = { least: 120, most: 480 };
const LONGEST = 4000;
/** Pixels. */
const REACH = 4;

/** The tool "Text". @implements {Tool} */
export class Texts {
  /** @type {{ record: Fields, isNew: boolean } | null} */
  #edited = null;
  /** @type {Place} */
  #at;

  /** @param {Sheet} sheet */
  constructor(sheet) {
    const { signal } = sheet;
    this.sheet = sheet;
    this.field = /** @type {HTMLTextAreaElement} */ (sheet.find("board-field"));
    this.field.maxLength = LONGEST;
    this.field.addEventListener("blur", () => this.finish(), { signal });
    this.field.addEventListener("input", () => this.#place(), { signal });
    this.field.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    sheet.camera.addEventListener("change", () => this.#place(), { signal });
  }

  start(point) {
    this.#at = point;
  }

  move() {}

  end() {
    const { surface, camera } = this.sheet;
    const found = surface.record(surface.at(this.#at, REACH / camera.zoom));
    if (found?.kind === "text") this.edit(found);
    else this.#open(this.#newAt(this.#at), true);
  }

  cancel() {}

  /** @param {Fields} record */
  edit(record) {
    this.#open(record, false);
  }

  /** In the middle of what is seen. @param {string} text */
  write(text) {
    this.sheet.tools.choose("text");
    this.#open(this.#newAt(this.sheet.camera.centre), true);
    this.field.value = text.slice(0, LONGEST);
    this.finish();
  }

  /** Keep what is written. A text without words is deleted. */
  finish() {
    if (!this.#edited) return;
    const { record, isNew } = this.#edited;
    const text = this.field.value.trimEnd();
    this.#edited = null;
    this.field.hidden = true;
    if (isNew && text) {
      this.sheet.keeper.add([{ ...record, text }]);
      this.sheet.tools.choose("select");
      this.sheet.selection.set([record.id]);
    } else if (!isNew && text && text !== record.text) this.sheet.keeper.change([{ edit: { id: record.id, text } }]);
    else if (!isNew && !text) this.sheet.remove([record.id]);
    else this.sheet.redraw(record.id);
  }

  /** @param {Place} place */
  #newAt({ x, y }) {
    const { box } = this.sheet.camera;
    const w = Math.max(WIDTHS.least, Math.min(WIDTHS.most, box.w * 0.8));
    const left = Math.min(x, Math.max(box.x, box.x + box.w - w));
    return this.sheet.tools.make("text", { x: placed(left), y: placed(y - this.sheet.tools.size / 2), w: rounded(w), text: "" });
  }

  /** @param {Fields} record @param {boolean} isNew */
  #open(record, isNew) {
    this.finish();
    this.#edited = { record, isNew };
    Object.assign(this.field, { value: record.text, className: `board-field ink-${record.colour}`, hidden: false });
    this.sheet.surface.node(record.id)?.setAttribute("visibility", "hidden");
    this.#place();
    this.field.focus();
  }

  #place() {
    if (!this.#edited) return;
    const { record } = this.#edited;
    const { zoom } = this.sheet.camera;
    const { left, top } = this.sheet.camera.toSurface({ x: record.x, y: record.y });
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
    this.sheet.focus();
  }
}
