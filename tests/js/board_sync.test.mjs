import assert from "node:assert/strict";
import { test } from "node:test";
import { Sync } from "../../public/js/board/sync.js";
import { newId } from "../../public/js/sheet/ids.js";

const PAGE = { id: "page0001", title: "", position: 1 };
const element = (id, fields = {}) => ({ id, page: PAGE.id, kind: "line", x: 1, y: 1, dx: 9, dy: 9, colour: "ink", size: 4, ...fields });

/** The board as the room keeps it: one order, whole records, changes by their ids. */
class RoomBoard {
  version = 0;
  records = new Map();
  changes = new Set();
  clients = new Set();

  take(client, { change, ops }) {
    const previous = this.version;
    const touched = new Set();
    if (!this.changes.has(change)) {
      this.version += 1;
      this.changes.add(change);
      for (const op of ops) touched.add(this.#apply(op, client.role));
    }
    const records = [...touched].map((id) => this.seen(id));
    const changes = { pages: records.filter(({ page }) => !page), elements: records.filter(({ page }) => page) };
    for (const each of this.clients) {
      const mine = each === client ? { change } : {};
      each.inbox.push({ type: "board", version: this.version, previous, changes, by: client.role, ...mine });
    }
  }

  #apply(op, by) {
    const fields = op.put ?? op.edit ?? op.put_page;
    const id = fields?.id ?? op.delete ?? op.restore ?? op.delete_page ?? op.restore_page;
    const known = this.records.get(id);
    const made = op.put ? { by, order: this.version } : {};
    const deleted = Boolean(op.delete ?? op.delete_page);
    this.records.set(id, { ...known, ...fields, ...made, deleted, version: this.version });
    return id;
  }

  seen(id) {
    const record = this.records.get(id);
    if (!record.deleted) return record;
    const { page, kind, version } = record;
    return { id, page, kind, deleted: true, version };
  }

  stateSince(since) {
    const records = [...this.records.keys()].map((id) => this.seen(id)).filter(({ version }) => version > since);
    const pages = records.filter(({ page }) => !page);
    return { type: "board_state", version: this.version, pages, elements: records.filter(({ page }) => page), last: true };
  }
}

/** One person's page, with a wire that can be cut. */
class Client {
  inbox = [];
  outbox = [];
  isUp = false;
  refused = [];
  waiting = [];

  constructor(room, role, kept = new Map()) {
    Object.assign(this, { room, role, kept });
    this.sync = new Sync({
      role,
      send: (message) => this.isUp && Boolean(this.outbox.push(structuredClone(message))),
      store: {
        load: () => structuredClone([...kept.values()]),
        keep: (change) => kept.set(change.change, structuredClone(change)),
        forget: (id) => kept.delete(id),
      },
      onRefused: (error) => this.refused.push(error.code),
      later: (action) => this.waiting.push(action),
    });
  }

  up() {
    this.isUp = true;
    this.room.clients.add(this);
    this.inbox.push({ type: "welcome", board: { version: this.room.version } });
    return this;
  }

  cut() {
    this.isUp = false;
    this.room.clients.delete(this);
    this.inbox.length = this.outbox.length = 0;
    this.sync.down();
  }

  reload() {
    this.cut();
    return new Client(this.room, this.role, this.kept);
  }

  hear() {
    while (this.inbox.length > 0) this.sync.receive(structuredClone(this.inbox.shift()));
  }

  /** Deliver all that is on the way. */
  settle() {
    for (this.hear(); this.outbox.length > 0; this.hear()) {
      const message = this.outbox.shift();
      if (message.type === "board") this.room.take(this, message);
      else this.inbox.push(this.room.stateSince(message.since));
    }
    return this;
  }

  get seen() {
    return this.sync.elements(PAGE.id).map(({ id }) => id);
  }
}

function pair() {
  const room = new RoomBoard();
  const [one, two] = [new Client(room, "student").up().settle(), new Client(room, "teacher").up().settle()];
  one.sync.change([{ put_page: PAGE }, { put: element("first001") }]);
  for (const each of [one, two]) each.settle();
  return { room, one, two };
}

