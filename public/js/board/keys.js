/**
 * The board by keyboard. Digits choose tools. With a tool that draws, the arrow keys move a cross and Enter puts the tool
 * down and up. With "Select", Tab goes from object to object; arrows move what is selected. The keys work while the board
 * has the focus, and single keys only while the room's shortcuts are on.
 */

import { ZOOM } from "./camera.js";

const STEP = 20;
const SMALL_STEP = 2;
/** As many steps move the page. */
const PAGE_STEPS = 3;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TOOL_KEYS = { 1: "select", 2: "pen", 3: "highlighter", 4: "eraser", 5: "line", 6: "arrow", 7: "rectangle", 8: "ellipse", 9: "text", 0: "hand", ".": "laser" };

export class Keys {
  /** The place of the cross. @type {Place | null} */
  #place = null;
  /** The tool that is down. @type {Tool | null} */
  #tool = null;

  /** @param {Board} board */
  constructor(board) {
    const { element, root, signal } = board;
    this.board = board;
    this.cross = board.find("board-cross");
    root.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    element.addEventListener("keyup", (event) => event.key === " " && (board.pointers.isSpaceHeld = false), { signal });
    element.addEventListener("focusin", (event) => this.#onFocus(/** @type {SVGElement} */ (event.target)), { signal });
    element.addEventListener("focusout", () => this.lift(), { signal });
  }

  /** Take the cross away; what it draws is finished. */
  lift() {
    this.#stop("end");
    this.#place = null;
    this.cross.toggleAttribute("hidden", true);
  }

  /** @param {"end" | "cancel"} how */
  #stop(how) {
    const tool = this.#tool;
    this.#tool = null;
    tool?.[how]();
  }

  /** An object that gets the focus by Tab is selected. @param {SVGElement} target */
  #onFocus(target) {
    const { id } = target.dataset;
    if (!id || !target.matches(":focus-visible")) return;
    this.board.tools.choose("select");
    this.board.selection.set([id]);
    this.board.camera.reveal(this.board.surface.bounds([id]));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("textarea, input, dialog") || event.altKey) return;
    const isOnPage = this.board.element.contains(target) && !target.closest("button");
    const isCommand = event.ctrlKey || event.metaKey;
    const act = isCommand ? this.#command(event) : ((isOnPage && this.#onPage(event)) || this.#single(event.key));
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @param {KeyboardEvent} event @returns {(() => void) | undefined} What the key does. */
  #command({ key, shiftKey }) {
    const { board } = this;
    return { z: () => board.undo(shiftKey), y: () => board.undo(true), a: () => board.selectAll() }[key.toLowerCase()];
  }

  /** @param {KeyboardEvent} event @returns {(() => void) | false | undefined} */
  #onPage({ key, shiftKey, repeat }) {
    const { board } = this;
    const isMoving = board.tools.name === "hand";
    if (key in ARROWS) return () => this.#onArrow(ARROWS[key], shiftKey ? SMALL_STEP : STEP);
    return {
      Enter: !repeat && !isMoving && (() => this.#onEnter()),
      Escape: () => this.#onEscape(),
      PageDown: () => board.turn(1),
      PageUp: () => board.turn(-1),
      Delete: () => board.selection.remove(),
      Backspace: () => board.selection.remove(),
      " ": board.allowsSingleKeys && (() => (board.pointers.isSpaceHeld = true)),
    }[key];
  }

  /** @param {string} key @returns {(() => void) | false | undefined} */
  #single(key) {
    const choose = () => (this.lift(), this.board.tools.choose(TOOL_KEYS[key]));
    const zooms = { "+": ZOOM, "=": ZOOM, "-": 1 / ZOOM };
    if (!this.board.allowsSingleKeys) return false;
    return key in TOOL_KEYS ? choose : key in zooms && (() => this.#zoom(zooms[key]));
  }

  /** @param {number} factor What is selected grows; else the page. */
  #zoom(factor) {
    const { selection, mode, camera } = this.board;
    if (selection.ids.size > 0 && mode.mayDraw) selection.arrange(({ x, y, w, h }) => ({ x, y, w: w * factor, h: h * factor }));
    else camera.zoomBy(factor);
  }

  /** @param {number[]} direction @param {number} step */
  #onArrow([across, down], step) {
    const { tools, selection, camera } = this.board;
    const [dx, dy] = [across * step, down * step];
    if (tools.name === "select" && selection.ids.size > 0) selection.arrange((box) => ({ ...box, x: box.x + dx, y: box.y + dy }));
    else if (tools.name === "select" || tools.name === "hand") camera.pan(-dx * PAGE_STEPS, -dy * PAGE_STEPS);
    else this.#moveCross(dx, dy);
  }

  /** @param {number} dx @param {number} dy */
  #moveCross(dx, dy) {
    const { camera } = this.board;
    const { x, y } = this.#place ?? camera.centre;
    this.#place = { x: x + dx, y: y + dy };
    camera.reveal({ ...this.#place, w: 0, h: 0 });
    this.cross.toggleAttribute("hidden", false);
    this.cross.setAttribute("transform", camera.markAt(this.#place));
    this.#tool?.move([this.#place]);
  }

  #onEnter() {
    const { board } = this;
    if (board.tools.name === "select") return board.editText();
    if (!this.#place) this.#moveCross(0, 0);
    if (this.#tool) {
      this.#stop("end");
      return board.say("pen-up");
    }
    const tool = board.tools.current;
    tool?.start(this.#place);
    // A text is written at once; the others need a second place.
    if (board.tools.name === "text") return tool?.end();
    this.#tool = tool;
    if (tool) board.say("pen-down");
  }

  #onEscape() {
    const { selection, pointers } = this.board;
    if (pointers.cancel()) return;
    if (this.#tool) this.#stop("cancel");
    else if (this.#place) this.lift();
    else if (selection.ids.size > 0) {
      selection.set([]);
      this.board.focusSurface();
    } else this.board.focusTools();
  }
}
