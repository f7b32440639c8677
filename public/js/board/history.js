/** Undo and redo of one's own changes. What the other one has changed since stays as it is. */

import { FIRST } from "./pages.js";
import { idOf } from "./sync.js";

const MOST = 200;
const OPPOSITES = {
  put: "delete",
  delete: "restore",
  restore: "delete",
  put_page: "delete_page",
  delete_page: "restore_page",
  restore_page: "delete_page",
};

export class History {
  /** @type {{ ops: Fields[], inverse: Fields[] }[]} */
  #done = [];
  /** @type {{ ops: Fields[], inverse: Fields[] }[]} */
  #undone = [];

  /** @param {import("./sync.js").Sync} sync */
  constructor(sync) {
    this.sync = sync;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Call it before the ops take effect. @param {Fields[]} all */
  note(all) {
    // The first page comes with the first element, and then belongs to both: nobody takes it back.
    const ops = all.filter((op) => op.put_page?.id !== FIRST.id || this.sync.shown(FIRST.id));
    // Each op's inverse is of the state before all of them: one change touches a record once.
    const inverse = ops.map((op) => inverseOf(op, this.sync.shown(idOf(op)))).filter(Boolean).reverse();
    if (inverse.length === 0) return;
    this.#done = [...this.#done, { ops, inverse }].slice(-MOST);
    this.#undone = [];
  }

  /** @returns {boolean} False when something was left alone, because the other one changed it. */
  undo() {
    const entry = this.#done.pop();
    if (!entry) return true;
    this.#undone.push(entry);
    return this.#apply(entry.inverse, entry.ops);
  }

  redo() {
    const entry = this.#undone.pop();
    if (!entry) return true;
    this.#done.push(entry);
    // A second time, what was put is restored: the room knows its id.
    return this.#apply(entry.ops.map((op) => (op.put ? { restore: op.put.id } : op)), entry.inverse);
  }

  /** @param {Fields[]} ops @param {Fields[]} earlier What they take back. */
  #apply(ops, earlier) {
    const left = new Map(earlier.map((op) => [idOf(op), op]));
    const possible = ops.filter((op) => {
      const before = left.get(idOf(op));
      const isNewPage = Boolean(before.put_page && op.delete_page);
      return isAsLeft(before, this.sync.shown(idOf(op))) && !(isNewPage && this.#hasTheirs(op.delete_page));
    });
    this.sync.change(possible, { undoable: false });
    return possible.length === ops.length;
  }

  /** Whether the other one has drawn on this page. @param {string} page */
  #hasTheirs(page) {
    return this.sync.elements(page).some(({ by }) => by !== this.sync.role);
  }
}

/** @param {Fields} op @param {Fields | undefined} before @returns {Fields | undefined} */
function inverseOf(op, before) {
  const [[kind, fields]] = Object.entries(op);
  if (before && (op.edit || op.put_page)) return { [kind]: Object.fromEntries(Object.keys(fields).map((key) => [key, before[key]])) };
  return op.edit ? undefined : { [OPPOSITES[kind]]: idOf(op) };
}

/** Whether the record still is as this op left it. @param {Fields} op @param {Fields | undefined} record */
function isAsLeft(op, record) {
  if (op.delete || op.delete_page) return !record;
  const fields = op.put ?? op.edit ?? op.put_page ?? {};
  return Boolean(record) && Object.keys(fields).every((key) => JSON.stringify(record[key]) === JSON.stringify(fields[key]));
}