test("a change is shown at once as not sent yet, and reaches the other one", () => {
  const { one, two } = pair();
  one.sync.change([{ put: element("second01") }]);
  assert.equal(one.sync.shown("second01").pending, true);
  one.settle();
  two.settle();
  assert.equal(one.sync.shown("second01").pending, undefined);
  assert.deepEqual(two.seen, ["first001", "second01"]);
  assert.equal(two.sync.shown("second01").by, "student");
});

test("what is drawn without a network survives a reload and is sent once", () => {
  const { room, one, two } = pair();
  one.cut();
  one.sync.change([{ put: element("offline1") }]);
  one.sync.change([{ edit: { id: "offline1", x: 50 } }]);
  const again = one.reload();
  assert.equal(again.sync.unconfirmed, 2);
  again.up().settle();
  two.settle();
  assert.equal(two.sync.shown("offline1").x, 50);
  assert.equal(again.sync.unconfirmed, 0);
  assert.equal(again.kept.size, 0);
  assert.equal(room.changes.size, 3);
});

test("a change whose confirmation is lost counts once", () => {
  const { room, one } = pair();
  one.sync.change([{ put: element("once0001") }]);
  room.take(one, one.outbox[0]);
  one.cut();
  one.up().settle();
  assert.deepEqual([one.sync.unconfirmed, one.sync.shown("once0001").pending, room.changes.size], [0, undefined, 2]);
  one.sync.history.undo();
  assert.equal(one.sync.shown("once0001"), undefined, "undo works for it too");
});

test("a missed change is asked for", () => {
  const { one, two } = pair();
  one.sync.change([{ put: element("missed01") }]);
  one.settle();
  two.inbox.length = 0;
  one.sync.change([{ put: element("after001") }]);
  one.settle();
  two.settle();
  assert.deepEqual(two.seen, ["first001", "missed01", "after001"]);
  assert.equal(two.sync.version, one.sync.version);
});

test("an older record that comes late changes nothing", () => {
  const { room, one, two } = pair();
  one.sync.change([{ edit: { id: "first001", x: 5 } }]);
  one.settle();
  const [late] = two.inbox.splice(0);
  two.sync.receive(room.stateSince(0));
  one.sync.change([{ edit: { id: "first001", x: 6 } }]);
  one.settle();
  two.settle();
  two.sync.receive(late);
  assert.equal(two.sync.shown("first001").x, 6);
});

test("a refused change disappears with its reason, and later ones stay", () => {
  const { one } = pair();
  one.sync.change([{ put: element("refused1") }]);
  one.sync.change([{ put: element("stays001") }]);
  const [{ change }] = one.outbox;
  one.outbox.shift();
  one.sync.receive({ type: "error", code: "board_full", message: "Full.", id: change });
  one.settle();
  assert.deepEqual([one.seen, one.refused], [["first001", "stays001"], ["board_full"]]);
});

test("a busy room gets the changes again, in their order", () => {
  const { one, two } = pair();
  one.sync.change([{ put: element("busy0001") }]);
  one.sync.change([{ edit: { id: "busy0001", x: 70 } }]);
  const [first, second] = one.outbox.splice(0);
  one.sync.receive({ type: "error", code: "too_frequent", message: "", id: first.change });
  // The room does not know the element of the second one.
  one.sync.receive({ type: "error", code: "board_unknown", message: "", id: second.change });
  one.waiting.shift()();
  one.settle();
  two.settle();
  assert.deepEqual([two.sync.shown("busy0001").x, one.refused], [70, []]);
});

test("at most twenty changes are on the way", () => {
  const { one, two } = pair();
  for (let number = 10; number < 60; number += 1) one.sync.change([{ put: element(`many00${number}`) }]);
  assert.equal(one.outbox.length, 20);
  one.settle();
  two.settle();
  assert.equal(two.seen.length, 51);
});

