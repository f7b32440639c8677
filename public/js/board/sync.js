/**
 * What the board shows: the room's records, with this page's unconfirmed changes on top. No DOM: it runs in Node too.
 *
 * The room is the one order. A record is whole and has a version, so the newest one counts, in whatever order records
 * arrive. A change stays here until the room confirms or refuses it, and is sent again after each reconnect.
 */

import { newId } from "../sheet/ids.js";
import { History } from "./history.js";

const MOST_OPS = 200;
/** Characters of one message: the room takes 256 KB, and a character has at most 3 bytes. */
const MOST_CHARACTERS = 80_000;
/** The room takes 60 changes a second. */
const MOST_AT_ONCE = 20;
const AGAIN_MS = 1500;
/** Above all confirmed elements. */
const ON_TOP = 1e12;

/** @param {Fields} op @returns {string} The id of its record. */
export function idOf(op) {
  const [what] = Object.values(op);
  return what.id ?? what;
}

export class Sync {
  version = 0;
  isUp = false;
  /** Whether this page has all records up to `version`. */
  isComplete = false;
  /** @type {Map<string, Fields>} Elements and pages, also deleted ones. */
  #confirmed = new Map();
  /** @type {Map<string, Change & { sent: boolean }>} In their order. */
  #pending = new Map();
  /** @type {Map<string, { op: Fields, change: string, order: number }[]>} The unconfirmed steps of each record. */
  #steps = new Map();
  /** @type {Set<string>} */
  #pageIds = new Set();
  #isAsking = false;
  /** The room was too busy for a change: it and later ones are sent again in a moment. */
  #isHeld = false;
  #count = 0;

  /**
   * @param {object} to
   * @param {"student" | "teacher"} to.role
   * @param {(message: object) => boolean} to.send Whether it could be sent.
   * @param {Store} to.store
   * @param {(ids: Set<string>) => void} [to.onChange] These records look different now.
   * @param {(error: { code: string, message: string }) => void} [to.onRefused]
   * @param {(records: Fields[]) => void} [to.onRemote] The other one's changes.
   * @param {(action: () => void, ms: number) => void} [to.later]
   */
  constructor({ role, send, store, onChange = () => {}, onRefused = () => {}, onRemote = () => {}, later = (action, ms) => void setTimeout(action, ms) }) {
    this.role = role;
    this.send = send;
    this.store = store;
    this.onChange = onChange;
    this.onRefused = onRefused;
    this.onRemote = onRemote;
    this.later = later;
    this.history = new History(this);
    for (const change of store.load()) this.#add(change);
  }

  /** Any message of the room; others than the board's change nothing. @param {any} message */
  receive(message) {
    if (message.type === "welcome" && message.board) this.#onWelcome();
    else if (message.type === "board") this.#onBoard(message);
    else if (message.type === "board_state") this.#onState(message);
    else if (message.type === "error") this.#onError(message);
  }

  /** Change the board, at once here and soon in the room. @param {Fields[]} ops @param {{ undoable?: boolean }} [options] */
  change(ops, { undoable = true } = {}) {
    if (ops.length === 0) return;
    if (undoable) this.history.note(ops);
    for (const part of inParts(ops)) {
      const change = { change: newId(), ops: part };
      this.store.keep(change);
      this.#add(change);
    }
    this.#flush();
    this.onChange(new Set(ops.map(idOf)));
  }

  /** The record as it is shown; undefined when it is deleted or unknown. @param {string} id @returns {Fields | undefined} */
  shown(id) {
    let record = this.#confirmed.get(id);
    const steps = this.#steps.get(id);
    for (const { op, order } of steps ?? []) record = applied(op, record, { by: this.role, order });
    // After a reload the room tells of a deleted record without its fields, until its restoration is confirmed.
    const isWhole = record?.position !== undefined || record?.x !== undefined;
    if (!isWhole || record.deleted) return undefined;
    return steps ? { ...record, pending: true } : record;
  }

  /** @returns {Fields[]} In their order. */
  pages() {
    return this.#shownOf(this.#pageIds).sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
  }

