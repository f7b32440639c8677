import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setGlobal } from "./browser.mjs";
import { capture } from "../../public/js/devices/capture.js";
import { explain, readHelp } from "../../public/js/devices/device_help.js";
import { problemOf } from "../../public/js/devices/device_problems.js";

const ROOT = new URL("../../", import.meta.url);
const HELP = JSON.parse(readFileSync(new URL("public/device_help.json", ROOT), "utf8"));
const [, TYPE] = readFileSync(new URL("types/browser.d.ts", ROOT), "utf8").match(/type Problem =([^;]+);/);
const PROBLEMS = [...TYPE.matchAll(/"(\w+)"/g)].map(([, name]) => name);
const KINDS = [["camera"], ["microphone"], ["camera", "microphone"]];

const AGENTS = {
  "Chrome on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36",
  "Edge on Windows": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0",
  "Samsung Internet on Android": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
  "Chrome on Android": "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36",
  "Chrome on ChromeOS": "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36",
  "Chrome on macOS": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/150.0 Safari/537.36",
  "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
  "Firefox on Android": "Mozilla/5.0 (Android 15; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0",
  "Safari on macOS": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Version/26.0 Safari/605.1",
  "Safari on iOS": "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1 Version/26.0 Mobile/15E148 Safari/604.1",
  "Chrome on iOS": "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1 CriOS/150.0 Mobile/15E148 Safari/604.1",
  unknown: "Mozilla/5.0",
};

/** Be this browser, and read the help there. */
async function visit(t, userAgent, maxTouchPoints = 0) {
  setGlobal(t, "navigator", { userAgent, maxTouchPoints });
  setGlobal(t, "fetch", async () => ({ ok: true, json: async () => HELP }));
  setGlobal(t, "location", { hostname: "sessions.test" });
  await readHelp();
}

/** @returns {Explanation} */
function explained(problem, kinds) {
  return explain(new Map(kinds.map((kind) => [kind, problem])), []);
}

test("without its file the help says so, and the next call reads the file again", async (t) => {
  setGlobal(t, "fetch", async () => ({ ok: false }));
  await readHelp();
  assert.match(explained("denied", ["camera"]).text, /could not be loaded/);
  await visit(t, AGENTS.unknown);
  assert.equal(explained("denied", ["camera"]).title, "Please allow camera/microphone access.");
});

/** Where the browser, and where the system, allows devices. */
const STEPS = [
  ["Chrome on Windows", "two sliders", "Start, Settings"],
  ["Edge on Windows", "lock icon", "Start, Settings"],
  ["Chrome on Android", "then Permissions", "Apps, Chrome, Permissions"],
  ["Firefox on Linux", "crossed-out", "let Firefox use"],
  ["Firefox on Android", "lock icon", "Apps, Firefox, Permissions"],
  ["Safari on macOS", "Settings for sessions.test", "System Settings"],
  ["Safari on iOS", "Website Settings", "Settings app"],
  ["Chrome on iOS", "Apps, Chrome", "Apps, Chrome"],
];
for (const [agent, inBrowser, inSystem] of STEPS) {
  test(`the steps fit ${agent}`, async (t) => {
    await visit(t, AGENTS[agent]);
    assert.match(explained("denied", ["camera"]).steps.join(" "), new RegExp(inBrowser));
    assert.match(explained("system", ["camera"]).steps.join(" "), new RegExp(inSystem));
  });
}

test("an iPad that asks for desktop pages gets the steps of iOS", async (t) => {
  await visit(t, AGENTS["Safari on macOS"], 5);
  assert.match(explained("system", ["camera"]).steps.join(" "), /Settings app/);
});

for (const [agent, userAgent] of Object.entries(AGENTS)) {
  test(`each problem has words of its own, filled in, on ${agent}`, async (t) => {
    await visit(t, userAgent);
    for (const kinds of KINDS) {
      const unknown = explained("unknown", kinds);
      for (const problem of PROBLEMS) {
        const { title, text, steps } = explained(problem, kinds);
        assert.equal(steps.length > 0, ["denied", "system"].includes(problem), problem);
        assert.doesNotMatch([title, text, ...steps].join(" "), /[{}]|undefined/);
        if (problem !== "unknown") assert.notDeepEqual([title, text], [unknown.title, unknown.text], problem);
      }
    }
  });
}

