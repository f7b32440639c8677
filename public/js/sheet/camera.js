import { SHEET, clamped } from "./geometry.js";

/** By one press of a button or key. */
export const ZOOM = 1.25;
const LEAST = 0.1;
const MOST = 8;
const MARGIN = 0.96;
/** A movement that rests so long is over. */
const REST_MS = 150;
/** What would be stretched by more is drawn again at once. */
const STRETCH = 4;

/** Which part of the page is seen, and how large. Event: `change`. */
export class Camera extends EventTarget {
  /** The corner that is seen, and pixels a unit. */
  #x = 0;
  #y = 0;
  zoom = 1;
  #size = { w: 1, h: 1 };
  /** As the elements are drawn. */
  #drawn = { x: 0, y: 0, zoom: 1 };
  #rest = 0;
  /** What shall stay in sight when the surface's size changes. @type {Box | null} */
  #fitted = SHEET;

  /** @param {Sheet} sheet */
  constructor({ element, root, signal, keeper }) {
    super();
    this.keeper = keeper;
    this.surface = element;
    const [elements, over] = root.querySelectorAll(".board-drawing");
    this.elements = /** @type {SVGElement} */ (elements);
    this.over = over;
    const observer = new ResizeObserver(() => this.#measure());
    observer.observe(element);
    signal.addEventListener("abort", () => observer.disconnect());
    this.#measure();
  }

  /** The part that is seen. @returns {Box} */
  get box() {
    return { x: this.#x, y: this.#y, w: this.#size.w / this.zoom, h: this.#size.h / this.zoom };
  }

  get centre() {
    const { x, y, w, h } = this.box;
    return { x: x + w / 2, y: y + h / 2 };
  }

  /** @param {{ clientX: number, clientY: number }} event @returns {Place} */
  toPage({ clientX, clientY }) {
    const { left, top } = this.surface.getBoundingClientRect();
    return { x: this.#x + (clientX - left) / this.zoom, y: this.#y + (clientY - top) / this.zoom };
  }

  /** @param {Place} place @returns Pixels from the surface's corner. */
  toSurface({ x, y }) {
    return { left: (x - this.#x) * this.zoom, top: (y - this.#y) * this.zoom };
  }

  /** For what has one size at each zoom. @param {Place} place */
  markAt({ x, y }) {
    return `translate(${x} ${y}) scale(${1 / this.zoom})`;
  }

  /** @param {number} dx @param {number} dy Pixels. */
  pan(dx, dy) {
    if (this.keeper.mayMove) this.#show(this.#x - dx / this.zoom, this.#y - dy / this.zoom);
  }

  /** @param {number} factor @param {Place} [place] What stays where it is. */
  zoomBy(factor, place = this.centre) {
    if (!this.keeper.mayMove) return;
    const zoom = clamped(this.zoom * factor, LEAST, MOST);
    const back = this.zoom / zoom;
    this.#show(place.x - (place.x - this.#x) * back, place.y - (place.y - this.#y) * back, zoom);
  }

  /** Show all of this. @param {Box} box */
  fit(box = SHEET) {
    const zoom = clamped(Math.min(this.#size.w / box.w, this.#size.h / box.h) * MARGIN, LEAST, MOST);
    this.#centre(box, zoom);
    this.#fitted = box;
  }

  /** Bring a place into sight. @param {Box} box */
  reveal(box) {
    const { x, y, w, h } = this.box;
    const isSeen = box.x < x + w && box.x + box.w > x && box.y < y + h && box.y + box.h > y;
    if (!isSeen) this.#centre(box, this.zoom);
  }

  /** @param {Box} box @param {number} zoom */
  #centre({ x, y, w, h }, zoom) {
    this.#show(x + (w - this.#size.w / zoom) / 2, y + (h - this.#size.h / zoom) / 2, zoom);
  }

  #measure() {
    const { clientWidth: w, clientHeight: h } = this.surface;
    // Not shown: who follows would see a single point.
    if (!w || !h) return;
    this.#size = { w, h };
    if (this.#fitted) this.fit(this.#fitted);
    else this.#show(this.#x, this.#y);
    this.#draw();
  }

  /** @param {number} x @param {number} y @param {number} [zoom] */
  #show(x, y, zoom = this.zoom) {
    [this.#x, this.#y, this.zoom, this.#fitted] = [x, y, zoom, null];
    setViewBox(this.over, this.box);
    this.#moveDrawn();
    this.dispatchEvent(new Event("change"));
  }

  /** To draw thousands of elements takes longer than a frame, so they are moved as one picture until the movement rests. */
  #moveDrawn() {
    const stretch = this.zoom / this.#drawn.zoom;
    if (Math.max(stretch, 1 / stretch) > STRETCH) return this.#draw();
    const { left, top } = this.toSurface(this.#drawn);
    this.elements.style.transform = `translate(${left}px, ${top}px) scale(${stretch})`;
    clearTimeout(this.#rest);
    this.#rest = window.setTimeout(() => this.#draw(), REST_MS);
  }

  #draw() {
    clearTimeout(this.#rest);
    this.#drawn = { x: this.#x, y: this.#y, zoom: this.zoom };
    this.elements.style.transform = "";
    setViewBox(this.elements, this.box);
  }
}

/** @param {Element} drawing @param {Box} box */
function setViewBox(drawing, { x, y, w, h }) {
  drawing.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
}