  /** @param {string} page @returns {Fields[]} From the lowest to the topmost. */
  elements(page) {
    const ids = new Set([...this.#confirmed.keys(), ...this.#steps.keys()]);
    return this.#shownOf(ids).filter((record) => record.page === page).sort((a, b) => a.order - b.order);
  }

  get unconfirmed() {
    return this.#pending.size;
  }

  /** The socket is lost. */
  down() {
    this.isUp = false;
  }

  /** @param {Set<string>} ids */
  #shownOf(ids) {
    return Array.from(ids, (id) => this.shown(id)).filter(Boolean);
  }

  /** @param {Change} change */
  #add({ change, ops }) {
    this.#count += 1;
    this.#pending.set(change, { change, ops, sent: false });
    for (const op of ops) {
      const id = idOf(op);
      if (op.put_page) this.#pageIds.add(id);
      this.#steps.set(id, [...(this.#steps.get(id) ?? []), { op, change, order: ON_TOP + this.#count }]);
    }
  }

  /** @param {string} change @returns {string[]} The records that it touched. */
  #drop(change) {
    const ids = this.#pending.get(change)?.ops.map(idOf) ?? [];
    this.#pending.delete(change);
    this.store.forget(change);
    for (const id of ids) {
      const others = (this.#steps.get(id) ?? []).filter((step) => step.change !== change);
      if (others.length > 0) this.#steps.set(id, others);
      else this.#steps.delete(id);
    }
    return ids;
  }

  #flush() {
    if (!this.isUp || this.#isHeld) return;
    for (const change of [...this.#pending.values()].slice(0, MOST_AT_ONCE)) {
      change.sent ||= this.send({ type: "board", change: change.change, ops: change.ops });
      if (!change.sent) return;
    }
  }

  #sendAgain() {
    this.#isHeld = false;
    for (const change of this.#pending.values()) change.sent = false;
    this.#flush();
  }

  #onWelcome() {
    this.isUp = true;
    this.#askAgain();
    this.#sendAgain();
  }

  /** Ask for all records that are newer than ours. */
  #ask() {
    if (this.isUp && !this.#isAsking) this.#isAsking = this.send({ type: "board_since", since: this.version });
  }

  #askAgain() {
    this.#isAsking = false;
    this.#ask();
  }

  #onBoard({ version, previous, changes, change, by }) {
    const records = [...(changes.pages ?? []), ...(changes.elements ?? [])];
    const changed = this.#take(records);
    for (const id of this.#drop(change)) changed.add(id);
    // The answer has all that comes before it: the room speaks in its order.
    if (previous > this.version) this.#ask();
    else if (this.isComplete) this.version = Math.max(this.version, version);
    this.#flush();
    if (by !== this.role) this.onRemote(records);
    this.onChange(changed);
  }

  #onState({ version, pages, elements, last }) {
    const changed = this.#take([...pages, ...elements]);
    if (last) {
      this.#isAsking = false;
      this.isComplete = true;
      this.version = Math.max(this.version, version);
    }
    this.onChange(changed);
  }

  #onError({ code, message, id }) {
    const isBusy = code === "too_frequent";
    // Without an id, maybe the room refused the question.
    if (id === undefined && isBusy && this.#isAsking) this.later(() => this.#askAgain(), AGAIN_MS);
    if (!this.#pending.has(id)) return;
    if (isBusy) {
      if (!this.#isHeld) this.later(() => this.#sendAgain(), AGAIN_MS);
      this.#isHeld = true;
    } else if (!this.#isHeld) {
      this.onChange(new Set(this.#drop(id)));
      this.onRefused({ code, message });
      this.#flush();
    }
  }

  /** @param {Fields[]} records @returns {Set<string>} Those that are news. */
  #take(records) {
    const news = new Set();
    for (const record of records) {
      const known = this.#confirmed.get(record.id);
      if (known && known.version >= record.version) continue;
      // A deleted record keeps its fields: it can be restored.
      this.#confirmed.set(record.id, record.deleted ? { ...known, ...record } : record);
      news.add(record.id);
      if (record.page === undefined) this.#pageIds.add(record.id);
    }
    return news;
  }
}

/** @param {Fields} op @param {Fields | undefined} record @param {Fields} made For a new element. @returns {Fields | undefined} */
function applied(op, record, made) {
  if (op.put) return record ?? { ...op.put, ...made };
  if (op.put_page) return { ...record, ...op.put_page, deleted: false };
  if (!record) return undefined;
  return op.edit ? { ...record, ...op.edit } : { ...record, deleted: Boolean(op.delete ?? op.delete_page) };
}

/** @param {Fields[]} ops @returns {Fields[][]} Each part is small enough for one message. */
function inParts(ops) {
  const parts = [];
  let room = 0;
  for (const op of ops) {
    const size = JSON.stringify(op).length;
    if (size > room || parts.at(-1).length === MOST_OPS) {
      parts.push([]);
      room = MOST_CHARACTERS;
    }
    parts.at(-1).push(op);
    room -= size;
  }
  return parts;
}
