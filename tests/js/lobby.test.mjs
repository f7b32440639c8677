import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords } from "../../public/js/lobby/countdown.js";
import { verdict } from "../../public/js/lobby/network.js";
import { isLimited } from "../../public/js/lobby/reach.js";
import { endedBy, rememberEnd } from "../../public/js/shared/ended_by.js";
import { Session } from "../../public/js/shared/session.js";
import { hasOtherPage, nextRequestMs } from "../../public/js/shared/state_rules.js";
import { Clock, FakeStorage, setGlobal } from "./browser.mjs";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const START = 1_800_000_000;
const END = START + HOUR;
const TIMES = {
  opensAt: START - 15 * MINUTE,
  scheduledStart: START,
  scheduledEnd: END,
  closesAt: END + 15 * MINUTE,
};

const COUNTDOWN = [
  [START - 72 * HOUR - 5, "Starts in 3 days"],
  [START - 41 * HOUR - 47 * MINUTE, "Starts in 2 days"],
  [START - 24 * HOUR, "Starts in 1 day"],
  [START - 24 * HOUR + 1, "Starts in 23 h 59 min"],
  [START - 2 * HOUR - 5 * MINUTE, "Starts in 2 h 5 min"],
  [START - HOUR, "Starts in 1 h"],
  [START - 12 * MINUTE - 4, "Starts in 12:04"],
  [START - 0.4, "Starts in 0:01"],
  [START, "Starts now"],
  [START + MINUTE, "Started 1 minute ago"],
  [START + 3 * MINUTE + 40, "Started 3 minutes ago"],
  [END - 5 * MINUTE, "Ends in 5 minutes"],
  [END - 20, "Ends in 1 minute"],
  [END + 3 * MINUTE, "Overtime: closes in 12 minutes"],
  [END + 15 * MINUTE, "Ended"],
];
for (const [now, words] of COUNTDOWN) {
  test(`the countdown shows "${words}"`, () => assert.equal(inWords(TIMES, now), words));
}

/** Round trip and jitter in ms, Mbit/s. */
const VERDICTS = [
  [[34, 5, 18.2], "good", "Good: 34 ms to our server, about 18 Mbit/s"],
  [[34, 5, 80], "good", "Good: 34 ms to our server, more than 50 Mbit/s"],
  [[34, 5, null], "good", "Good: 34 ms to our server"],
  [[34, 5, 0.94], "fair", "Slow: video may freeze. Now 34 ms to our server, about 0.9 Mbit/s."],
  // Unsteady alone is a busy machine: the line is fast, and nothing freezes.
  [[39, 90, 60], "good", "Good: 39 ms to our server, more than 50 Mbit/s"],
  [[320, 70, 8], "fair", "Slow: video may freeze. Now 320 ms to our server, unsteady, about 8 Mbit/s."],
  [[90, 5, 0.3], "poor", "Poor: use audio only. Now 90 ms to our server, about 0.3 Mbit/s."],
  [[Infinity, 0, null], "poor", "Poor: use audio only. Most of our test requests got lost."],
];
for (const [measured, quality, text] of VERDICTS) {
  test(`the connection check says "${text}"`, () => assert.deepEqual(verdict(...measured), { quality, text }));
}

/** A candidate that a STUN server has seen, and the local port behind it. */
const seen = (port, relatedPort, relatedAddress = "192.168.1.2") => ({ type: "srflx", address: "203.0.113.5", port, relatedAddress, relatedPort });
const host = { type: "host", address: "192.168.1.2", port: 5000, relatedAddress: null, relatedPort: null };
const REACHES = [
  ["one port for all servers", { candidates: [host, seen(5000, 5000), seen(5000, 5000)], isComplete: true }, false],
  ["another port, the same for all servers", { candidates: [host, seen(7000, 5000), seen(7000, 5000)], isComplete: true }, false],
  ["a port of its own for each server", { candidates: [host, seen(7000, 5000), seen(7001, 5000)], isComplete: true }, true],
  ["two ways out", { candidates: [host, seen(7000, 5000), seen(7001, 5000, "10.0.0.2")], isComplete: true }, false],
  ["a local port that the browser hides", { candidates: [host, seen(7000, 0), seen(7001, 0)], isComplete: true }, false],
  ["no answer of a STUN server", { candidates: [host], isComplete: false }, true],
  ["an address of its own in the internet", { candidates: [host], isComplete: true }, false],
];
for (const [what, gathered, limited] of REACHES) {
  test(`a network with ${what} ${limited ? "may not reach everybody" : "is not suspected"}`, () => assert.equal(isLimited(gathered), limited));
}

