import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf } from "../../public/js/recording/board_text.js";
import { shownOf } from "../../public/js/recording/consent_words.js";
import { places } from "../../public/js/recording/layout.js";
import { Leftovers } from "../../public/js/recording/leftovers.js";
import { Pieces } from "../../public/js/recording/pieces.js";
import { requestsOf } from "../../public/js/recording/requests.js";
import { Sending } from "../../public/js/recording/sending.js";
import { SoundLine } from "../../public/js/recording/sound_line.js";
import { joined, withRoom } from "../../public/js/recording/webm_room.js";

const TIMES = { begins: 1000, ends: 5000 };
const bytes = (length, value = 7) => new Uint8Array(length).fill(value);

test("pieces follow each other, and none crosses a part", () => {
  const pieces = new Pieces(90, 100);
  const all = [...pieces.cut(bytes(25, 1), TIMES), ...pieces.cut(bytes(85, 2), TIMES), ...pieces.cut(bytes(250, 3), TIMES)];

  assert.deepEqual(
    all.map(({ from, bytes: { length } }) => [from, length]),
    [[90, 10], [100, 15], [115, 85], [200, 100], [300, 100], [400, 50]],
  );
  assert.deepEqual(joined(all.map((each) => each.bytes)), joined([bytes(25, 1), bytes(85, 2), bytes(250, 3)]));
  for (const { begins, ends } of all) assert.deepEqual({ begins, ends }, TIMES);
});

// mediabunny writes an unknown size as one byte; eight are allowed too.
for (const size of [[255], [1, 255, 255, 255, 255, 255, 255, 255]]) {
  test(`the room in WebM is an element of 256 bytes behind the Segment's header with a size of ${size.length}`, () => {
    const segment = Uint8Array.from([0x18, 0x53, 0x80, 0x67, ...size, 0x15, 0x49]);
    const header = segment.length - 2;
    const made = withRoom(segment);

    assert.equal(made.length, segment.length + 256);
    assert.deepEqual([...made.subarray(0, header)], [...segment.subarray(0, header)]);
    // 0x4000 marks a size of two bytes.
    assert.deepEqual([...made.subarray(header, header + 3)], [0xec, 0x40, 253]);
    assert.ok(made.subarray(header + 3, header + 256).every((each) => each === 0));
    assert.deepEqual([...made.subarray(header + 256)], [0x15, 0x49]);
  });
}

/** Sound comes in packets of 40 ms; `late` says by how much each is late. */
function hear(line, from, to, late) {
  let silence = 0;
  let skipped = 0;
  for (let now = from; now < to; now += 0.04) {
    const taken = line.take(0.04, now + 0.04 + late(now));
    silence += taken.silence;
    skipped += taken.skip ? 1 : 0;
  }
  return { silence, skipped };
}

test("sound that is late for a moment stays where it belongs", () => {
  const line = new SoundLine();
  // The page was busy for half a second, then all packets came at once.
  const late = (now) => (now > 4 && now < 4.5 ? 4.5 - now : 0.02);

  assert.deepEqual(hear(line, 0, 20, late), { silence: 0, skipped: 0 });
  assert.ok(Math.abs(line.end - 20) < 0.1);
});

test("a gap in the sound is filled with silence", () => {
  const line = new SoundLine();
  hear(line, 0, 5, () => 0);
  assert.equal(line.fill(6), 0);
  const filled = line.fill(8) + line.fill(8.04);
  const { silence } = hear(line, 8.1, 15, () => 0);

  assert.ok(filled > 2.7 && filled < 3, String(filled));
  assert.ok(filled + silence > 2.9 && filled + silence < 3.3, String(filled + silence));
  assert.ok(Math.abs(line.end - 15) < 0.2, String(line.end));
});

test("a clock that runs fast leaves out a packet now and then", () => {
  const line = new SoundLine();
  const { skipped } = hear(line, 0, 60, (now) => -now / 100);

  assert.ok(skipped > 5 && skipped < 20, String(skipped));
  assert.ok(line.end - 60 * 0.99 < 0.4, String(line.end));
});

const WIDE = { w: 640, h: 360 };
const TALL = { w: 360, h: 640 };
const isInside = ({ x, y, w, h }) => x >= 0 && y >= 0 && x + w <= 1280 && y + h <= 720;
const overlap = (one, other) => one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;