test("a large change goes in parts that the room takes", () => {
  const { one, two } = pair();
  one.sync.change(Array.from({ length: 450 }, (_, number) => ({ put: element(`large${1000 + number}`) })));
  assert.deepEqual(one.outbox.map(({ ops }) => ops.length), [200, 200, 50]);
  const points = Array.from({ length: 10_000 }, (_, number) => 1000.5 + number);
  one.sync.change([1, 2, 3].map((number) => ({ put: element(`points0${number}`, { kind: "stroke", points }) })));
  assert.equal(one.outbox.length, 6);
  one.settle();
  two.settle();
  assert.equal(two.seen.length, 454);
  one.sync.history.undo();
  one.settle();
  assert.equal(one.seen.length, 451, "one step takes back all parts");
});

test("undo and redo of one's own changes", () => {
  const { one, two } = pair();
  one.sync.change([{ put: element("undo0001") }]);
  one.sync.change([{ edit: { id: "undo0001", x: 30, colour: "red" } }]);
  one.sync.change([{ delete: "undo0001" }]);
  const { history } = one.sync;
  const states = [];
  const look = () => states.push(one.settle() && two.settle() && (two.sync.shown("undo0001")?.x ?? null));
  for (const step of ["undo", "undo", "undo", "redo", "redo", "redo"]) {
    assert.equal(history[step](), true);
    look();
  }
  assert.deepEqual(states, [30, 1, null, 1, 30, null]);
  assert.deepEqual([history.canUndo, history.canRedo], [true, false]);
});

test("undo leaves alone what the other one changed", () => {
  const { one, two } = pair();
  one.sync.change([{ edit: { id: "first001", x: 30 } }]);
  one.settle();
  two.settle();
  two.sync.change([{ edit: { id: "first001", x: 99 } }]);
  two.settle();
  one.settle();
  assert.equal(one.sync.history.undo(), false);
  assert.equal(one.settle().sync.shown("first001").x, 99);
});

test("undo takes back no page that both draw on", () => {
  const room = new RoomBoard();
  const [one, two] = [new Client(room, "student").up(), new Client(room, "teacher").up()];
  const settle = () => [one, two, one].map((each) => each.settle());
  const first = { put_page: { id: "firstpage", title: "", position: 1 } };
  one.sync.change([first, { put: element("undo0001", { page: "firstpage" }) }]);
  settle();
  assert.equal(one.sync.history.undo(), true);
  settle();
  assert.deepEqual(two.sync.pages().map(({ id }) => id), ["firstpage"]);
  assert.deepEqual(two.sync.elements("firstpage"), []);
  assert.equal(one.sync.history.redo(), true);
  settle();
  assert.equal(two.sync.elements("firstpage").length, 1);

  one.sync.change([{ put_page: { id: "secondpage", title: "", position: 2 } }]);
  settle();
  two.sync.change([{ put: element("undo0002", { page: "secondpage" }) }]);
  settle();
  assert.equal(one.sync.history.undo(), false, "it stays");
  assert.equal(one.settle().sync.pages().length, 2);
});

test("a page goes and comes back with what was on it", () => {
  const { one } = pair();
  one.sync.change([{ delete_page: PAGE.id }]);
  assert.deepEqual(one.settle().sync.pages(), []);
  one.sync.history.undo();
  assert.deepEqual(one.settle().sync.pages().map(({ id }) => id), [PAGE.id]);
});

test("ids are what the room accepts", () => {
  for (let round = 0; round < 100; round += 1) assert.match(newId(), /^[0-9a-z]{8,32}$/);
});

test("a restored record is not shown before its fields are known", () => {
  const { one } = pair();
  one.sync.change([{ delete_page: PAGE.id }]);
  one.settle();
  const again = one.reload().up();
  again.sync.receive({ type: "board_state", version: 2, pages: [{ id: PAGE.id, deleted: true, version: 2 }], elements: [], last: true });

  again.sync.change([{ restore_page: PAGE.id }]);

  assert.deepEqual(again.sync.pages(), []);
  again.settle();
  assert.deepEqual(again.sync.pages().map(({ title, position }) => ({ title, position })), [{ title: "", position: 1 }]);
});
