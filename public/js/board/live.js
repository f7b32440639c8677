/** What is not stored: pointers, what is being drawn or moved, and the part of the page that somebody looks at. */

import { clamped, placed, rounded } from "../sheet/geometry.js";
import { drawn } from "../sheet/shapes.js";

/** The room passes on 60 messages a second. */
const EVERY_MS = { pointer: 50, ink: 33, draft: 50, view: 100 };
/** Longer than a pen rests. */
const SILENT_MS = 5000;
/** The other one sees so many elements of a selection move, and the rest when they are dropped. */
const MOST_DRAGGED = 200;
const LONGEST = 30_000;

/** @param {Box} box @returns {Box} As the room accepts it. */
function passed({ x, y, w, h }) {
  return { x: placed(x), y: placed(y), w: clamped(rounded(w), 0, LONGEST), h: clamped(rounded(h), 0, LONGEST) };
}

/** @implements {Onlooker} */
export class Live {
  /** When each kind was sent last. */
  #sentAt = { pointer: 0, ink: 0, draft: 0, view: 0 };
  #timers = { pointer: 0, ink: 0, draft: 0, view: 0 };
  #pointerShown = false;
  /** Our stroke, and how many of its numbers are sent. @type {{ id: string, sent: number }} */
  #ink = { id: "", sent: 0 };
  /** What the other one draws: one thing at a time. @type {Fields | null} */
  #theirs = null;
  /** What the other one moves or resizes. @type {string[]} */
  #dragged = [];
  #silence = 0;
  /** Where their pointer is. @type {Place | null} */
  #at = null;

  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    this.layer = board.find("board-ink");
    this.cursor = board.find("board-cursor");
  }

  /** Our pointer. @param {Place | null} place @param {boolean} [laser] */
  point(place, laser = false) {
    const { page } = this.board;
    if (place) this.#soon("pointer", () => this.#send({ pointer: { page, x: Math.round(place.x), y: Math.round(place.y), laser } }));
    else {
      clearTimeout(this.#timers.pointer);
      if (this.#pointerShown) this.#send({ pointer: null });
    }
    this.#pointerShown = Boolean(place);
  }

  /** The part that we see, for who follows. */
  view() {
    this.#soon("view", () => this.#send({ view: { page: this.board.page, ...passed(this.board.sheet.camera.box) } }));
  }

  /** Our stroke has more points. @param {Fields} stroke */
  ink(stroke) {
    if (this.#ink.id !== stroke.id) this.#ink = { id: stroke.id, sent: 0 };
    this.#soon("ink", () => this.#sendInk(stroke));
  }

  /** Our line, arrow, rectangle or ellipse as it is now. @param {Fields} shape */
  shape(shape) {
    this.#soon("draft", () => this.#send({ shape }));
  }

  /** Our selection is moved or resized. @param {Set<string>} ids @param {Box} from @param {Box} to */
  drag(ids, from, to) {
    const drag = { page: this.board.page, ids: [...ids].slice(0, MOST_DRAGGED), from: passed(from), to: passed(to) };
    this.#soon("draft", () => this.#send({ drag }));
  }

  /** What we drew or moved is a change now, or is given up. @param {boolean} kept */
  end(kept) {
    clearTimeout(this.#timers.ink);
    clearTimeout(this.#timers.draft);
    if (!kept) this.#send({ shape: null });
  }

  /** @param {Fields} stroke */
  #sendInk({ id, page, colour, size, highlighter = false, x, y, points, pressures }) {
    const { sent } = this.#ink;
    if (sent >= points.length) return;
    const ink = { id, page, colour, size, highlighter, x, y, points: points.slice(sent) };
    this.#send({ ink: pressures ? { ...ink, pressures: pressures.slice(sent / 2) } : ink });
    this.#ink.sent = points.length;
  }

  /** @param {object} content */
  #send(content) {
    this.board.send({ type: "board_live", ...content });
  }

  /** The newest of a kind, not more often than every so many ms. @param {keyof typeof EVERY_MS} kind @param {() => void} send */
  #soon(kind, send) {
    clearTimeout(this.#timers[kind]);
    const wait = this.#sentAt[kind] + EVERY_MS[kind] - performance.now();
    if (wait > 0) this.#timers[kind] = window.setTimeout(() => this.#soon(kind, send), wait);
    else {
      this.#sentAt[kind] = performance.now();
      send();
    }
  }

  /** What the other one does. @param {Fields} message */
  receive({ pointer, ink, view, shape, drag }) {
    if (pointer !== undefined) this.#showPointer(pointer);
    if (view) this.board.mode.show(view);
    if (ink) this.#showInk(ink);
    if (shape) this.#show(shape);
    if (shape === null) this.giveUp();
    if (drag) this.#showDrag(drag);
  }

  /** The record is there: its stroke or shape is finished. @param {string} id */
  settle(id) {
    if (this.#theirs?.id === id) this.giveUp();
  }

  /** What the other one drew or moved is shown no longer. */
  giveUp() {
    clearTimeout(this.#silence);
    this.#theirs = null;
    this.layer.replaceChildren();
    for (const id of this.#dragged.splice(0)) this.board.sheet.redraw(id);
  }

  /** Another page is shown, or the other one has gone. */
  clear() {
    this.giveUp();
    this.#showPointer(null);
  }

  /** @param {Fields | null} pointer */
  #showPointer(pointer) {
    const isHere = pointer?.page === this.board.page;
    this.cursor.toggleAttribute("hidden", !isHere);
    if (!isHere) return;
    this.cursor.classList.toggle("laser", Boolean(pointer.laser));
    this.#at = { x: pointer.x, y: pointer.y };
    this.place();
  }

  /** The cursor has one size at each zoom. */
  place() {
    if (this.#at) this.cursor.setAttribute("transform", this.board.sheet.camera.markAt(this.#at));
  }

  /** @param {Fields} ink */
  #showInk(ink) {
    const known = this.#theirs?.id === ink.id ? this.#theirs : { points: [], pressures: ink.pressures && [] };
    const points = [...known.points, ...ink.points];
    this.#show({ ...ink, kind: "stroke", points, pressures: known.pressures && [...known.pressures, ...(ink.pressures ?? [])] });
    const [x, y] = points.slice(-2);
    this.#showPointer({ page: ink.page, x: ink.x + x, y: ink.y + y });
  }

  /** @param {Fields} record */
  #show(record) {
    if (record.page !== this.board.page || this.board.sync.shown(record.id)) return;
    this.#theirs = record;
    this.layer.replaceChildren(drawn(record, ""));
    this.#awaitMore();
  }

  /** @param {Fields} drag */
  #showDrag({ page, ids, from, to }) {
    if (page !== this.board.page) return;
    this.#dragged = ids;
    this.board.sheet.surface.place(ids, from, to);
    this.#awaitMore();
  }

  /** Maybe the other one's connection is lost. */
  #awaitMore() {
    clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => this.giveUp(), SILENT_MS);
  }
}
