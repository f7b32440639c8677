import { KINDS } from "./devices.js";

/**
 * @typedef {import("./devices.js").Devices} Devices
 * @typedef {import("./session.js").Session} Session
 */

const panel = document.getElementById("device-problem");
const title = document.getElementById("problem-title");
const text = document.getElementById("problem-text");
const steps = document.getElementById("problem-steps");
const retry = document.getElementById("problem-retry");

/**
 * Say what is wrong with the devices and what to do, as long as it is so.
 *
 * @param {Devices} devices
 * @param {Session} session Is told, for the operator's statistics.
 */
export function showProblems(devices, session) {
  const reported = new Set();
  let shown = "";
  retry.addEventListener("click", () => devices.start());
  devices.addEventListener("change", async () => {
    const { problems } = devices;
    retry.ariaBusy = String(devices.asking);
    // The old words stay while another attempt is under way.
    if (devices.asking && problems.size > 0) return;
    const now = [...problems].map(([kind, { code }]) => `${kind}_${code}`);
    for (const each of now) if (!reported.has(each)) session.report(each);
    for (const each of now) reported.add(each);
    const working = KINDS.filter((kind) => devices.stream && isOn(devices, kind));
    const key = [...now, ...working].join();
    if (key === shown) return;
    shown = key;
    if (problems.size === 0) return hide();
    const { explain } = await import("./problem_words.js").catch(() => ({ explain: inBrief }));
    if (key === shown) show(explain(problems, { working }));
  });
}

/** @param {Devices} devices @param {import("./capture.js").Kind} kind */
function isOn(devices, kind) {
  return kind === "camera" ? devices.cameraOn : devices.microphoneOn;
}

/** @param {import("./problem_words.js").Explanation} explanation */
function show(explanation) {
  title.textContent = explanation.title;
  text.textContent = explanation.text;
  steps.replaceChildren(
    ...explanation.steps.map((step) => {
      const item = document.createElement("li");
      item.textContent = step;
      return item;
    }),
  );
  steps.hidden = explanation.steps.length === 0;
  panel.hidden = false;
}

/** For when the words cannot be loaded either. */
function inBrief() {
  return { title: "Your camera or microphone does not work.", text: "", steps: [] };
}

function hide() {
  const hadFocus = panel.contains(document.activeElement);
  panel.hidden = true;
  // What had the focus is gone: go on with what has begun to work.
  if (hadFocus) document.getElementById("toggle-microphone").focus();
}