for (const people of [[WIDE, WIDE], [WIDE, TALL], [TALL, TALL], [WIDE, { w: 0, h: 0 }]]) {
  for (const shared of [null, { w: 1920, h: 1080 }, TALL]) {
    test(`nothing is cut or covered: ${JSON.stringify({ people, shared })}`, () => {
      const laid = places(people, shared);
      const boxes = [...laid.people, ...(shared ? [laid.shared] : [])];

      assert.ok(boxes.every(isInside));
      for (const one of boxes) for (const other of boxes) assert.ok(one === other || !overlap(one, other));
      laid.people.forEach(({ w, h }, at) => {
        const size = people[at].w ? people[at] : { w: 16, h: 9 };
        assert.ok(Math.abs(w / h - size.w / size.h) < 1e-9);
      });
    });
  }
}

test("texts of the board break between words", () => {
  const measure = (words) => words.length;

  assert.deepEqual(linesOf("one two three\nfour", 8, measure), ["one two ", "three", "four"]);
  assert.deepEqual(linesOf("unbreakable", 4, measure), ["unbreakable"]);
  assert.deepEqual(linesOf("", 4, measure), [""]);
});

const plan = (teacher, student, state, page = "") => ({ words: "1", agreed: { teacher, student }, state, page });
const seen = (of, { isOn = false, wasOn = false } = {}) => shownOf(of, { role: "teacher", name: "Ben", isOn, wasOn });

test("each person reads what the other one has decided", () => {
  assert.equal(seen(plan(null, null, "asking")).asks, true);
  assert.match(seen(plan(null, true, "asking")).words, /^Ben agreed\. Nothing is recorded until you agree, too\.$/);
  assert.match(seen(plan(true, null, "asking")).words, /Nothing is recorded until Ben agrees/);
  assert.match(seen(plan(true, false, "refused")).words, /^Ben chose Not now: this session is not recorded\.$/);
  assert.match(seen(plan(false, true, "refused")).words, /^You chose Not now/);
  assert.match(seen(plan(true, false, "refused"), { wasOn: true }).words, /^Ben stopped the recording/);
  assert.match(seen(plan(false, true, "refused"), { wasOn: true }).words, /^You stopped the recording/);
  assert.match(seen(plan(true, true, "unable")).words, /neither of your browsers can record/);
});

test("an answer can be changed, and only a running recording says so", () => {
  assert.equal(seen(plan(false, null, "refused")).offers, "agree");
  assert.equal(seen(plan(null, false, "refused")).offers, "agree");
  assert.equal(seen(plan(true, null, "asking")).offers, "refuse");
  assert.deepEqual(seen(plan(true, true, "agreed", "p"), { isOn: true }), {
    asks: false,
    pill: "Recording",
    words: "This session is being recorded. Ben and you can watch it afterwards.",
    offers: "stop",
  });
  assert.notEqual(seen(plan(true, true, "agreed", "p")).pill, "Recording");
  assert.equal(seen({ state: "off", page: "" }).pill, "");
});

/** A server that takes bytes in order. `before` may fail a request, or lose its answer. */
class Server {
  received = 0;
  state = "receiving";
  log = [];
  before = async () => {};
  after = async () => {};

  send = async (_recording, { from }, body) => {
    this.log.push(from);
    await this.before(from);
    const end = from + body.size;
    if (end > this.received) {
      if (from !== this.received || this.state !== "receiving") throw { status: 409 };
      this.received = end;
    }
    await this.after(from);
    return { received_bytes: this.received };
  };

  ask = async () => ({ received_bytes: this.received, state: this.state });
}

class Keeper {
  pieces = new Map();

  keep(from, size) {
    this.pieces.set(from, { from, size, begins: 0, ends: 0 });
  }

  list = async () => [...this.pieces.values()].sort((one, other) => one.from - other.from);
  read = async (_recording, { from, size }) => (this.broken === from ? Promise.reject(new Error("broken")) : new Blob([bytes(size)]));
  drop = async (_recording, { from }) => void this.pieces.delete(from);
}

function sendingTo(server, { pause = async () => {} } = {}) {
  const keeper = new Keeper();
  return { keeper, sending: new Sending({ recording: "r", requests: server, keeper, pause }) };
}

test("pieces are sent in their order and dropped once they have arrived", async () => {
  const server = new Server();
  const { keeper, sending } = sendingTo(server);
  keeper.keep(10, 5);
  keeper.keep(0, 10);
  await sending.send();

  assert.deepEqual(server.log, [0, 10]);
  assert.equal(server.received, 15);
  assert.equal(keeper.pieces.size, 0);
  assert.equal(sending.sent, 15);
});

