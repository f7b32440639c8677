import { announce } from "../shared/announce.js";

/** The line under the preview: whether camera, microphone and connection work, in one glance. */

const line = document.getElementById("checks-line");
const note = document.getElementById("device-note");
const microphoneHint = document.getElementById("microphone-hint");
const connection = document.getElementById("network-result");

/** @param {Devices} devices @param {AbortSignal} signal */
export function showCheckLine(devices, signal) {
  const render = () => show(findings(devices), stageOf(devices));
  devices.addEventListener("change", render, { signal });
  devices.addEventListener("notice", (event) => showNotice(event["detail"]), { signal });
  const observer = new MutationObserver(render);
  observer.observe(microphoneHint, { attributeFilter: ["hidden"] });
  observer.observe(connection, { attributeFilter: ["data-quality"] });
  signal.addEventListener("abort", () => observer.disconnect());
}

/** @param {Devices} devices @returns {"unchecked" | "checking" | "good"} Where nothing is wrong. */
function stageOf({ checked, asking }) {
  if (!checked && !asking) return "unchecked";
  return checked && connection.dataset.quality !== "unknown" ? "good" : "checking";
}

/** The names of the line's words: first what is wrong, then what is switched off. @param {Devices} devices */
function findings(devices) {
  /** @type {string[]} */
  const wrong = [...devices.problems.keys()];
  if (!microphoneHint.hidden) wrong.push("silent");
  const { quality } = connection.dataset;
  if (quality !== "good" && quality !== "unknown") wrong.push(quality);
  const off = [];
  if (devices.checked && !devices.cameraWanted) off.push("cameraOff");
  if (devices.checked && !devices.choices.microphoneOn) off.push("microphoneOff");
  return { wrong, off };
}

/** @param {{ wrong: string[], off: string[] }} found @param {string} stage */
function show({ wrong, off }, stage) {
  const names = [...wrong, ...off];
  line.textContent = (names.length ? names : [stage]).map((name) => line.dataset[name]).join(" · ");
  line.dataset.tone = wrong.length ? "wrong" : stage;
}

async function showNotice(notice) {
  showNote((await import("../devices/notices.js")).noticeInWords(notice));
}

/** Shown above the line, and spoken. @param {string} words */
export function showNote(words) {
  note.textContent = words;
  note.hidden = false;
  announce(words);
}
