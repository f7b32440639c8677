import { explain, readHelp } from "./device_help.js";
import { KINDS } from "./devices.js";
import { reportProblems } from "./problem_reports.js";

/** The panel about devices that do not work. */

const $ = (id) => document.getElementById(id);
const panel = $("device-problem");
const title = $("problem-title");
const text = $("problem-text");
const steps = $("problem-steps");
const retry = $("problem-retry");
let shown = "";

/**
 * Say what is wrong with the devices and what to do.
 *
 * @param {import("./devices.js").Devices} devices
 * @param {import("./session.js").Session} session Is told, for the operator's statistics.
 */
export async function showProblems(devices, session) {
  retry.onclick = () => devices.start();
  retry.setAttribute("aria-busy", String(devices.asking));
  await readHelp();
  const { problems, asking } = devices;
  // The old words stay while another attempt is under way.
  if (asking && problems.size > 0) return;
  reportProblems(problems, session);
  const working = KINDS.filter((kind) => devices[`${kind}On`]);
  if (problems.size === 0) hide();
  else show(explain(problems, working));
}

/** @param {import("./device_help.js").Explanation} explanation */
function show(explanation) {
  const words = JSON.stringify(explanation);
  // Written again, an alert is read out again.
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
  // What had the focus is gone: go on with what has begun to work.
  if (hadFocus) $("toggle-microphone").focus();
}
