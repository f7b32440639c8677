import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, fire, setGlobal } from "./browser.mjs";
import { CallServers } from "../../public/js/call/call_servers.js";
import { encodingOf } from "../../public/js/call/encodings.js";
import { MediaFlow, longestGap } from "../../public/js/call/media_flow.js";
import { QualityMeter, numbers } from "../../public/js/call/quality_meter.js";
import { Recovery } from "../../public/js/call/recovery.js";
import { SavingRule } from "../../public/js/call/saving_rule.js";
import { connectionOf } from "../../public/js/call/sdp.js";

/**
 * Feed [at ms, connection state or what happens] to a Recovery. Returns when it restarted, when a
 * restart had not helped, and when it was stuck.
 */
async function recover(t, steps, until) {
  const clock = new Clock(t);
  const [restarts, failing, stuck] = [[], [], []];
  const recovery = new Recovery({
    restart: () => restarts.push(clock.now),
    onFailing: (count) => failing.push([clock.now, count]),
    onStuck: () => stuck.push(clock.now),
  });
  const does = {
    online: () => fire("online"),
    network: () => recovery.suspect(),
    "new socket": () => recovery.beginAnew(),
    "asked by the other page": () => recovery.restartNow(),
    "begun by the other page": () => recovery.hasBegun(),
  };
  for (const [at, what] of steps) {
    await clock.advance(at - clock.now);
    if (does[what]) does[what]();
    else recovery.onState(what);
  }
  await clock.advance(until - clock.now);
  recovery.stop();
  return { restarts, failing, stuck };
}

const UP = [0, "connected"];
const RECOVERIES = [
  ["a call that never connects is stuck after 12 s", [[0, "connecting"]], 40_000, { stuck: [12_000] }],
  ["a short disconnection mends itself", [UP, [1000, "disconnected"], [2900, "connected"]], 60_000, {}],
  ["a disconnection is restarted after 2 s", [UP, [1000, "disconnected"], [3200, "connected"]], 60_000, { restarts: [3000] }],
  ["media that stops is a loss before the connection says so", [UP, [1000, "stalled"], [2900, "disconnected"], [3200, "connected"]], 60_000, { restarts: [3000] }],
  ["a failure is restarted at once", [UP, [1000, "failed"], [1200, "connected"]], 60_000, { restarts: [1000] }],
  [
    "restarts back off to 15 s",
    [UP, [1000, "failed"]],
    50_000,
    {
      restarts: [1000, 3500, 8500, 18_500, 33_500, 48_500],
      failing: [[3500, 1], [8500, 2], [18_500, 3], [33_500, 4], [48_500, 5]],
      stuck: [13_000],
    },
  ],
  ["the network's return restarts at once", [UP, [1000, "failed"], [2500, "online"], [2600, "connected"]], 60_000, { restarts: [1000, 2500] }],
  ["the network's return does nothing to a call that works", [UP, [1000, "online"]], 60_000, {}],
  ["the time offline does not make a call stuck", [UP, [1000, "failed"], [12_000, "online"], [23_000, "connected"]], 40_000, { restarts: [1000, 3500, 8500, 12_000, 14_500, 19_500], failing: [[3500, 1], [8500, 2], [14_500, 1], [19_500, 2]] }],
  [
    "what happens at once on the network's return makes one restart",
    [UP, [1000, "failed"], [30_000, "online"], [30_100, "disconnected"], [30_200, "failed"], [30_400, "begun by the other page"], [30_600, "connected"]],
    60_000,
    { restarts: [1000, 3500, 8500, 18_500, 30_000], failing: [[3500, 1], [8500, 2], [18_500, 3]], stuck: [13_000] },
  ],
  ["media that stops after a new socket is restarted at once", [UP, [1000, "network"], [2500, "stalled"], [2900, "disconnected"], [3200, "connected"]], 60_000, { restarts: [2500] }],
  ["media that stops long after a new socket may come again", [UP, [1000, "network"], [7000, "stalled"], [8000, "connected"]], 60_000, {}],
  ["a restart that the other side has begun serves this side", [UP, [1000, "stalled"], [2500, "begun by the other page"], [3200, "connected"]], 60_000, {}],
  ["a new socket restarts although another restart has just begun", [UP, [1000, "failed"], [1300, "new socket"], [1600, "connected"]], 60_000, { restarts: [1000, 1300] }],
  [
    "the other page gets its restarts from a call that works",
    [UP, [1000, "asked by the other page"], [1300, "asked by the other page"], [9000, "asked by the other page"]],
    60_000,
    { restarts: [1000, 1300, 9000] },
  ],
];
for (const [what, steps, until, expected] of RECOVERIES) {
  const all = { restarts: [], failing: [], stuck: [], ...expected };
  test(what, async (t) => assert.deepEqual(await recover(t, steps, until), all));
}

