import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveSocket } from "../../public/js/room/live_socket.js";
import { NetworkWatch } from "../../public/js/room/network_watch.js";
import { answerDueMs, patienceMs, waitMs } from "../../public/js/room/socket_waits.js";
import { Clock, fire, setGlobal } from "./browser.mjs";

const WELCOME = JSON.stringify({ type: "welcome" });

/** A network between the page and the room, with the sockets that the page has opened over it. */
class Network {
  /** "up": it works; "silent": packets are lost; "down": the browser knows that there is none. */
  state = "up";
  /** @type {{ at: number, socket: any }[]} */
  opened = [];
  refuses = false;
  /** Sockets of before a change of network stay silent. */
  changes = 0;

  /** @param {import("node:test").TestContext} t */
  constructor(t) {
    this.clock = new Clock(t);
    const network = this;
    class FakeSocket {
      static CONNECTING = 0;
      static OPEN = 1;
      readyState = 0;
      #changesBefore = network.changes;

      constructor() {
        network.opened.push({ at: network.clock.now, socket: this });
        setTimeout(() => this.#open(), 100);
      }

      #open() {
        if (this.readyState !== 0 || network.state === "silent") return;
        if (network.state === "down" || network.refuses) return this.lose(1006);
        this.readyState = 1;
        this.onmessage({ data: WELCOME });
      }

      send(text) {
        const arrives = () => network.state === "up" && this.#changesBefore === network.changes;
        if (text === "ping") setTimeout(() => arrives() && this.onmessage({ data: "pong" }), 100);
      }

      lose(code) {
        this.readyState = 3;
        this.onclose({ code });
      }

      close() {
        this.readyState = 3;
      }
    }
    setGlobal(t, "WebSocket", FakeSocket);
    setGlobal(t, "fetch", async () => {
      if (network.state !== "up") throw new TypeError("Failed to fetch");
      return { ok: true };
    });
    setGlobal(t, "Worker", class { terminate() {} });
    setGlobal(t, "navigator", { connection: new EventTarget() });
    t.mock.method(Math, "random", () => 0.5);
  }

  /** Another network: the sockets over the old one get no answer any more. */
  change() {
    this.changes += 1;
  }

  /** When the page has opened sockets since `from`. */
  openedSince(from) {
    return this.opened.filter(({ at }) => at >= from).map(({ at }) => at - from);
  }
}

/** A page whose socket has been up for 20 s. */
async function inTheRoom(t) {
  const network = new Network(t);
  const live = new LiveSocket("s", "p", async () => !network.refuses);
  const heard = [];
  for (const name of ["up", "down", "over"]) live.addEventListener(name, () => heard.push(name));
  await network.clock.advance(20_000);
  assert.deepEqual([heard.splice(0), network.opened.length], [["up"], 1]);
  t.after(() => network.opened.at(-1).socket.lose(4003));
  return { network, live, heard, clock: network.clock };
}

for (const [what, tell] of [
  ["`online` comes", () => fire("online")],
  ["the connection changes", () => navigator["connection"].dispatchEvent(new Event("change"))],
  ["the call drops", (live) => live.check()],
]) {
  test(`a socket that gives no answer is replaced within a second when ${what}`, async (t) => {
    const { network, live, heard, clock } = await inTheRoom(t);
    network.change();
    const from = clock.now;
    tell(live);
    await clock.advance(1200);
    // 800 ms for the answer; the clock goes in steps of 100 ms.
    assert.deepEqual([network.openedSince(from), heard], [[900], ["down", "up"]]);
  });

  test(`a socket that answers is kept when ${what}`, async (t) => {
    const { network, live, heard, clock } = await inTheRoom(t);
    tell(live);
    await clock.advance(10_000);
    assert.deepEqual([network.opened.length, heard], [1, []]);
  });
}

test("a network whose route comes up after `online` is tried again quickly", async (t) => {
  const { network, heard, clock } = await inTheRoom(t);
  network.state = "down";
  network.opened[0].socket.lose(1006);
  await clock.advance(60_000);
  const from = clock.now;
  fire("online");
  await clock.advance(1000);
  network.state = "up";
  await clock.advance(2000);
  // At once, then after 0.4 s, 0.6 s and 0.9 s.
  assert.deepEqual([network.openedSince(from), heard], [[0, 500, 1200], ["down", "up"]]);
});

test("after a silent outage of 12 s the socket is back within 2.5 s of the network", async (t) => {
  const { network, live, heard, clock } = await inTheRoom(t);
  network.state = "silent";
  network.change();
  live.check();
  await clock.advance(12_000);
  network.state = "up";
  await clock.advance(2600);
  assert.deepEqual(heard, ["down", "up"]);
});

