/** What is not stored: the pointers, strokes that are being drawn, and the part of the page that somebody looks at. */

import { drawn, svg } from "./shapes.js";

/** The room passes on 60 messages a second. */
const POINTER_MS = 50;
const INK_MS = 33;
const VIEW_MS = 100;
/** Longer than a pen rests. */
const SILENT_MS = 5000;

/** @typedef {import("./sync.js").Fields} Fields */

export class Live {
  /** When each kind was sent last. */
  #sentAt = { pointer: 0, ink: 0, view: 0 };
  #timers = { pointer: 0, view: 0 };
  #pointerShown = false;
  /** @type {{ id: string, sent: number } | null} Our stroke, and how many of its points are sent. */
  #ink = null;
  /** @type {Fields | null} */
  #stroke = null;
  /** @type {Map<string, { record: Fields, node: SVGElement, timer: number }>} Theirs. */
  #theirs = new Map();

  /**
   * @param {import("./board.js").Board} board
   * @param {SVGGElement} layer
   * @param {SVGGElement} cursor Theirs, with their name.
   * @param {(message: object) => void} send
   */
  constructor(board, layer, cursor, send) {
    this.board = board;
    this.layer = layer;
    this.cursor = cursor;
    this.send = send;
  }

  /** Our pointer. @param {{ x: number, y: number } | null} place @param {boolean} [laser] */
  point(place, laser = false) {
    clearTimeout(this.#timers.pointer);
    if (!place) {
      if (this.#pointerShown) this.send({ type: "board_live", pointer: null });
      this.#pointerShown = false;
      return;
    }
    const { page } = this.board;
    const [x, y] = [Math.round(place.x), Math.round(place.y)];
    this.#soon("pointer", POINTER_MS, { pointer: { page, x, y, laser } });
    this.#pointerShown = true;
  }

  /** The part that we see, for who follows. */
  view() {
    clearTimeout(this.#timers.view);
    const box = Object.fromEntries(Object.entries(this.board.camera.box).map(([key, value]) => [key, Math.round(value)]));
    this.#soon("view", VIEW_MS, { view: { page: this.board.page, ...box } });
  }

  /** Our stroke has more points. @param {Fields} stroke */
  ink(stroke) {
    if (this.#ink?.id !== stroke.id) this.#ink = { id: stroke.id, sent: 0 };
    this.#stroke = stroke;
    if (performance.now() - this.#sentAt.ink >= INK_MS) this.flushInk();
  }

  flushInk() {
    const stroke = this.#stroke;
    if (!stroke || this.#ink.sent >= stroke.points.length) return;
    const { id, page, colour, size, highlighter = false, x, y } = stroke;
    const ink = { id, page, colour, size, highlighter, x, y, points: stroke.points.slice(this.#ink.sent) };
    if (stroke.pressures) Object.assign(ink, { pressures: stroke.pressures.slice(this.#ink.sent / 2) });
    this.#ink.sent = stroke.points.length;
    this.#sentAt.ink = performance.now();
    this.send({ type: "board_live", ink });
  }

  /** The newest of a kind, not more often than every so many ms. */
  #soon(kind, every, content) {
    const send = () => {
      this.#sentAt[kind] = performance.now();
      this.send({ type: "board_live", ...content });
    };
    const wait = this.#sentAt[kind] + every - performance.now();
    if (wait <= 0) send();
    else this.#timers[kind] = window.setTimeout(send, wait);
  }

  /** @param {Fields} message */
  receive(message) {
    if (message.pointer !== undefined) this.#showPointer(message.pointer);
    if (message.ink) this.#showInk(message.ink);
    if (message.view) this.board.follow(message.view);
  }

  /** The record is there: its stroke is finished. @param {string} id */
  settle(id) {
    const known = this.#theirs.get(id);
    if (!known) return;
    clearTimeout(known.timer);
    known.node.remove();
    this.#theirs.delete(id);
  }

  /** Another page is shown, or the other one has gone. */
  clear() {
    for (const id of [...this.#theirs.keys()]) this.settle(id);
    this.#showPointer(null);
  }

  /** @param {Fields | null} pointer */
  #showPointer(pointer) {
    const isHere = pointer?.page === this.board.page;
    this.cursor.toggleAttribute("hidden", !isHere);
    if (!isHere) return;
    this.cursor.classList.toggle("laser", Boolean(pointer.laser));
    this.at = pointer;
    this.place();
  }

  /** The cursor has one size at each zoom. */
  place() {
    if (this.at) this.cursor.setAttribute("transform", `translate(${this.at.x} ${this.at.y}) scale(${1 / this.board.camera.zoom})`);
  }

  /** @param {Fields} ink */
  #showInk(ink) {
    if (ink.page !== this.board.page || this.board.sync.shown(ink.id)) return;
    const known = this.#theirs.get(ink.id);
    const record = known?.record ?? { ...ink, kind: "stroke", points: [], pressures: ink.pressures ? [] : undefined };
    record.points.push(...ink.points);
    record.pressures?.push(...(ink.pressures ?? []));
    const node = drawn(record, "");
    if (known) known.node.replaceWith(node);
    else this.layer.append(node);
    clearTimeout(known?.timer);
    const timer = window.setTimeout(() => this.settle(ink.id), SILENT_MS);
    this.#theirs.set(ink.id, { record, node, timer });
    const [x, y] = record.points.slice(-2);
    this.#showPointer({ page: ink.page, x: ink.x + x, y: ink.y + y });
  }
}

/** @param {SVGElement} layer @returns {(record: Fields | null) => void} Shows what our tool draws just now. */
export function previewIn(layer) {
  const place = svg("g");
  layer.append(place);
  return (record) => place.replaceChildren(...(record ? [drawn(record, "")] : []));
}
