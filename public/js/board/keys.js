/**
 * The board by keyboard. Digits choose tools. With a tool that draws, the arrow keys move a cross and Enter puts the tool
 * down and up. With "Select", Tab goes from object to object; arrows move what is selected. The keys work while the board
 * has the focus, and single keys only while the room's shortcuts are on.
 */

import { announce } from "../shared/announce.js";
import { ZOOM } from "../sheet/camera.js";
import { t } from "../words/words.js";

const STEP = 20;
const SMALL_STEP = 2;
/** As many steps move the page. */
const PAGE_STEPS = 3;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TOOL_KEYS = { 1: "select", 2: "pen", 3: "highlighter", 4: "eraser", 5: "line", 6: "arrow", 7: "rectangle", 8: "ellipse", 9: "text", 0: "hand", ".": "laser" };

export class Keys {
  /** @param {Board} board */
  constructor(board) {
    const { sheet, root, signal } = board;
    this.board = board;
    this.sheet = sheet;
    root.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    sheet.element.addEventListener("keyup", (event) => event.key === " " && (sheet.pointers.isSpaceHeld = false), { signal });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("textarea, input, dialog") || event.altKey) return;
    const isOnPage = this.sheet.element.contains(target) && !target.closest("button");
    const isCommand = event.ctrlKey || event.metaKey;
    const act = isCommand ? this.#command(event) : ((isOnPage && this.#onPage(event)) || this.#single(event.key));
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @param {KeyboardEvent} event @returns {(() => void) | undefined} What the key does. */
  #command({ key, shiftKey }) {
    const { board, sheet } = this;
    return { z: () => board.undo(shiftKey), y: () => board.undo(true), a: () => sheet.selection.all() }[key.toLowerCase()];
  }

  /** @param {KeyboardEvent} event @returns {(() => void) | false | undefined} */
  #onPage({ key, shiftKey, repeat }) {
    const { board, sheet } = this;
    const isMoving = sheet.tools.name === "hand";
    if (key in ARROWS) return () => this.#onArrow(ARROWS[key], shiftKey ? SMALL_STEP : STEP);
    return {
      Enter: !repeat && !isMoving && (() => this.#onEnter()),
      Escape: () => this.#onEscape(),
      PageDown: () => board.turn(1),
      PageUp: () => board.turn(-1),
      Delete: () => sheet.selection.remove(),
      Backspace: () => sheet.selection.remove(),
      " ": board.allowsSingleKeys && (() => (sheet.pointers.isSpaceHeld = true)),
    }[key];
  }

  /** @param {string} key @returns {(() => void) | false | undefined} */
  #single(key) {
    const zooms = { "+": ZOOM, "=": ZOOM, "-": 1 / ZOOM };
    if (!this.board.allowsSingleKeys) return false;
    if (key in TOOL_KEYS) return () => this.sheet.tools.choose(TOOL_KEYS[key]);
    return key in zooms && (() => this.#zoom(zooms[key]));
  }

  /** @param {number} factor What is selected grows; else the page. */
  #zoom(factor) {
    const { selection, camera } = this.sheet;
    if (selection.ids.size > 0 && this.board.mayDraw) selection.arrange(({ x, y, w, h }) => ({ x, y, w: w * factor, h: h * factor }));
    else camera.zoomBy(factor);
  }

  /** @param {number[]} direction @param {number} step */
  #onArrow([across, down], step) {
    const { tools, selection, camera, cross } = this.sheet;
    const [dx, dy] = [across * step, down * step];
    if (tools.name === "select" && selection.ids.size > 0) selection.arrange((box) => ({ ...box, x: box.x + dx, y: box.y + dy }));
    else if (tools.name === "select" || tools.name === "hand") camera.pan(-dx * PAGE_STEPS, -dy * PAGE_STEPS);
    else cross.move(dx, dy);
  }

  #onEnter() {
    const { tools, selection, cross } = this.sheet;
    if (tools.name === "select") return selection.edit();
    const went = cross.press();
    // Translators: spoken when the pen is put down on the page.
    if (went === "down") announce(t("Down"));
    // Translators: spoken when the pen is lifted from the page.
    if (went === "up") announce(t("Up"));
  }

  #onEscape() {
    const { selection, pointers, cross } = this.sheet;
    if (pointers.cancel() || cross.cancel()) return;
    if (selection.ids.size === 0) return this.board.focusTools();
    selection.set([]);
    this.sheet.focus();
  }
}