const STUN = { urls: "stun:stun.example.com" };
/** Another credential each time. */
const relay = (number) => ({ urls: "turn:turn.example.com", username: `user${number}`, credential: "c" });

/** Servers of a call that end at 1000, and what the page does for them. */
function servedCall(t, answers) {
  const clock = new Clock(t);
  const used = [];
  const call = { iceServers: [STUN], useServers: (servers) => used.push((call.iceServers = servers)) };
  const joins = [];
  const join = async () => {
    joins.push(clock.now);
    const answer = answers.shift();
    if (!answer) throw new Error("offline");
    return answer;
  };
  return { clock, used, joins, servers: new CallServers({ join }, call, { expires_at: 1000, ice_servers: [STUN] }) };
}

test("a call gets new servers once when its session is made longer", async (t) => {
  const { clock, used, joins, servers } = servedCall(t, [undefined, { expires_at: 2000, ice_servers: [STUN, relay(1)] }]);
  for (const closesAt of [1000, 2000, 2000, 2000]) {
    servers.keepUntil(closesAt);
    await clock.advance(20_000);
  }
  // The first request had no answer.
  assert.deepEqual([joins, used], [[20_000, 60_000], [[STUN, relay(1)]]]);
});

test("a call whose restarts fail gets new servers, not too often, and no restart for the same ones", async (t) => {
  const answers = [1, 1, 2].map((number) => ({ expires_at: 1000, ice_servers: [relay(number)] }));
  const { clock, used, joins, servers } = servedCall(t, answers);
  for (let time = 0; time < 65_000; time += 5000) {
    servers.renew();
    await clock.advance(5000);
  }
  assert.deepEqual([joins, used], [[0, 30_000, 60_000], [[relay(1)], [relay(2)]]]);
});

test("an answer of a provider has no servers, and changes nothing", async (t) => {
  const { clock, used, servers } = servedCall(t, [{ expires_at: 2000, url: "https://example.com" }]);
  servers.renew();
  await clock.advance(1000);
  assert.deepEqual(used, []);
});

const CONNECTIONS = [
  ["a restart", "v=0\r\no=- 42 2 IN IP4 127.0.0.1\r\n", "v=0\r\no=- 42 3 IN IP4 127.0.0.1\r\n", true],
  ["another connection", "v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 42 0 IN IP4 0.0.0.0\r\n", "v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 43 0 IN IP4 0.0.0.0\r\n", false],
];
for (const [what, one, two, same] of CONNECTIONS) {
  test(`a description of ${what} is ${same ? "of the same" : "of another"} connection`, () => assert.equal(connectionOf(one) === connectionOf(two), same));
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
  flow.expect(4000, false);
  flow.watch(async () => new Map([["v", { type: "inbound-rtp", kind: "video", packetsReceived: packets }]]));
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
  assert.deepEqual(changes, [[13_500, true], [15_300, false]]);
});

