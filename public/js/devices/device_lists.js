import { isolated } from "../shared/isolated.js";
import { KINDS } from "./devices.js";
import { t } from "../words/words.js";

/** The lists of cameras, microphones and speakers, in the lobby and in the room. */

const SYSTEM_DEFAULT = { id: "", name: t("System default") };
const REFUSED = ["denied", "dismissed", "policy", "security", "system"];
const canChooseSpeaker = "setSinkId" in HTMLMediaElement.prototype;

/** @param {Devices} devices @param {Record<string, string>} ids @param {AbortSignal} signal */
export function showDeviceLists(devices, ids, signal) {
  const picker = (what) => {
    const select = /** @type {HTMLSelectElement} */ (document.getElementById(ids[what]));
    select.addEventListener("change", () => devices.choose(what, select.value), { signal });
    return select;
  };
  const inputs = KINDS.map((kind) => ({ kind, select: picker(kind) }));
  const speakers = picker("speaker");
  const refresh = async () => {
    const found = await devices.list();
    for (const { kind, select } of inputs) {
      const instead = insteadOf(kind, devices, found[kind]);
      fill(select, found[kind], devices.currentId(kind), instead);
    }
    const outputs = [...found.speaker];
    speakers.hidden = !canChooseSpeaker || outputs.length === 0;
    if (!outputs.some((each) => each.id === "default")) outputs.unshift(SYSTEM_DEFAULT);
    fill(speakers, outputs, devices.speakerId || outputs[0].id, "");
  };
  devices.addEventListener("change", refresh, { signal });
  refresh();
}

/** The first line when no device is in use. */
function insteadOf(kind, devices, choices) {
  if (!devices.checked) return t("Not checked yet");
  const problem = devices.problems.get(kind);
  const isCamera = kind === "camera";
  if (REFUSED.includes(problem)) return isCamera ? t("No access to the camera") : t("No access to the microphone");
  if (choices.length === 0) return isCamera ? t("No camera available") : t("No microphone available");
  if (!problem) return "";
  return isCamera ? t("No camera in use") : t("No microphone in use");
}

/** @param {HTMLSelectElement} picker */
function fill(picker, choices, current, instead) {
  // Translators: a camera, microphone or speaker without a name, in a list.
  const options = choices.map(({ id, name }, index) => new Option(isolated(name) || t("No. {number}", { number: index + 1 }), id));
  const index = choices.findIndex((each) => each.id === current);
  if (index < 0 && instead) options.unshift(new Option(instead, ""));
  picker.disabled = choices.length === 0;
  const key = (all) => [...all].map((option) => `${option.value} ${option.text}`).join();
  // Filling an open list closes it.
  if (key(picker.options) !== key(options)) picker.replaceChildren(...options);
  picker.selectedIndex = Math.max(0, index);
}
