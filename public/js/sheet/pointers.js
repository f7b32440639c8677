/** Mouse, pen and fingers: which of them draws, and which moves the page. */

/** After a pen, a hand on the screen draws nothing for so long. */
const PALM_MS = 20_000;
const WHEEL_STEP = 0.0022;
/** Pixels of one event: a mouse's wheel turns by more, a pinch on a touchpad by less. */
const WHEEL_TURN = 30;
/** Firefox counts some wheels in lines. */
const LINE_PIXELS = 16;

export class Pointers {
  /** Those that are down. @type {Map<number, PointerEvent>} */
  #down = new Map();
  /** The pointer that draws. */
  #drawing = 0;
  /** @type {Tool | null} */
  #tool = null;
  #penAt = -Infinity;
  isSpaceHeld = false;

  /** @param {Sheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
    const on = (event, does) => sheet.element.addEventListener(event, does, { signal: sheet.signal, passive: false });
    on("pointerdown", (event) => this.#onDown(event));
    on("pointermove", (event) => this.#onMove(event));
    on("pointerup", (event) => this.#onUp(event, "end"));
    on("pointercancel", (event) => this.#onUp(event, "cancel"));
    on("pointerleave", () => sheet.onlooker.point(null));
    on("wheel", (event) => this.#onWheel(event));
    on("contextmenu", (event) => event.preventDefault());
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    const { sheet } = this;
    if (/** @type {Element} */ (event.target).closest("textarea, button")) return;
    if (event.pointerType === "mouse" && event.button > 1) return;
    // No scrolling, no text selected. The focus goes to the surface, so that keys work.
    event.preventDefault();
    sheet.focus();
    sheet.cross.lift();
    capture(sheet.element, event.pointerId);
    this.#down.set(event.pointerId, event);
    // A pen wins: what the hand has begun is no stroke.
    if (event.pointerType === "pen" && this.#drawing !== event.pointerId) this.#stop("cancel");
    if (event.pointerType === "pen") this.#penAt = event.timeStamp;
    if (event.pointerType === "touch" && event.timeStamp - this.#penAt < PALM_MS) return;
    if (this.#fingers.length === 2) return this.#stop("cancel");
    if (this.#tool || this.#drawing) return;
    this.#drawing = event.pointerId;
    const isMoving = event.button === 1 || this.isSpaceHeld;
    this.#tool = isMoving ? null : sheet.tools.current;
    this.#tool?.start(this.#point(event));
  }

  get #fingers() {
    return [...this.#down.values()].filter(({ pointerType }) => pointerType === "touch");
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    const { camera, onlooker } = this.sheet;
    const before = this.#down.get(event.pointerId);
    const isFinger = event.pointerType === "touch";
    if (!before) return isFinger ? undefined : onlooker.point(camera.toPage(event));
    const penDraws = this.#down.get(this.#drawing)?.pointerType === "pen";
    const isOurs = event.pointerId === this.#drawing;
    const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
    if (isFinger && !penDraws && this.#fingers.length === 2) this.#pinch(event, before);
    else if (isOurs && this.#tool) this.#draw(event);
    else if (isOurs || (isFinger && !penDraws)) camera.pan(dx, dy);
    this.#down.set(event.pointerId, event);
    if (event.pointerType === "pen") this.#penAt = event.timeStamp;
  }

  /** @param {PointerEvent} event */
  #draw(event) {
    // Browsers deliver several places of a fast pen in one event.
    const events = event.getCoalescedEvents?.() ?? [];
    this.#tool.move((events.length > 0 ? events : [event]).map((each) => this.#point(each)));
  }

  /** @param {PointerEvent} event @param {PointerEvent} before */
  #pinch(event, before) {
    const { camera } = this.sheet;
    const other = this.#fingers.find(({ pointerId }) => pointerId !== event.pointerId);
    const distance = (one) => Math.max(Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY), 1);
    const middle = { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 };
    camera.pan((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
    camera.zoomBy(distance(event) / distance(before), camera.toPage(middle));
  }

  /** @returns {boolean} Whether a pointer was drawing. */
  cancel() {
    const wasDrawing = this.#tool !== null;
    if (wasDrawing) this.#stop("cancel");
    return wasDrawing;
  }

  /** @param {PointerEvent} event @param {"end" | "cancel"} how */
  #onUp(event, how) {
    if (this.#down.delete(event.pointerId) && event.pointerId === this.#drawing) this.#stop(how);
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
    const { camera } = this.sheet;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? LINE_PIXELS : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    const step = WHEEL_STEP * (Math.abs(dy) < WHEEL_TURN ? 4 : 1);
    if (event.ctrlKey || event.metaKey) camera.zoomBy(Math.exp(-dy * step), camera.toPage(event));
    else if (event.shiftKey && dx === 0) camera.pan(-dy, 0);
    else camera.pan(-dx, -dy);
  }

  /** @param {PointerEvent} event @returns {Point} */
  #point(event) {
    const pressure = event.pointerType === "pen" && event.pressure > 0 ? event.pressure : undefined;
    return { ...this.sheet.camera.toPage(event), pressure, even: event.shiftKey };
  }
}

/** @param {HTMLElement} element @param {number} pointer */
function capture(element, pointer) {
  try {
    element.setPointerCapture(pointer);
  } catch {
    // A pointer that tests have made up cannot be captured.
  }
}