/** Seconds from the start, the page, and the wait in ms. */
const WAITS = [
  ["polls every 20 s without a socket", -HOUR, { hidden: false, watching: false, random: 0.5 }, 20_000],
  ["polls every 2 minutes with one", -HOUR, { hidden: false, watching: true, random: 0.5 }, 120_000],
  ["spreads polls by a fifth", -HOUR, { hidden: false, watching: false, random: 0 }, 16_000],
  ["requests at once after the room opens", -15 * MINUTE - 2, { hidden: false, watching: false, random: 0.5 }, 2300],
  ["waits for the start while hidden", -MINUTE, { hidden: true, watching: false, random: 0.5 }, 60_300],
  ["waits for the close after the end", HOUR + MINUTE, { hidden: true, watching: true, random: 0.5 }, 840_300],
  ["waits as long as timers can", 2 * HOUR, { hidden: true, watching: true, random: 0.5 }, 2 ** 31 - 1],
];
for (const [what, offset, page, wait] of WAITS) {
  test(`a lobby ${what}`, () => assert.equal(nextRequestMs(TIMES, START + offset, page), wait));
}

const STATE = {
  view: "joinable",
  can_join: true,
  server_time: START,
  opens_at: TIMES.opensAt,
  scheduled_start: START,
  scheduled_end: END,
};
const PAGES = [
  ["the page it has", {}, false],
  ["the page it has before the room opens", { can_join: false, server_time: TIMES.opensAt - 1 }, false],
  ["another page once the room is closed", { can_join: false }, true],
  ["another page after a move of the start", { scheduled_start: START + HOUR }, true],
  ["another page after a move of the end", { scheduled_end: END + HOUR }, true],
  ["another page after the end", { view: "ended" }, true],
  ["another page after a cancellation", { view: "cancelled" }, true],
];
for (const [what, changes, expected] of PAGES) {
  test(`the lobby keeps or loads ${what}`, () => assert.equal(hasOtherPage({ ...STATE, ...changes }, TIMES), expected));
}

/** A session whose server's clock is `ahead` of this device's, with answers that took `took` ms. */
async function learnedClock(t, ahead, took) {
  const clock = new Clock(t);
  await clock.advance(700);
  const server = () => Math.floor((Date.now() + ahead) / 1000);
  const session = new Session({ id: "s", serverTime: server() });
  setGlobal(t, "document", { documentElement: { lang: "en" } });
  setGlobal(t, "fetch", async () => {
    await clock.advance(took / 2);
    const body = { server_time: server() };
    await clock.advance(took / 2);
    return { ok: true, json: async () => body };
  });
  for (let answer = 0; answer < 6; answer += 1) {
    await session.fetchState();
    await clock.advance(100);
  }
  return session.now() - (Date.now() + ahead) / 1000;
}
for (const ahead of [0, 3_600_000, -3_600_000]) {
  test(`the server's clock is learned within the answer's time, ${ahead} ms ahead`, async (t) => {
    const error = await learnedClock(t, ahead, 200);
    // Never ahead of the server: nothing opens too early.
    assert.ok(-0.5 <= error && error <= 0, String(error));
  });
}

test("the page afterwards names who ended this session, and no other one", (t) => {
  const storage = new FakeStorage();
  setGlobal(t, "sessionStorage", storage);
  assert.equal(endedBy({ id: "a" }), "");
  rememberEnd({ id: "a" }, "teacher");
  assert.deepEqual([endedBy({ id: "a" }), endedBy({ id: "b" })], ["teacher", ""]);
  storage.isOff = true;
  rememberEnd({ id: "a" }, "student");
  assert.equal(endedBy({ id: "a" }), "");
});
