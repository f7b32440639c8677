import { explain, readHelp } from "../devices/device_help.js";
import { KINDS } from "../devices/devices.js";
import { reportProblems } from "../devices/problem_reports.js";

/** The panel about device problems. */

const $ = (id) => document.getElementById(id);
const panel = $("device-problem");
const title = $("problem-title");
const text = $("problem-text");
const steps = $("problem-steps");
const retry = $("problem-retry");
let shown = "";

/** @param {Devices} devices @param {Session} session */
export async function showProblems(devices, session) {
  retry.onclick = () => devices.start();
  retry.setAttribute("aria-busy", String(devices.asking));
  await readHelp();
  const { problems, asking } = devices;
  // The old text stays during another attempt.
  if (asking && problems.size > 0) return;
  reportProblems(problems, session);
  const working = KINDS.filter((kind) => devices[`${kind}On`]);
  if (problems.size === 0) hide();
  else show(explain(problems, working));
}

/** @param {Explanation} explanation */
function show(explanation) {
  const words = JSON.stringify(explanation);
  // Writing an alert again reads it out again.
  if (words === shown) return;
  shown = words;
  title.textContent = explanation.title;
  text.textContent = explanation.text;
  const items = explanation.steps.map((textContent) => Object.assign(document.createElement("li"), { textContent }));
  steps.replaceChildren(...items);
  steps.hidden = items.length === 0;
  panel.hidden = false;
}

function hide() {
  shown = "";
  const hadFocus = panel.contains(document.activeElement);
  panel.hidden = true;
  // Focus a control that works now.
  if (hadFocus) $("toggle-microphone").focus();
}