test("media counts as stopped after a change of network, until something comes", async (t) => {
  const clock = new Clock(t);
  const flow = new MediaFlow();
  const changes = [];
  flow.addEventListener("change", () => changes.push([clock.now, flow.stalled]));
  let packets = 0;
  const arrive = async (milliseconds) => {
    for (const end = clock.now + milliseconds; clock.now < end; ) {
      packets += 1;
      await clock.advance(100);
    }
  };
  flow.watch(async () => new Map([["v", { type: "inbound-rtp", kind: "video", packetsReceived: packets }]]));
  await arrive(3000);
  flow.doubt();
  // What came just before is no sign.
  await clock.advance(2000);
  assert.deepEqual(changes.splice(0), [[3000, true]]);
  await arrive(1000);
  assert.deepEqual(changes.splice(0), [[5300, false]]);
  flow.expect(Infinity, false);
  flow.doubt();
  await clock.advance(1000);
  assert.deepEqual(changes, [], "nothing is sent");
  flow.stop();
});

test("a picture that stops while sound comes is told once, until it comes again", async (t) => {
  const clock = new Clock(t);
  const flow = new MediaFlow();
  const frozen = [];
  flow.addEventListener("frozen", () => frozen.push(clock.now));
  const packets = { audio: 0, video: 0 };
  const stats = () => Object.entries(packets).map(([kind, packetsReceived]) => [kind, { type: "inbound-rtp", kind, packetsReceived }]);
  const arrive = async (until, kinds) => {
    while (clock.now < until) {
      for (const kind of kinds) packets[kind] += 1;
      await clock.advance(250);
    }
  };
  flow.expect(1200, true);
  flow.watch(async () => new Map(/** @type {any} */ (stats())));
  await arrive(4000, ["audio", "video"]);
  await arrive(20_000, ["audio"]);
  assert.deepEqual(frozen.splice(0), [9300]);
  await arrive(21_000, ["audio", "video"]);
  // Nothing at all is another fault, and a camera that is off is none.
  await arrive(40_000, []);
  flow.expect(1200, false);
  await arrive(60_000, ["audio"]);
  assert.deepEqual(frozen, []);
  flow.stop();
});

