import { clamped, SHEET } from "./geometry.js";

const LEAST = 0.1;
const MOST = 8;
const MARGIN = 0.96;

/** Which part of the page is seen, and how large. Event: `change`. */
export class Camera extends EventTarget {
  #x = 0;
  #y = 0;
  /** Pixels a unit. */
  zoom = 1;
  #size = { w: 1, h: 1 };
  /** What shall stay in sight when the surface's size changes. */
  #fitted = SHEET;

  /**
   * @param {HTMLElement} surface
   * @param {SVGSVGElement[]} drawings
   * @param {AbortSignal} signal
   */
  constructor(surface, drawings, signal) {
    super();
    this.surface = surface;
    this.drawings = drawings;
    const observer = new ResizeObserver(() => this.#measure());
    observer.observe(surface);
    signal.addEventListener("abort", () => observer.disconnect());
    this.#measure();
  }

  /** The part that is seen. */
  get box() {
    return { x: this.#x, y: this.#y, w: this.#size.w / this.zoom, h: this.#size.h / this.zoom };
  }

  get centre() {
    const { x, y, w, h } = this.box;
    return { x: x + w / 2, y: y + h / 2 };
  }

  /** @param {{ clientX: number, clientY: number }} event */
  toPage({ clientX, clientY }) {
    const { left, top } = this.surface.getBoundingClientRect();
    return { x: this.#x + (clientX - left) / this.zoom, y: this.#y + (clientY - top) / this.zoom };
  }

  /** @param {{ x: number, y: number }} place @returns Pixels from the surface's corner. */
  toSurface({ x, y }) {
    return { left: (x - this.#x) * this.zoom, top: (y - this.#y) * this.zoom };
  }

  /** @param {number} dx @param {number} dy Pixels. */
  pan(dx, dy) {
    this.#fitted = null;
    this.#show(this.#x - dx / this.zoom, this.#y - dy / this.zoom, this.zoom);
  }

  /** @param {number} factor @param {{ x: number, y: number }} [place] What stays where it is. */
  zoomBy(factor, place = this.centre) {
    this.#fitted = null;
    const zoom = clamped(this.zoom * factor, LEAST, MOST);
    const back = this.zoom / zoom;
    this.#show(place.x - (place.x - this.#x) * back, place.y - (place.y - this.#y) * back, zoom);
  }

  /** Show all of this. @param {import("./geometry.js").Box} box */
  fit(box = SHEET) {
    this.#fitted = box;
    const zoom = clamped(Math.min(this.#size.w / box.w, this.#size.h / box.h) * MARGIN, LEAST, MOST);
    this.#show(box.x + box.w / 2 - this.#size.w / zoom / 2, box.y + box.h / 2 - this.#size.h / zoom / 2, zoom);
  }

  /** Bring a place into sight. @param {import("./geometry.js").Box} box */
  reveal(box) {
    const seen = this.box;
    const isSeen = box.x < seen.x + seen.w && box.x + box.w > seen.x && box.y < seen.y + seen.h && box.y + box.h > seen.y;
    if (isSeen) return;
    this.#fitted = null;
    this.#show(box.x + box.w / 2 - seen.w / 2, box.y + box.h / 2 - seen.h / 2, this.zoom);
  }

  #measure() {
    this.#size = { w: this.surface.clientWidth || 1, h: this.surface.clientHeight || 1 };
    if (this.#fitted) this.fit(this.#fitted);
    else this.#show(this.#x, this.#y, this.zoom);
  }

  /** @param {number} x @param {number} y @param {number} zoom */
  #show(x, y, zoom) {
    [this.#x, this.#y, this.zoom] = [x, y, zoom];
    const { w, h } = this.box;
    for (const drawing of this.drawings) drawing.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
    this.dispatchEvent(new Event("change"));
  }
}
