/** The board as this person sees it, drawn from what the page shows. What has not changed is not drawn again. */

import { HEIGHT, STRIP, WIDTH } from "./formats.js";
import { inside } from "./layout.js";
import { drawElement, move, pathOf } from "./board_elements.js";

/** The drawing of a full board must leave the page time for the rest. */
const REST = 5;
const PAPER = { w: 1600, h: 1200, grid: 40 };

export class BoardPicture {
  canvas = document.createElement("canvas");
  /** The elements alone. */
  #base = document.createElement("canvas");
  #isStale = true;
  /** How the paper was drawn. */
  #paper = "";
  /** Elements that have come on top since. @type {Element[]} */
  #added = [];
  #restsUntil = 0;

  /** @param {HTMLElement} root The board. */
  constructor(root) {
    this.root = root;
    const find = (selector) => root.querySelector(selector);
    this.drawing = find(".board-drawing");
    this.elements = find("#board-elements");
    this.over = [find("#board-ink"), find("#board-preview")];
    this.cursor = find("#board-cursor");
    const observer = new MutationObserver((changes) => this.#onChange(changes));
    observer.observe(this.drawing, { subtree: true, childList: true, attributes: true, attributeFilter: ["transform", "viewBox"] });
  }

  /** @returns {HTMLCanvasElement} As it is now. */
  draw() {
    this.#measure();
    this.#drawBase();
    const pen = this.canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.#base, 0, 0);
    this.#look(pen);
    for (const layer of this.over) for (const element of layer.children) this.#element(pen, element);
    if (!this.cursor.hasAttribute("hidden")) this.#drawCursor(pen);
    return this.canvas;
  }

  /** @param {MutationRecord[]} changes */
  #onChange(changes) {
    for (const { target, addedNodes, removedNodes, nextSibling } of changes) {
      const isOnTop = target === this.elements && removedNodes.length === 0 && !nextSibling;
      if (isOnTop) this.#added.push(.../** @type {any} */ (addedNodes));
      else if (target === this.drawing || this.elements.contains(target)) this.#isStale = true;
    }
  }

  /** The page may have another size now. */
  #measure() {
    const { clientWidth, clientHeight } = this.drawing.parentElement;
    const { w, h } = inside({ w: clientWidth, h: clientHeight }, { x: 0, y: 0, w: WIDTH - STRIP, h: HEIGHT });
    const size = { width: Math.round(w), height: Math.round(h) };
    if (this.canvas.width === size.width && this.canvas.height === size.height) return;
    for (const canvas of [this.canvas, this.#base]) Object.assign(canvas, size);
    this.#isStale = true;
  }

  #drawBase() {
    const pen = this.#base.getContext("2d");
    const began = performance.now();
    this.theme = getComputedStyle(this.root);
    const paper = `${this.#colour("paper")} ${this.#hasGrid}`;
    if (paper !== this.#paper) this.#isStale = true;
    if (this.#isStale && began < this.#restsUntil) return;
    this.#paper = paper;
    if (this.#isStale) this.#drawPaper(pen);
    this.#look(pen);
    for (const element of this.#isStale ? this.elements.children : this.#added) this.#element(pen, element);
    this.#isStale = false;
    this.#added = [];
    const end = performance.now();
    this.#restsUntil = end + REST * (end - began);
  }

  /** @param {CanvasRenderingContext2D} pen */
  #drawPaper(pen) {
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = this.#colour("around");
    pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
    this.#look(pen);
    pen.fillStyle = this.#colour("paper");
    pen.fillRect(0, 0, PAPER.w, PAPER.h);
    if (!this.#hasGrid) return;
    pen.strokeStyle = this.#colour("line");
    pen.lineWidth = 2;
    pen.beginPath();
    for (let x = 0; x <= PAPER.w; x += PAPER.grid) pen.moveTo(x, 0), pen.lineTo(x, PAPER.h);
    for (let y = 0; y <= PAPER.h; y += PAPER.grid) pen.moveTo(0, y), pen.lineTo(PAPER.w, y);
    pen.stroke();
  }

  get #hasGrid() {
    return this.root.classList.contains("with-grid");
  }

  /** The part that is seen. @param {CanvasRenderingContext2D} pen */
  #look(pen) {
    const { x, y, width, height } = this.drawing.viewBox.baseVal;
    const scale = Math.min(pen.canvas.width / (width || 1), pen.canvas.height / (height || 1));
    pen.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
  }

  /** @param {CanvasRenderingContext2D} pen @param {Element} element */
  #element(pen, element) {
    const [, ink = "ink"] = element.getAttribute("class")?.match(/ink-(\w+)/) ?? [];
    // A picture is drawn once it is loaded.
    drawElement(pen, /** @type {SVGGElement} */ (element), this.#colour(ink), () => (this.#isStale = true));
  }

  /** The other person's pointer. @param {CanvasRenderingContext2D} pen */
  #drawCursor(pen) {
    const shape = this.cursor.querySelector(this.cursor.classList.contains("laser") ? "circle" : "path");
    move(pen, this.cursor);
    pen.fillStyle = getComputedStyle(shape).fill;
    pen.fill(pathOf(shape));
  }

  /** @param {string} name */
  #colour(name) {
    return this.theme.getPropertyValue(`--board-${name}`).trim();
  }
}