test("media that was just switched on has time to arrive", async (t) => {
  const clock = new Clock(t);
  const flow = new MediaFlow();
  flow.expect(Infinity, false);
  flow.watch(async () => new Map());
  await clock.advance(10_000);
  flow.expect(1200, false);
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
  let settling = 2;
  meter.start(async () => {
    const settles = settling-- > 0;
    const { lost = 0, outgoing = 0, roundTrip = 0.05, relayed = false, limit } = settles ? samples[0] : left.shift();
    totals.packetsLost += lost;
    totals.packetsReceived += 100 - lost;
    return new Map([
      ["in", { type: "inbound-rtp", ...totals }],
      ["remote", { type: "remote-inbound-rtp", fractionLost: outgoing }],
      ["out", { type: "outbound-rtp", kind: "video", qualityLimitationReason: limit }],
      ["pair", { type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: roundTrip, localCandidateId: "local" }],
      ["local", { type: "local-candidate", candidateType: relayed ? "relay" : "host" }],
    ]);
  });
  await clock.advance(2000 * (2 + samples.length));
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

test("the losses of an outage do not count, and make no picture small", async (t) => {
  const clock = new Clock(t);
  const meter = new QualityMeter();
  const rule = new SavingRule();
  const totals = { packetsLost: 0, packetsReceived: 1000 };
  const remote = { type: "remote-inbound-rtp", fractionLost: 0 };
  const report = new Map([
    ["in", { type: "inbound-rtp", ...totals }],
    ["remote", remote],
  ]);
  const [qualities, stages] = [[], []];
  meter.addEventListener("start", () => rule.restart());
  meter.addEventListener("report", ({ detail: { quality } }) => {
    qualities.push(quality);
    if (rule.add(quality)) stages.push(rule.stage);
  });
  const flow = () => {
    totals.packetsReceived += 100;
    report.set("in", { type: "inbound-rtp", ...totals });
  };
  const run = async (seconds) => {
    for (let second = 0; second < seconds; second += 2) {
      flow();
      await clock.advance(2000);
    }
  };
  meter.start(async () => report);
  await run(20);
  meter.stop();
  // Back after 12 s: the gap is found with the packets after it, the other side's report comes later.
  meter.start(async () => report);
  totals.packetsLost += 900;
  await run(2);
  remote.fractionLost = 0.8;
  await run(2);
  remote.fractionLost = 0;
  await run(20);
  meter.stop();
  assert.deepEqual([new Set(qualities), stages], [new Set(["good"]), []]);
});

test("the numbers name the relay and a busy computer", async (t) => {
  const report = await lastReport(t, five({ lost: 5, roundTrip: 0.12, relayed: true, limit: "cpu" }));
  assert.equal(
    numbers(report),
    "5.0% lost · 120 ms there and back · through a relay · your computer is busy and sends a smaller picture",
  );
});

const of = (quality, count) => Array(count).fill(quality);
/** Samples, one every 2 s; [after how many of them, what is saved then]. */
const SAVINGS = [
  ["two poor samples", [...of("poor", 2), ...of("good", 1), ...of("poor", 2)], []],
  ["6 s of a poor line", of("poor", 3), [[3, 1]]],
  ["12 s of a poor line", of("poor", 30), [[3, 1], [6, 2]]],
  ["20 good seconds", [...of("poor", 6), ...of("good", 10)], [[3, 1], [6, 2], [16, 0]]],
  ["fair seconds", [...of("poor", 3), ...of("good", 9), ...of("fair", 1), ...of("good", 9)], [[3, 1]]],
  [
    "a line that bears small pictures only",
    [...of("poor", 3), ...of("good", 10), ...of("poor", 3), ...of("good", 20), ...of("poor", 3), ...of("good", 39)],
    [[3, 1], [13, 0], [16, 1], [36, 0], [39, 1]],
  ],
];
for (const [what, samples, expected] of SAVINGS) {
  test(`data is saved after ${what}`, () => {
    const rule = new SavingRule();
    const stages = samples.map((quality, index) => rule.add(quality) && [index + 1, rule.stage]);
    assert.deepEqual(stages.filter(Boolean), expected);
  });
}

/** A track's size, and what is sent of it. */
const camera = (width, height) => ({ getSettings: () => ({ width, height }) });
const ENCODINGS = [
  ["sound on a poor line", [0, null, { small: true }], { maxBitrate: 64_000 }],
  ["sound without a network", [0, null, { paused: true }], { maxBitrate: 64_000 }],
  ["a camera", [1, camera(1280, 720), {}], { active: true, maxBitrate: 1_500_000, maxFramerate: 30, scaleResolutionDownBy: 1 }],
  ["a camera without a network", [1, camera(1280, 720), { paused: true }], { active: false, maxBitrate: 1_500_000, maxFramerate: 30, scaleResolutionDownBy: 1 }],
  ["a small camera", [1, camera(1280, 720), { small: true }], { active: true, maxBitrate: 136_000, maxFramerate: 15, scaleResolutionDownBy: 3 }],
  ["a phone's camera", [1, camera(720, 1280), { small: true }], { active: true, maxBitrate: 136_000, maxFramerate: 15, scaleResolutionDownBy: 3 }],
  ["a camera that is small already", [1, camera(320, 180), { small: true }], { active: true, maxBitrate: 136_000, maxFramerate: 15, scaleResolutionDownBy: 1 }],
  ["the first picture of a camera", [1, camera(1280, 720), { first: true }], { active: true, maxBitrate: 1_500_000, maxFramerate: 30, scaleResolutionDownBy: 2 }],
  ["the first picture of a phone's small camera", [1, camera(240, 320), { first: true }], { active: true, maxBitrate: 1_500_000, maxFramerate: 30, scaleResolutionDownBy: 1 }],
  ["the first picture of a screen", [2, camera(2560, 1440), { first: true }], { active: true, maxBitrate: 2_500_000, maxFramerate: 30, scaleResolutionDownBy: 1 }],
  ["no camera", [1, null, { small: true }], { active: true, maxBitrate: 136_000, maxFramerate: 15, scaleResolutionDownBy: 1 }],
  ["a small screen", [2, camera(2560, 1440), { small: true }], { active: true, maxBitrate: 250_000, maxFramerate: 5, scaleResolutionDownBy: 1 }],
];
for (const [what, [line, track, how], expected] of ENCODINGS) {
  test(`how ${what} is sent`, () => {
    assert.deepEqual(encodingOf(line, track, how), expected);
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
