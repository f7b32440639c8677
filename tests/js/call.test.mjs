import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, fire, setGlobal } from "./browser.mjs";
import { MediaFlow, longestGap } from "../../public/js/call/media_flow.js";
import { QualityMeter, numbers } from "../../public/js/call/quality_meter.js";
import { QualityWarning } from "../../public/js/call/quality_warning.js";
import { Recovery } from "../../public/js/call/recovery.js";

/** Feed [at ms, connection state or event] to a Recovery. Returns when it restarted and was stuck. */
async function recover(t, steps, until) {
  const clock = new Clock(t);
  const [restarts, stuck] = [[], []];
  const recovery = new Recovery({
    restart: () => restarts.push(clock.now),
    onStuck: () => stuck.push(clock.now),
  });
  for (const [at, what] of steps) {
    await clock.advance(at - clock.now);
    if (what === "online") fire("online");
    else if (what === "retry") recovery.retry();
    else recovery.onState(what);
  }
  await clock.advance(until - clock.now);
  recovery.stop();
  return { restarts, stuck };
}

const RECOVERIES = [
  ["a call that never connects is stuck after 15 s", [[0, "connecting"]], 40_000, [], [15_000]],
  ["a short disconnection mends itself", [[0, "connected"], [1000, "disconnected"], [2900, "connected"]], 60_000, [], []],
  ["a disconnection is restarted after 2 s", [[0, "connected"], [1000, "disconnected"], [3200, "connected"]], 60_000, [3000], []],
  ["a failure is restarted at once", [[0, "connected"], [1000, "failed"], [1200, "connected"]], 60_000, [1000], []],
  [
    "restarts back off to 15 s",
    [[0, "connected"], [1000, "failed"]],
    50_000,
    [1000, 3500, 8500, 18_500, 33_500, 48_500],
    [16_000],
  ],
  ["the network's return restarts at once", [[0, "connected"], [1000, "failed"], [2000, "online"], [2100, "connected"]], 60_000, [1000, 2000], []],
  ["the network's return does nothing to a call that works", [[0, "connected"], [1000, "online"]], 60_000, [], []],
  ["Retry gets 15 s of its own", [[0, "connected"], [1000, "failed"], [17_000, "retry"]], 33_000, [1000, 3500, 8500, 17_000, 19_500, 24_500], [16_000, 32_000]],
];
for (const [what, steps, until, restarts, stuck] of RECOVERIES) {
  test(what, async (t) => assert.deepEqual(await recover(t, steps, until), { restarts, stuck }));
}

const OFF = { microphone: false, camera: false, screen: false };
const GAPS = [
  ["speech", { ...OFF, microphone: true }, true, 1200],
  ["a picture", { ...OFF, camera: true }, true, 1200],
  ["slides", { ...OFF, screen: true }, true, 4000],
  ["nothing", OFF, true, Infinity],
  ["nothing, and the socket is away", OFF, false, 1200],
];
for (const [what, media, isOnline, gap] of GAPS) {
  test(`packets of ${what} may pause for ${gap} ms`, () => assert.equal(longestGap(media, isOnline), gap));
}

test("slides that stop arriving are noticed, and a slide that stands still is not", async (t) => {
  const clock = new Clock(t);
  const flow = new MediaFlow();
  const changes = [];
  flow.addEventListener("change", () => changes.push([clock.now, flow.stalled]));
  let packets = 0;
  flow.expect(4000);
  flow.watch(async () => new Map([["v", { type: "inbound-rtp", packetsReceived: packets }]]));
  // One picture a second is how a slide that stands still arrives.
  for (let second = 0; second < 10; second += 1) {
    packets += 1;
    await clock.advance(1000);
  }
  assert.deepEqual(changes, []);
  await clock.advance(5000);
  packets += 1;
  await clock.advance(1000);
  flow.stop();
  assert.deepEqual(changes, [[14_000, true], [15_500, false]]);
});

test("media that was just switched on has time to arrive", async (t) => {
  const clock = new Clock(t);
  const flow = new MediaFlow();
  flow.expect(Infinity);
  flow.watch(async () => new Map());
  await clock.advance(10_000);
  flow.expect(1200);
  await clock.advance(1900);
  assert.equal(flow.stalled, false);
  await clock.advance(600);
  assert.equal(flow.stalled, true);
  flow.stop();
});

