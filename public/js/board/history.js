/** Undo and redo of one's own changes. What the other one has changed since stays as it is. */

const MOST = 200;

/** @typedef {import("./sync.js").Fields} Fields */

export class History {
  /** @type {{ ops: Fields[], inverse: Fields[] }[]} */
  #done = [];
  /** @type {{ ops: Fields[], inverse: Fields[] }[]} */
  #undone = [];

  /** @param {{ shown(id: string): Fields | undefined, change(ops: Fields[], options: object): void }} sync */
  constructor(sync) {
    this.sync = sync;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Call it before the ops take effect. @param {Fields[]} ops */
  note(ops) {
    // Each op's inverse is of the state before all of them: one change touches a record once.
    const inverse = ops.map((op) => inverseOf(op, this.sync)).filter(Boolean).reverse();
    if (inverse.length === 0) return;
    this.#done.push({ ops, inverse });
    if (this.#done.length > MOST) this.#done.shift();
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
    return this.#apply(entry.ops.map(again), entry.inverse);
  }

  /** @param {Fields[]} ops @param {Fields[]} earlier What they take back. */
  #apply(ops, earlier) {
    const left = new Map(earlier.map((op) => [target(op), op]));
    const possible = ops.filter((op) => isAsLeft(left.get(target(op)), this.sync));
    this.sync.change(possible, { undoable: false });
    return possible.length === ops.length;
  }
}

/** @param {Fields} op */
function target(op) {
  const [what] = Object.values(op);
  return typeof what === "string" ? what : what.id;
}

/** @param {Fields} op @param {{ shown(id: string): Fields | undefined }} sync @returns {Fields | null} */
function inverseOf(op, sync) {
  const id = target(op);
  const before = sync.shown(id);
  if (op.put) return { delete: id };
  if (op.edit) return before ? { edit: fieldsOf(before, Object.keys(op.edit)) } : null;
  if (op.delete) return { restore: id };
  if (op.restore) return { delete: id };
  if (op.put_page) return before ? { put_page: fieldsOf(before, ["id", "title", "position"]) } : { delete_page: id };
  if (op.delete_page) return { restore_page: id };
  return { delete_page: id };
}

/** A second time, what was put is restored: the room knows its id. @param {Fields} op */
function again(op) {
  return op.put ? { restore: op.put.id } : op;
}

/** Whether the record still is as this op left it. @param {Fields} op @param {{ shown(id: string): Fields | undefined }} sync */
function isAsLeft(op, sync) {
  const record = sync.shown(target(op));
  if (op.delete || op.delete_page) return !record;
  if (op.restore || op.restore_page) return Boolean(record);
  const fields = op.put ?? op.edit ?? op.put_page;
  return Boolean(record) && Object.keys(fields).every((key) => isSame(record[key], fields[key]));
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** @param {Fields} record @param {string[]} keys */
function fieldsOf(record, keys) {
  return Object.fromEntries(keys.map((key) => [key, record[key]]));
}
