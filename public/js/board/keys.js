/**
 * The board by keyboard. Digits choose tools. With a tool that draws, the arrow keys move a cross and Enter puts the tool
 * down and up. With "Select", Tab goes from object to object; arrows move what is selected. The keys work while the board
 * has the focus, and single keys only while the room's shortcuts are on.
 */

const STEP = 20;
const SMALL_STEP = 2;
const ZOOM = 1.25;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TOOL_KEYS = { 1: "select", 2: "pen", 3: "highlighter", 4: "eraser", 5: "line", 6: "arrow", 7: "rectangle", 8: "ellipse", 9: "text", 0: "hand", ".": "laser" };

export class Keys {
  /** @type {{ x: number, y: number } | null} The cross. */
  #cross = null;
  /** @type {import("./drawing.js").Tool | null} The tool that is down. */
  #tool = null;

  /**
   * @param {import("./board.js").Board} board
   * @param {HTMLElement} surface
   * @param {SVGElement} cross
   * @param {AbortSignal} signal
   */
  constructor(board, surface, cross, signal) {
    this.board = board;
    this.surface = surface;
    this.cross = cross;
    board.root.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    surface.addEventListener("keyup", (event) => event.key === " " && (board.pointers.isSpaceHeld = false), { signal });
    surface.addEventListener("focusin", (event) => this.#onFocus(/** @type {SVGElement} */ (event.target)), { signal });
    surface.addEventListener("focusout", () => this.lift(), { signal });
  }

  /** Take the cross away; what it draws is finished. */
  lift() {
    this.#tool?.end();
    this.#tool = null;
    this.#cross = null;
    this.cross.toggleAttribute("hidden", true);
  }

  /** An object that gets the focus by Tab is selected. @param {SVGElement} target */
  #onFocus(target) {
    const { id } = target.dataset;
    if (!id || !target.matches(":focus-visible")) return;
    this.board.choose("select");
    this.board.selection.set([id]);
    this.board.camera.reveal(this.board.surface.bounds([id]));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("textarea, input, dialog") || event.altKey) return;
    const isOnPage = this.surface.contains(target) && !target.closest("button");
    const done = event.ctrlKey || event.metaKey ? this.#onCommand(event) : isOnPage ? this.#onPlainKey(event) : this.#onSingleKey(event);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event @returns {boolean} Whether it is ours. */
  #onCommand({ key, shiftKey }) {
    const letter = key.toLowerCase();
    if (letter === "z") return this.board.undo(shiftKey), true;
    if (letter === "y") return this.board.undo(true), true;
    if (letter === "a") return this.board.selectAll(), true;
    return false;
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  #onPlainKey({ key, shiftKey, repeat }) {
    const { board } = this;
    if (key in ARROWS) return this.#onArrow(ARROWS[key], shiftKey ? SMALL_STEP : STEP);
    if (key === "Enter") return !repeat && this.#onEnter();
    if (key === "Escape") return this.#onEscape();
    if (key === "PageDown" || key === "PageUp") return board.turn(key === "PageDown" ? 1 : -1), true;
    if (key === "Delete" || key === "Backspace") return board.selection.remove(), true;
    if (key === " ") return board.allowsSingleKeys && (board.pointers.isSpaceHeld = true);
    return this.#onSingleKey({ key });
  }

  /** @param {{ key: string }} event @returns {boolean} */
  #onSingleKey({ key }) {
    const { board } = this;
    if (!board.allowsSingleKeys) return false;
    if (key in TOOL_KEYS) return this.lift(), board.choose(TOOL_KEYS[key]), true;
    if (key === "+" || key === "=") return this.#zoom(ZOOM);
    if (key === "-") return this.#zoom(1 / ZOOM);
    return false;
  }

  /** @param {number} factor What is selected grows; else the page. */
  #zoom(factor) {
    if (this.board.selection.ids.size > 0 && this.board.mayDraw) this.board.selection.scale(factor);
    else this.board.zoomBy(factor);
    return true;
  }

  /** @param {number[]} direction @param {number} step */
  #onArrow([dx, dy], step) {
    const { board } = this;
    if (board.style.tool === "hand") board.pan(-dx * step * 3, -dy * step * 3);
    else if (board.style.tool === "select") {
      if (board.selection.ids.size > 0) board.selection.nudge(dx * step, dy * step);
      else board.pan(-dx * step * 3, -dy * step * 3);
    } else this.#moveCross(dx * step, dy * step);
    return true;
  }

  /** @param {number} dx @param {number} dy */
  #moveCross(dx, dy) {
    const at = this.#cross ?? this.board.camera.centre;
    this.#cross = { x: at.x + dx, y: at.y + dy };
    this.board.camera.reveal({ ...this.#cross, w: 0, h: 0 });
    this.cross.toggleAttribute("hidden", false);
    this.cross.setAttribute("transform", `translate(${this.#cross.x} ${this.#cross.y}) scale(${1 / this.board.camera.zoom})`);
    this.#tool?.move([this.#cross]);
  }

  #onEnter() {
    const { board } = this;
    if (board.style.tool === "select") return board.editText(), true;
    if (board.style.tool === "hand") return false;
    if (!this.#cross) this.#moveCross(0, 0);
    if (this.#tool) {
      const tool = this.#tool;
      this.#tool = null;
      tool.end();
      board.say("pen-up");
    } else {
      const tool = board.tool();
      tool?.start(this.#cross);
      // A text is written at once; the others need a second place.
      if (board.style.tool === "text") tool?.end();
      else if (tool) this.#tool = tool;
      if (this.#tool) board.say("pen-down");
    }
    return true;
  }

  #onEscape() {
    if (this.#tool) {
      this.#tool.cancel();
      this.#tool = null;
    } else if (this.#cross) this.lift();
    else if (this.board.selection.ids.size > 0) {
      this.board.selection.set([]);
      this.surface.focus({ preventScroll: true });
    } else this.board.focusTools();
    return true;
  }
}
