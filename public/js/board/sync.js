/**
 * What the board shows: the room's records, with this page's unconfirmed changes on top. No DOM: it runs in Node too.
 *
 * The room is the one order. A record is whole and has a version, so the newest one counts, in whatever order records
 * arrive. A change stays here until the room confirms or refuses it, and is sent again after each reconnect.
 *
 * @typedef {{ [field: string]: any }} Fields A page or an element; docs/protocol.md has the fields.
 * @typedef {{ change: string, ops: Fields[] }} Change
 * @typedef {{ load(): Change[], keep(change: Change): void, forget(id: string): void }} Store Unconfirmed changes.
 */

import { History } from "./history.js";

const MOST_OPS = 200;
/** Characters of one message: the room takes 256 KB, and a character has at most 3 bytes. */
const MOST_CHARACTERS = 80_000;
/** The room takes 60 changes a second. */
const MOST_AT_ONCE = 20;
const AGAIN_MS = 1500;
/** Above all confirmed elements. */
const ON_TOP = 1e12;
const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** A random id of an element, a page or a change. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => LETTERS[byte % 36]).join("");
}

export class Sync {
  version = 0;
  /** Whether this page has all records up to `version`. */
  isComplete = false;
  /** @type {Map<string, Fields>} Elements and pages, also deleted ones. */
  #confirmed = new Map();
  /** @type {Map<string, Change & { sent: boolean }>} In their order. */
  #pending = new Map();
  /** @type {Map<string, string[]>} Ids of records, and the unconfirmed changes of each. */
  #touching = new Map();
  #pageIds = new Set();
  /** @type {Map<number, number>} Steps of the version that came while earlier ones are missing. */
  #ahead = new Map();
  #isUp = false;
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
   * @param {(by: string, records: Fields[]) => void} [to.onRemote] The other one's changes.
   * @param {(action: () => void, ms: number) => void} [to.later]
   */
  constructor({ role, send, store, onChange, onRefused, onRemote, later }) {
    this.role = role;
    this.send = send;
    this.store = store;
    this.onChange = onChange ?? (() => {});
    this.onRefused = onRefused ?? (() => {});
    this.onRemote = onRemote ?? (() => {});
    this.later = later ?? ((action, ms) => void setTimeout(action, ms));
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

  /** The socket is lost. */
  down() {
    this.#isUp = false;
  }

  /**
   * Change the board, at once here and soon in the room.
   *
   * @param {Fields[]} ops
   * @param {{ undoable?: boolean }} [options]
   */
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

  /** The record as it is shown; undefined when it is deleted or unknown. @param {string} id */
  shown(id) {
    const found = this.#withPending(id);
    return found && !found.deleted && isWhole(found) ? found : undefined;
  }

  /** @returns {Fields[]} In their order. */
  pages() {
    return this.#shownOf(this.#pageIds).sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
  }

  /** @param {string} page @returns {Fields[]} From the lowest to the topmost. */
  elements(page) {
    const ids = new Set([...this.#confirmed.keys(), ...this.#touching.keys()]);
    return this.#shownOf(ids).filter((record) => record.page === page).sort((a, b) => a.order - b.order);
  }

  get isUp() {
    return this.#isUp;
  }

  get unconfirmed() {
    return this.#pending.size;
  }

  /** @param {Set<string>} ids */
  #shownOf(ids) {
    return Array.from(ids, (id) => this.shown(id)).filter(Boolean);
  }

  #withPending(id) {
    let record = this.#confirmed.get(id);
    const changes = this.#touching.get(id);
    if (!changes) return record;
    for (const change of changes) {
      for (const op of this.#pending.get(change).ops) {
        if (idOf(op) === id) record = applied(op, record, { by: this.role, order: ON_TOP + this.#orderOf(change) });
      }
    }
    return record && { ...record, pending: true };
  }

  /** @param {string} change */
  #orderOf(change) {
    return /** @type {any} */ (this.#pending.get(change)).number;
  }

  /** @param {Change} change */
  #add(change) {
    this.#count += 1;
    for (const { put_page: page } of change.ops) if (page) this.#pageIds.add(page.id);
    this.#pending.set(change.change, Object.assign({ sent: false, number: this.#count }, change));
    for (const id of new Set(change.ops.map(idOf))) {
      this.#touching.set(id, [...(this.#touching.get(id) ?? []), change.change]);
    }
  }

  /** @param {string} id @returns {Set<string>} The records that it touched. */
  #drop(id) {
    const change = this.#pending.get(id);
    if (!change) return new Set();
    this.#pending.delete(id);
    this.store.forget(id);
    const touched = new Set(change.ops.map(idOf));
    for (const record of touched) {
      const others = this.#touching.get(record).filter((other) => other !== id);
      if (others.length > 0) this.#touching.set(record, others);
      else this.#touching.delete(record);
    }
    return touched;
  }

  #flush() {
    if (!this.#isUp || this.#isHeld) return;
    let flying = 0;
    for (const change of this.#pending.values()) {
      if (flying >= MOST_AT_ONCE) return;
      flying += 1;
      if (change.sent) continue;
      if (!this.send({ type: "board", change: change.change, ops: change.ops })) return;
      change.sent = true;
    }
  }

  #sendAgain() {
    this.#isHeld = false;
    for (const change of this.#pending.values()) change.sent = false;
    this.#flush();
  }

  #onWelcome() {
    this.#isUp = true;
    this.#isAsking = false;
    this.#ahead.clear();
    this.#ask();
    this.#sendAgain();
  }

