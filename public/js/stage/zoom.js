/** Zoom of the other person's screen: by buttons, keys, pinch, and the wheel with Ctrl. */

import { WHOLE, panned, zoomed } from "./zoom_rules.js";
import { inNumbers } from "../shared/numbers.js";

const $ = (id) => document.getElementById(id);
const view_ = $("zoom-window");
const picture = $("remote-screen");
const STEP = 1.5;
/** Each pixel of a wheel's turn, or of a pinch on a trackpad, changes the zoom by this part. */
const WHEEL = 0.005;
const ARROW_PX = 60;
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Zoom {
  #view = WHOLE;
  /** Fingers, or the mouse, that are down. @type {Map<number, { x: number, y: number }>} */
  #pointers = new Map();

  /** @param {AbortSignal} signal Ends it. */
  constructor(signal) {
    $("zoom-in").addEventListener("click", () => this.#zoom(STEP), { signal });
    $("zoom-out").addEventListener("click", () => this.#zoom(1 / STEP), { signal });
    $("zoom-all").addEventListener("click", () => this.showAll(), { signal });
    view_.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    view_.addEventListener("wheel", (event) => this.#onWheel(event), { signal, passive: false });
    view_.addEventListener("pointerdown", (event) => this.#onDown(event), { signal });
    view_.addEventListener("pointermove", (event) => this.#onMove(event), { signal });
    for (const end of ["pointerup", "pointercancel"]) {
      view_.addEventListener(end, (event) => this.#pointers.delete(event["pointerId"]), { signal });
    }
    this.showAll();
  }

  showAll() {
    this.#show(WHOLE);
  }

  /** @param {number} factor @param {{ x: number, y: number }} [at] In the window; without it, its middle. */
  #zoom(factor, at = { x: size().width / 2, y: size().height / 2 }) {
    this.#show(zoomed(this.#view, factor, at, size()));
  }

  /** @param {number} right @param {number} down */
  #pan(right, down) {
    this.#show(panned(this.#view, right, down, size()));
  }

  /** @param {import("./zoom_rules.js").View} view */
  #show(view) {
    this.#view = view;
    picture.style.transformOrigin = "0 0";
    picture.style.transform = view.scale === 1 ? "" : `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    view_.toggleAttribute("data-zoomed", view.scale > 1);
    $("zoom-percent").textContent = inNumbers(view.scale, { style: "percent", maximumFractionDigits: 0 });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key === "+" || key === "=") this.#zoom(STEP);
    else if (key === "-") this.#zoom(1 / STEP);
    else if (key === "0") this.showAll();
    else if (ARROWS[key]) this.#pan(ARROWS[key][0] * ARROW_PX, ARROWS[key][1] * ARROW_PX);
    else return;
    event.preventDefault();
  }

  /** @param {WheelEvent} event */
  #onWheel(event) {
    // Browsers report a pinch on a trackpad as a wheel with Ctrl.
    if (event.ctrlKey) this.#zoom(Math.exp(-event.deltaY * WHEEL), pointOf(event));
    else if (this.#view.scale > 1) this.#pan(-event.deltaX, -event.deltaY);
    else return;
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    this.#pointers.set(event.pointerId, pointOf(event));
    view_.setPointerCapture(event.pointerId);
  }

  /** One finger moves the picture, two also zoom it. @param {PointerEvent} event */
  #onMove(event) {
    if (!this.#pointers.has(event.pointerId)) return;
    const before = centre(this.#pointers);
    this.#pointers.set(event.pointerId, pointOf(event));
    const now = centre(this.#pointers);
    if (before.spread > 0) this.#zoom(now.spread / before.spread, before);
    this.#pan(now.x - before.x, now.y - before.y);
  }
}

function size() {
  return { width: view_.clientWidth, height: view_.clientHeight };
}

/** @param {MouseEvent} event */
function pointOf({ clientX, clientY }) {
  const { left, top } = view_.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}

/** The middle of one or two fingers, and the distance between them. @param {Map<number, { x: number, y: number }>} pointers */
function centre(pointers) {
  const [first, second = first] = pointers.values();
  const spread = Math.hypot(first.x - second.x, first.y - second.y);
  return { x: (first.x + second.x) / 2, y: (first.y + second.y) / 2, spread };
}