test("what comes while something is sent is sent as well", async () => {
  const server = new Server();
  const { keeper, sending } = sendingTo(server);
  keeper.keep(0, 10);
  server.after = async (from) => {
    if (from !== 0) return;
    keeper.keep(10, 5);
    sending.send();
  };
  await sending.send();

  assert.equal(server.received, 15);
});

test("a network that is gone loses nothing", async () => {
  const server = new Server();
  const waits = [];
  const { keeper, sending } = sendingTo(server, { pause: async (ms) => void waits.push(ms) });
  keeper.keep(0, 10);
  keeper.keep(10, 10);
  let failures = 7;
  server.before = async () => {
    if (failures-- > 0) throw { status: 0 };
  };
  await sending.send();

  assert.equal(server.received, 20);
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test("an answer that was lost does no harm", async () => {
  const server = new Server();
  const { keeper, sending } = sendingTo(server);
  keeper.keep(0, 10);
  keeper.keep(10, 10);
  let lost = 0;
  server.after = async () => {
    if (lost++ < 2) throw { status: 0 };
  };
  await sending.send();

  assert.equal(server.received, 20);
  assert.equal(keeper.pieces.size, 0);
});

test("what another page has sent meanwhile is not sent again", async () => {
  const server = new Server();
  const { keeper, sending } = sendingTo(server);
  keeper.keep(5, 10);
  keeper.keep(15, 5);
  server.received = 15;
  server.before = async (from) => {
    if (from === 5) throw { status: 409 };
  };
  await sending.send();

  assert.equal(server.received, 20);
});

for (const [why, status, ended] of [["nobody is signed in", 401, "refused"], ["it is of somebody else", 403, "refused"], ["it was deleted", 404, "gone"], ["somebody had stopped it", 410, "stopped"]]) {
  test(`nothing more is sent when ${why}`, async () => {
    const server = new Server();
    const { keeper, sending } = sendingTo(server);
    keeper.keep(0, 10);
    server.before = async () => Promise.reject({ status });
    await sending.send();

    assert.equal(sending.ended, ended);
    assert.equal(keeper.pieces.size, 1);
  });
}

test("a recording that is finished takes no more, and a missing piece ends it", async () => {
  const finished = new Server();
  finished.state = "announced";
  const late = sendingTo(finished);
  late.keeper.keep(0, 10);
  await late.sending.send();
  assert.equal(late.sending.ended, "gone");

  const gap = sendingTo(new Server());
  gap.keeper.keep(10, 10);
  await gap.sending.send();
  assert.equal(gap.sending.ended, "gap");

  const broken = sendingTo(new Server());
  broken.keeper.keep(0, 10);
  broken.keeper.broken = 0;
  await broken.sending.send();
  assert.equal(broken.sending.ended, "gap");
});

test("what was recorded after a stop is dropped, and what was sent before it is finished", async () => {
  const asked = [];
  const session = {
    id: "s",
    request: async (what) => {
      asked.push(what.split("?")[0]);
      if (what.includes("bytes/10")) throw { status: 410 };
      return { received_bytes: 10 };
    },
  };
  const keeper = new Keeper();
  keeper.recordings = async () => ["r"];
  keeper.end = async () => keeper.pieces.clear();
  for (const from of [0, 10, 20]) keeper.keep(from, 10);
  await new Leftovers(/** @type {any} */ (session), /** @type {any} */ (keeper)).sendAll();

  assert.equal(keeper.pieces.size, 0);
  assert.deepEqual(asked, ["recordings/r/bytes/0", "recordings/r/bytes/10"]);
});

test("a piece tells how long ago it was recorded, by the clock of its device", async () => {
  let asked = "";
  const { send } = requestsOf(/** @type {any} */ ({ request: async (what) => void (asked = what) }));
  await send("r", { from: 7, size: 1, begins: Date.now() - 9000, ends: Date.now() - 5000 }, new Blob());
  const told = new URL(asked, "https://room.example");

  assert.equal(told.pathname, "/recordings/r/bytes/7");
  for (const [name, wanted] of [["began_ago", 9000], ["ended_ago", 5000]]) {
    const value = Number(told.searchParams.get(String(name)));
    assert.ok(value >= wanted && value < Number(wanted) + 500, `${name}: ${value}`);
  }
});

test("while the call needs the line, nothing is sent", async () => {
  const server = new Server();
  const { keeper, sending } = sendingTo(server, { pause: () => new Promise(() => {}) });
  keeper.keep(0, 10);
  sending.hold(true);
  const sent = sending.send();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(server.received, 0);
  sending.hold(false);
  await sent;

  assert.equal(server.received, 10);
});