/** The last report of a meter that read these samples, one every 2 s. */
async function lastReport(t, samples) {
  const clock = new Clock(t);
  const meter = new QualityMeter();
  let report = null;
  meter.addEventListener("report", ({ detail }) => (report = detail));
  const left = [...samples];
  const totals = { packetsLost: 0, packetsReceived: 0 };
  let first = true;
  await meter.start(async () => {
    const { lost = 0, outgoing = 0, roundTrip = 0.05, relayed = false, limit } = (first ? samples[0] : left.shift()) ?? {};
    if (!first) totals.packetsLost += lost;
    if (!first) totals.packetsReceived += 100 - lost;
    first = false;
    return new Map([
      ["in", { type: "inbound-rtp", ...totals }],
      ["remote", { type: "remote-inbound-rtp", fractionLost: outgoing }],
      ["out", { type: "outbound-rtp", kind: "video", qualityLimitationReason: limit }],
      ["pair", { type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: roundTrip, localCandidateId: "local" }],
      ["local", { type: "local-candidate", candidateType: relayed ? "relay" : "host" }],
    ]);
  });
  await clock.advance(2000 * samples.length);
  meter.stop();
  return report;
}

const five = (sample) => Array(5).fill(sample);
const GRADES = [
  ["nothing lost", five({}), "good"],
  ["2 % lost", five({ lost: 2 }), "good"],
  ["3 % lost", five({ lost: 3 }), "fair"],
  ["10 % lost", five({ lost: 10 }), "poor"],
  ["10 % of ours lost at the other end", five({ outgoing: 0.1 }), "poor"],
  ["250 ms there and back", five({ roundTrip: 0.25 }), "fair"],
  ["500 ms there and back", five({ roundTrip: 0.5 }), "poor"],
  ["one bad sample of five", [{}, {}, { lost: 50 }, {}, {}], "good"],
  ["five good samples after bad ones", [...five({ lost: 50 }), ...five({})], "good"],
];
for (const [what, samples, quality] of GRADES) {
  test(`the connection with ${what} is ${quality}`, async (t) => assert.equal((await lastReport(t, samples)).quality, quality));
}

test("what was lost before the meter started does not count", async (t) => {
  const clock = new Clock(t);
  const meter = new QualityMeter();
  const reports = [];
  meter.addEventListener("report", ({ detail }) => reports.push(detail.loss));
  await meter.start(async () => new Map([["in", { type: "inbound-rtp", packetsLost: 900, packetsReceived: 1000 }]]));
  await clock.advance(2000);
  meter.stop();
  assert.deepEqual(reports, [0]);
});

test("the numbers name the relay and a busy computer", async (t) => {
  const report = await lastReport(t, five({ lost: 5, roundTrip: 0.12, relayed: true, limit: "cpu" }));
  assert.equal(
    numbers(report),
    "5.0 % lost · 120 ms there and back · through a relay · your computer is busy and sends a smaller picture",
  );
});

/** Samples, one every 2 s, and after how many of them people are warned. */
const MINUTES = (count) => Array(count * 30).fill("poor");
const WARNINGS = [
  [["poor", "poor", "good", "poor", "poor"], []],
  [["poor", "poor", "poor", "poor"], [3]],
  [MINUTES(6), [3, 153]],
  [MINUTES(30), [3, 153, 303]],
];
for (const [samples, expected] of WARNINGS) {
  test(`of ${samples.length} samples, ${expected.length} warn`, () => {
    const warning = new QualityWarning();
    const due = samples.map((quality, index) => (warning.isDue(quality, index * 2000) ? index + 1 : 0));
    assert.deepEqual(due.filter(Boolean), expected);
  });
}

/** What scripts that block WebRTC leave: nothing, something that is no class, a class that throws. */
const BLOCKED = {
  undefined,
  object: {},
  throws: class {
    constructor() {
      throw new Error("blocked");
    }
  },
  works: class {
    close() {}
  },
};
for (const [how, value] of Object.entries(BLOCKED)) {
  test(`a call is possible where a connection can be made: ${how}`, async (t) => {
    setGlobal(t, "RTCPeerConnection", value);
    const { Call } = await import(`../../public/js/call/call.js?${how}`);
    assert.equal(Call.isPossible, how === "works");
  });
}

test("a person without a page is not called", async () => {
  const { Call } = await import("../../public/js/call/call.js");
  const call = new Call({ send: () => true }, []);
  call.call("");
  call.receive({ from: "", restart: true });
  assert.equal(call.state, "idle");
});