for (const list of ["problems", "steps"]) {
  test(`every entry of ${list} is used somewhere`, async (t) => {
    const marked = structuredClone(HELP);
    marked[list].forEach((entry, index) => Object.assign(entry, { title: `${index}`, steps: [`${index}`] }));
    setGlobal(t, "fetch", async () => ({ ok: true, json: async () => marked }));
    const fresh = await import(`../../public/js/devices/device_help.js?${list}`);
    await fresh.readHelp();
    const used = new Set();
    for (const userAgent of Object.values(AGENTS)) {
      setGlobal(t, "navigator", { userAgent, maxTouchPoints: 0 });
      for (const kinds of KINDS) {
        for (const problem of PROBLEMS) {
          const { title, steps } = fresh.explain(new Map(kinds.map((kind) => [kind, problem])), []);
          used.add(list === "problems" ? title : steps[0]);
        }
      }
    }
    assert.deepEqual(Object.keys(marked[list]).filter((index) => !used.has(index)), []);
  });
}

test("the problem with steps leads, and what works is named", async (t) => {
  await visit(t, AGENTS["Firefox on Linux"]);
  const both = explain(new Map([["camera", "busy"], ["microphone", "denied"]]), []);
  assert.equal(both.title, "Please allow camera/microphone access.");
  assert.match(both.text, /^Your camera is in use or not responding\./);
  const one = explain(new Map([["camera", "missing"]]), ["microphone"]);
  assert.match(one.text, /^Your microphone works: you can join with audio only\./);
});

test("Firefox, whose permission still says prompt after Block, gets the steps that lift it", async (t) => {
  setGlobal(t, "document", {});
  const permissions = { query: async () => ({ state: "prompt" }) };
  setGlobal(t, "navigator", { userAgent: AGENTS["Firefox on Linux"], permissions });
  assert.equal(await problemOf("camera", new DOMException("", "NotAllowedError")), "denied");
});

/** A browser's error, what Permissions-Policy and the permission say, and the problem. */
const ERRORS = [
  ["NotFoundError", "", true, "granted", "missing"],
  ["OverconstrainedError", "", true, "granted", "missing"],
  ["NotReadableError", "", true, "granted", "busy"],
  ["AbortError", "", true, "granted", "busy"],
  ["SecurityError", "", true, "granted", "security"],
  ["TypeError", "", true, "granted", "unknown"],
  ["NotAllowedError", "", false, "denied", "policy"],
  ["NotAllowedError", "Permission denied by system", true, "granted", "system"],
  ["NotAllowedError", "", true, "granted", "system"],
  ["NotAllowedError", "", true, "prompt", "dismissed"],
  ["NotAllowedError", "", true, "denied", "denied"],
  ["NotAllowedError", "", true, undefined, "denied"],
];
for (const [name, message, allows, state, problem] of ERRORS) {
  test(`${name} "${message}" with ${state}, allowed by the policy: ${allows}, is ${problem}`, async (t) => {
    setGlobal(t, "document", { permissionsPolicy: { allowsFeature: () => allows } });
    setGlobal(t, "navigator", state ? { permissions: { query: async () => ({ state }) } } : {});
    assert.equal(await problemOf("camera", new DOMException(message, name)), problem);
  });
}

const REMEMBERED = { id: "old", name: "Old camera" };
const KIND_OF = { video: "camera", audio: "microphone" };

/**
 * Capture with a browser that answers each request by `answer(kinds, device)`: the name of an error, or the id of
 * the device that it gives. Returns the requests, and what was captured.
 */