test("a server that refuses ends the socket, and one that is only away does not", async (t) => {
  const { network, heard, clock } = await inTheRoom(t);
  network.state = "down";
  network.opened[0].socket.lose(1006);
  await clock.advance(30_000);
  assert.deepEqual(heard, ["down"]);
  network.refuses = true;
  await clock.advance(10_000);
  assert.deepEqual(heard, ["down", "over"]);
});

const WAITS = [[0, 400], [1, 600], [2, 900], [7, 6834], [8, 8000], [40, 8000]];
for (const [failed, wait] of WAITS) {
  test(`after ${failed} failed attempts the socket waits ${wait} ms`, () => assert.equal(Math.round(waitMs(failed, 0.5)), wait));
}

/** Failed attempts, how long the last good one took, and the patience. */
const PATIENCE = [
  ["the first attempt", 0, 0, 9000],
  ["an attempt on a quick line", 0, 200, 2500],
  ["an attempt on a slow line", 0, 1500, 4500],
  ["an attempt on a very slow line", 0, 8000, 9000],
  ["the tenth attempt", 9, 200, 9000],
];
for (const [what, failed, openedIn, patience] of PATIENCE) {
  test(`${what} may take ${patience} ms`, () => assert.equal(patienceMs(failed, openedIn), patience));
}
for (const [openedIn, due] of [[200, 800], [3000, 1500]]) {
  test(`a socket that opened in ${openedIn} ms answers within ${due} ms`, () => assert.equal(answerDueMs(openedIn), due));
}

test("a page that is offline finds the network before the browser says so", async (t) => {
  const { network, live, heard, clock } = await inTheRoom(t);
  const ended = new AbortController();
  t.after(() => ended.abort());
  const watch = new NetworkWatch(live, ended.signal);
  network.state = "down";
  network.change();
  fire("offline");
  // The next attempt would come 8 s after the last one.
  await clock.advance(60_000);
  network.state = "up";
  await clock.advance(700);
  assert.deepEqual([heard, watch.isOffline], [["down", "up"], false]);
});

test("the page is offline at once, until the socket works or the browser says so", async (t) => {
  const { network, live, clock } = await inTheRoom(t);
  const ended = new AbortController();
  const watch = new NetworkWatch(live, ended.signal);
  const changes = [];
  watch.addEventListener("change", () => changes.push([clock.now - from, watch.isOffline]));
  const from = clock.now;
  // Some systems say so while there is a network.
  fire("offline");
  await clock.advance(5000);
  network.change();
  fire("offline");
  await clock.advance(5000);
  network.state = "down";
  fire("offline");
  await clock.advance(5000);
  fire("online");
  ended.abort();
  fire("offline");
  assert.deepEqual(changes, [
    [0, true], [800, false],
    [5000, true], [6000, false],
    [10_000, true], [15_000, false],
  ]);
});

/** A lobby's socket that answers what it is sent, and what the page has heard and sent. */
async function entering(t, answers) {
  const network = new Network(t);
  const sent = [];
  const lobbys = {
    readyState: 1,
    send(text) {
      sent.push(text);
      for (const message of answers) setTimeout(() => this.onmessage({ data: JSON.stringify(message) }), 100);
    },
    close() {
      this.readyState = 3;
    },
  };
  const live = new LiveSocket("s", "p", async () => true, /** @type {any} */ (lobbys));
  const heard = [];
  live.addEventListener("up", () => heard.push(["up", network.clock.now]));
  live.addEventListener("message", (event) => heard.push(event["detail"].type));
  live.addEventListener("over", (event) => heard.push(event["detail"]));
  await network.clock.advance(2000);
  t.after(() => live.leave());
  return { sent, heard, opened: network.opened, lobbys };
}

test("the lobby's socket enters the room, and what the lobby was sent before is dropped", async (t) => {
  const answers = [{ type: "presence", state: "online" }, { type: "welcome" }, { type: "session" }];
  const { sent, heard, opened } = await entering(t, answers);
  assert.deepEqual(sent, ["enter p"]);
  assert.deepEqual(heard, ["welcome", ["up", 100], "session"]);
  assert.equal(opened.length, 0);
});

test("a room that refuses the lobby's socket gets another one", async (t) => {
  const { heard, opened, lobbys } = await entering(t, [{ type: "error", code: "malformed" }]);
  assert.deepEqual([heard, opened.length, lobbys.readyState], [["welcome", ["up", 200]], 1, 3]);
});

test("a lobby's socket without an answer is replaced within a second", async (t) => {
  const { heard, opened, lobbys } = await entering(t, []);
  assert.deepEqual([heard, opened.length, lobbys.readyState], [["welcome", ["up", 900]], 1, 3]);
});

test("a room that is over ends the lobby's socket", async (t) => {
  const { heard, opened } = await entering(t, [{ type: "ended", reason: "completed" }]);
  assert.deepEqual([heard, opened.length], [["ended", "ended"], 0]);
});
