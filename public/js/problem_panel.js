import { KINDS } from "./devices.js";
import { reportProblems } from "./problem_reports.js";
import { explain } from "./problem_words.js";

/** The panel about devices that do not work. Loaded with the first problem. */

const panel = document.getElementById("device-problem");
const title = document.getElementById("problem-title");
const text = document.getElementById("problem-text");
const steps = document.getElementById("problem-steps");
const retry = document.getElementById("problem-retry");
let shown = "";

/**
 * Say what is wrong with the devices and what to do.
 *
 * @param {import("./devices.js").Devices} devices
 * @param {import("./session.js").Session} session Is told, for the operator's statistics.
 */
export function showProblems(devices, session) {
  const { problems, asking } = devices;
  retry.onclick = () => devices.start();
  retry.ariaBusy = String(asking);
  // The old words stay while another attempt is under way.
  if (asking && problems.size > 0) return;
  reportProblems(problems, session);
  const names = [...problems].map(([kind, { code }]) => `${kind}_${code}`);
  const working = KINDS.filter((kind) =>
    kind === "camera" ? devices.cameraOn : devices.microphoneOn,
  );
  const key = [...names, ...working].join();
  // Written again, an alert is read out again.
  if (key === shown) return;
  shown = key;
  if (names.length === 0) hide();
  else show(explain(problems, working));
}

/** @param {import("./problem_words.js").Explanation} explanation */
function show(explanation) {
  title.textContent = explanation.title;
  text.textContent = explanation.text;
  const items = explanation.steps.map((step) => {
    const item = document.createElement("li");
    item.textContent = step;
    return item;
  });
  steps.replaceChildren(...items);
  steps.hidden = items.length === 0;
  panel.hidden = false;
}

function hide() {
  const hadFocus = panel.contains(document.activeElement);
  panel.hidden = true;
  // What had the focus is gone: go on with what has begun to work.
  if (hadFocus) document.getElementById("toggle-microphone").focus();
}
