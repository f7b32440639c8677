/** Mouse, pen and fingers: which of them draws, and which moves the page. */

/** After a pen, a hand on the screen draws nothing for so long. */
const PALM_MS = 20_000;
const WHEEL_STEP = 0.0022;
/** Firefox counts some wheels in lines. */
const LINE_PIXELS = 16;

export class Pointers {
  /** @type {Map<number, PointerEvent>} That are down. */
  #down = new Map();
  /** The pointer that draws. */
  #drawing = 0;
  /** @type {import("./drawing.js").Tool | null} */
  #tool = null;
  #penAt = -Infinity;
  isSpaceHeld = false;

  /**
   * @param {import("./board.js").Board} board
   * @param {HTMLElement} surface
   * @param {AbortSignal} signal
   */
  constructor(board, surface, signal) {
    this.board = board;
    this.surface = surface;
    const on = (event, does, options = {}) => surface.addEventListener(event, does, { signal, ...options });
    on("pointerdown", (event) => this.#onDown(event));
    on("pointermove", (event) => this.#onMove(event));
    on("pointerup", (event) => this.#onUp(event, "end"));
    on("pointercancel", (event) => this.#onUp(event, "cancel"));
    on("pointerleave", () => board.live.point(null));
    on("wheel", (event) => this.#onWheel(event), { passive: false });
    on("contextmenu", (event) => event.preventDefault());
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (/** @type {Element} */ (event.target).closest("textarea, button")) return;
    if (event.pointerType === "mouse" && event.button > 1) return;
    // No scrolling, no text selected. The focus goes to the surface, so that keys work.
    event.preventDefault();
    this.surface.focus({ preventScroll: true });
    this.board.onPress();
    attempt(() => this.surface.setPointerCapture(event.pointerId));
    this.#down.set(event.pointerId, event);
    if (event.pointerType === "pen") this.#onPen(event);
    else if (event.pointerType === "touch" && this.#isPalm(event)) return;
    if (this.#fingers().length === 2) return this.#stop("cancel");
    if (this.#tool || this.#drawing) return;
    this.#drawing = event.pointerId;
    const isMoving = event.button === 1 || this.isSpaceHeld;
    this.#tool = isMoving ? null : this.board.tool();
    this.#tool?.start(this.#point(event));
  }

  /** A pen wins: what the hand has begun is no stroke. @param {PointerEvent} event */
  #onPen(event) {
    this.#penAt = event.timeStamp;
    if (this.#drawing && this.#drawing !== event.pointerId) this.#stop("cancel");
  }

  /** @param {PointerEvent} event */
  #isPalm(event) {
    return event.timeStamp - this.#penAt < PALM_MS;
  }

  #fingers() {
    return [...this.#down.values()].filter(({ pointerType }) => pointerType === "touch");
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    const before = this.#down.get(event.pointerId);
    if (!before) return event.pointerType === "touch" ? undefined : this.board.live.point(this.board.camera.toPage(event));
    const fingers = this.#fingers();
    const penRests = !this.#drawing || this.#down.get(this.#drawing)?.pointerType !== "pen";
    if (event.pointerType === "touch" && fingers.length === 2 && penRests) this.#pinch(event, before, fingers);
    else if (event.pointerId === this.#drawing && this.#tool) this.#draw(event);
    else if (event.pointerId === this.#drawing || (event.pointerType === "touch" && penRests)) {
      this.board.pan(event.clientX - before.clientX, event.clientY - before.clientY);
    }
    this.#down.set(event.pointerId, event);
    if (event.pointerType === "pen") this.#penAt = event.timeStamp;
  }

  /** @param {PointerEvent} event */
  #draw(event) {
    // Browsers deliver several places of a fast pen in one event.
    const events = event.getCoalescedEvents?.() ?? [];
    this.#tool.move((events.length > 0 ? events : [event]).map((each) => this.#point(each)));
  }

  /** @param {PointerEvent} event @param {PointerEvent} before @param {PointerEvent[]} fingers */
  #pinch(event, before, fingers) {
    const other = fingers.find(({ pointerId }) => pointerId !== event.pointerId);
    const distance = (one) => Math.max(Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY), 1);
    const middle = { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 };
    this.board.pan((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
    this.board.zoomBy(distance(event) / distance(before), this.board.camera.toPage(middle));
  }

  /** @param {PointerEvent} event @param {"end" | "cancel"} how */
  #onUp(event, how) {
    if (!this.#down.delete(event.pointerId)) return;
    if (event.pointerId === this.#drawing) this.#stop(how);
  }

  /** @param {"end" | "cancel"} how */
  #stop(how) {
    const tool = this.#tool;
    this.#tool = null;
    this.#drawing = 0;
    tool?.[how]();
  }

  /** @param {WheelEvent} event With Ctrl, or pinched on a touchpad, it zooms. */
  #onWheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? LINE_PIXELS : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    if (event.ctrlKey || event.metaKey) this.board.zoomBy(Math.exp(-dy * WHEEL_STEP * (Math.abs(dy) < 30 ? 4 : 1)), this.board.camera.toPage(event));
    else if (event.shiftKey && dx === 0) this.board.pan(-dy, 0);
    else this.board.pan(-dx, -dy);
  }

  /** @param {PointerEvent} event @returns {import("./drawing.js").Point} */
  #point(event) {
    const place = this.board.camera.toPage(event);
    const pressure = event.pointerType === "pen" && event.pressure > 0 ? event.pressure : undefined;
    return { ...place, pressure, even: event.shiftKey };
  }
}

/** @param {() => void} action */
function attempt(action) {
  try {
    action();
  } catch {
    // A pointer that tests have made up cannot be captured.
  }
}
