import assert from "node:assert/strict";
import { test } from "node:test";
import { situationOf } from "../../public/js/room/situation.js";
import { clockOf } from "../../public/js/room/timer.js";

const MET_AND_WELL = {
  name: "Amara",
  otherRole: "teacher",
  other: "online",
  call: "connected",
  canCall: true,
  otherCanCall: true,
  byProvider: false,
  live: true,
  offline: false,
  stuck: false,
  met: true,
  status: "in_progress",
  noShow: null,
  keepsWaiting: false,
};
const NO_SHOW = { call: "idle", other: "left", met: false, status: "no_show", noShow: "teacher" };
const CHAT_ONLY = ["chat_only", "Amara is here, by chat only"];

/** What is known, and the room's state and words. */
const SITUATIONS = [
  [{}, "connected", "Connected with Amara"],
  // The call stops before the room marks the other person away.
  [{ call: "reconnecting" }, "reconnecting", "Reconnecting…"],
  [{ call: "reconnecting", other: "away" }, "reconnecting", "Reconnecting…"],
  [{ call: "idle", other: "left" }, "waiting", "Amara has left"],
  [{ call: "idle", other: "left", met: false }, "waiting", "Waiting for Amara"],
  [{ call: "connecting", met: false }, "connecting", "Connecting with Amara…"],
  [{ call: "connecting", other: "away", met: false }, "connecting", "Connecting with Amara…"],
  [{ call: "connecting", stuck: true }, "trouble", "Unable to connect."],
  [{ call: "connecting", stuck: true, live: false }, "trouble", "Unable to connect."],
  // Nobody is there to connect with.
  [{ call: "reconnecting", stuck: true, other: "away" }, "reconnecting", "Reconnecting…"],
  [{ offline: true }, "reconnecting", "You are offline"],
  [{ offline: true, call: "reconnecting", live: false, stuck: true }, "reconnecting", "You are offline"],
  [{ offline: true, call: "idle", byProvider: true }, "connected", "Amara is in the room"],
  [{ call: "connecting", live: false }, "reconnecting", "Reconnecting…"],
  [NO_SHOW, "no_show", "Amara hasn't joined"],
  [{ ...NO_SHOW, keepsWaiting: true }, "waiting", "Waiting for Amara"],
  [{ ...NO_SHOW, noShow: "student" }, "waiting", "Waiting for Amara"],
  [{ call: "idle", canCall: false }, ...CHAT_ONLY],
  [{ call: "idle", otherCanCall: false }, ...CHAT_ONLY],
  [{ call: "connecting", otherCanCall: false, stuck: true }, ...CHAT_ONLY],
  [{ call: "idle", canCall: false, other: "away" }, "reconnecting", "Reconnecting…"],
  [{ call: "idle", canCall: false, byProvider: true }, "connected", "Amara is in the room"],
  [{ call: "idle", byProvider: true, other: "away" }, "reconnecting", "Reconnecting…"],
  [{ call: "idle", byProvider: true, other: "away", met: false }, "reconnecting", "Reconnecting…"],
  [{ call: "idle", byProvider: true, other: "left" }, "waiting", "Amara has left"],
];
for (const [changes, state, words] of SITUATIONS) {
  test(`the room's words are true: ${JSON.stringify(changes)}`, () => {
    const found = situationOf({ ...MET_AND_WELL, ...changes });
    assert.deepEqual([found.state, found.words], [state, words]);
  });
}

test("the hint names the browser that cannot call", () => {
  const hint = (changes) => situationOf({ ...MET_AND_WELL, ...changes }).hint;
  assert.equal(hint({ canCall: false }), "This browser cannot make video calls. Chat and files work.");
  assert.equal(hint({ otherCanCall: false }), "Amara's browser cannot make video calls. Chat and files work.");
});

const WHY = [
  [{ met: false }, "Your network and Amara's network do not let you connect directly."],
  [{}, "The connection to Amara is lost."],
  [{ live: false }, "This device does not reach our server."],
];
for (const [changes, why] of WHY) {
  test(`the card of trouble says why: ${JSON.stringify(changes)}`, () => {
    const found = situationOf({ ...MET_AND_WELL, call: "connecting", stuck: true, ...changes });
    assert.deepEqual([found.card, found.why], ["trouble", why]);
  });
}

test("a lost socket alone is a badge over a call that goes on", () => {
  const found = situationOf({ ...MET_AND_WELL, live: false });
  assert.deepEqual([found.state, found.badge, found.dimmed], ["connected", "Reconnecting to the session…", false]);
});

const TIMES = { scheduledStart: 10_000, scheduledEnd: 13_600, closesAt: 14_500 };
const CLOCKS = [
  [10_000 - 3661, "Starts in 1:01:01", "calm"],
  [10_000 - 59.5, "Starts in 00:59", "calm"],
  [10_000, "1:00:00 left", "calm"],
  [13_600 - 301, "05:01 left", "calm"],
  [13_600 - 300, "05:00 left", "soon"],
  [13_600, "Overtime · closes in 15:00", "over"],
  [14_501, "Overtime · closes in 00:00", "over"],
];
for (const [now, text, tone] of CLOCKS) {
  test(`the room's clock shows ${text}`, () => assert.deepEqual(clockOf(TIMES, now), { text, tone }));
}