async function captured(t, wanted, answer, permissions = {}) {
  const requests = [];
  const getUserMedia = async (constraints) => {
    const media = Object.keys(constraints);
    const device = Object.values(constraints).map((each) => each.deviceId?.exact).find(Boolean) ?? null;
    const kinds = media.map((each) => KIND_OF[each]);
    requests.push(device ? `${kinds.join("+")} ${device}` : kinds.join("+"));
    const given = answer(kinds.join("+"), device);
    if (/Error$/.test(given)) throw new DOMException("", given);
    const tracks = media.map((kind) => ({ kind, label: given, getSettings: () => ({ deviceId: given }) }));
    return { getTracks: () => tracks };
  };
  const query = async ({ name }) => ({ state: permissions[name] ?? "prompt" });
  setGlobal(t, "navigator", { mediaDevices: { getUserMedia }, permissions: { query } });
  const found = await capture(new Map(wanted), new AbortController().signal);
  const names = (map) => Object.fromEntries([...map].map(([kind, value]) => [kind, value.name ?? value.label ?? value]));
  return { requests, tracks: names(found.tracks), errors: names(found.errors), replaced: names(found.replaced) };
}

const BOTH = [["camera", undefined], ["microphone", undefined]];

test("who leaves at the prompt for the microphone is asked no more, and the camera stops", async (t) => {
  const end = new AbortController();
  const asked = [];
  let stops = 0;
  const getUserMedia = async (constraints) => {
    asked.push(Object.keys(constraints).join("+"));
    if (asked.length === 1) throw new DOMException("", "NotReadableError");
    if (!constraints.video) {
      end.abort();
      throw new DOMException("", "NotReadableError");
    }
    return { getTracks: () => [{ kind: "video", getSettings: () => ({}), stop: () => (stops += 1) }] };
  };
  setGlobal(t, "navigator", { mediaDevices: { getUserMedia } });
  await capture(new Map(BOTH), end.signal);
  assert.deepEqual([asked, stops], [["video+audio", "video", "audio"], 1]);
});
const CAPTURES = [
  ["both devices with one prompt", BOTH, () => "new", {}, {
    requests: ["camera+microphone"], tracks: { camera: "new", microphone: "new" }, errors: {}, replaced: {},
  }],
  ["nothing after a refusal of both, without a second prompt", BOTH, () => "NotAllowedError", {}, {
    requests: ["camera+microphone"],
    tracks: {},
    errors: { camera: "NotAllowedError", microphone: "NotAllowedError" },
    replaced: {},
  }],
  [
    "the granted device alone after a joint refusal",
    BOTH,
    (kinds) => (kinds === "microphone" ? "new" : "NotAllowedError"),
    { microphone: "granted", camera: "denied" },
    {
      requests: ["camera+microphone", "microphone"],
      tracks: { microphone: "new" },
      errors: { camera: "NotAllowedError" },
      replaced: {},
    },
  ],
  ["the microphone alone when there is no camera", BOTH, (kinds) => (kinds === "microphone" ? "new" : "NotFoundError"), {}, {
    requests: ["camera+microphone", "camera", "camera", "microphone"],
    tracks: { microphone: "new" },
    errors: { camera: "NotFoundError" },
    replaced: {},
  }],
  ["another camera when the remembered one is gone", [["camera", REMEMBERED]], (_, device) => (device ? "OverconstrainedError" : "new"), {}, {
    requests: ["camera old", "camera"], tracks: { camera: "new" }, errors: {}, replaced: { camera: "gone" },
  }],
  ["another camera when the remembered one is busy", [["camera", REMEMBERED]], (_, device) => (device ? "NotReadableError" : "new"), {}, {
    requests: ["camera old", "camera"], tracks: { camera: "new" }, errors: {}, replaced: { camera: "busy" },
  }],
  ["the remembered camera under a new id, by its name", [["camera", REMEMBERED]], (_, device) => (device ? "OverconstrainedError" : "Old camera"), {}, {
    requests: ["camera old", "camera"], tracks: { camera: "Old camera" }, errors: {}, replaced: {},
  }],
];
for (const [what, wanted, answer, permissions, expected] of CAPTURES) {
  test(`capture gives ${what}`, async (t) => assert.deepEqual(await captured(t, wanted, answer, permissions), expected));
}