  /** Ask for all records that are newer than ours. */
  #ask() {
    if (this.#isAsking || !this.#isUp) return;
    this.#isAsking = this.send({ type: "board_since", since: this.version });
  }

  #onBoard({ version, previous, changes, change, by }) {
    const records = [...(changes.pages ?? []), ...(changes.elements ?? [])];
    const changed = this.#take(records);
    if (change !== undefined) for (const id of this.#drop(change)) changed.add(id);
    this.#ahead.set(previous, version);
    this.#advance();
    if (version > this.version) this.#ask();
    this.#flush();
    if (by !== this.role) this.onRemote(by, records);
    this.onChange(changed);
  }

  #onState({ version, pages, elements, last }) {
    const changed = this.#take([...pages, ...elements]);
    if (last) {
      this.#isAsking = false;
      this.isComplete = true;
      this.version = Math.max(this.version, version);
      this.#advance();
    }
    this.onChange(changed);
  }

  /** Steps without a gap are known. */
  #advance() {
    for (const [previous, version] of [...this.#ahead].sort(([a], [b]) => a - b)) {
      if (previous > this.version) continue;
      // Only a complete page may count on: else records before `previous` are missing.
      if (this.isComplete) this.version = Math.max(this.version, version);
      if (version <= this.version) this.#ahead.delete(previous);
    }
  }

  #onError({ code, message, id }) {
    if (id === undefined) {
      // Maybe the room refused the question.
      if (this.#isAsking && code === "too_frequent") this.later(() => this.#askAgain(), AGAIN_MS);
      return;
    }
    if (!this.#pending.has(id)) return;
    if (code === "too_frequent") {
      if (!this.#isHeld) this.later(() => this.#sendAgain(), AGAIN_MS);
      this.#isHeld = true;
    } else if (!this.#isHeld) {
      this.onChange(this.#drop(id));
      this.onRefused({ code, message });
      this.#flush();
    }
  }

  #askAgain() {
    this.#isAsking = false;
    this.#ask();
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

/**
 * Whether the fields of a record are known. After a reload the room tells of a deleted one without them, until its
 * restoration is confirmed.
 *
 * @param {Fields} record
 */
function isWhole(record) {
  return record.position !== undefined || record.x !== undefined;
}

/** @param {Fields} op @returns {string} The id of its record. */
export function idOf(op) {
  const what = op.put ?? op.edit ?? op.put_page;
  return what ? what.id : (op.delete ?? op.restore ?? op.delete_page ?? op.restore_page);
}

/** @param {Fields} op @param {Fields | undefined} record @param {Fields} made For a new element. */
function applied(op, record, made) {
  if (op.put) return record ?? { ...op.put, ...made };
  if (op.put_page) return { ...record, ...op.put_page, deleted: false };
  if (!record) return undefined;
  if (op.edit) return { ...record, ...op.edit };
  return { ...record, deleted: Boolean(op.delete ?? op.delete_page) };
}

/** @param {Fields[]} ops Of one change. @returns {Fields[][]} Each part is small enough for one message. */
function inParts(ops) {
  /** @type {Fields[][]} */
  const parts = [[]];
  let size = 0;
  for (const op of ops) {
    const more = JSON.stringify(op).length;
    if (parts[parts.length - 1].length === MOST_OPS || (size > 0 && size + more > MOST_CHARACTERS)) {
      parts.push([]);
      size = 0;
    }
    parts[parts.length - 1].push(op);
    size += more;
  }
  return parts;
}
