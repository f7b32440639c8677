import { announce } from "./announce.js";

/**
 * @typedef {import("./devices.js").Devices} Devices
 * @typedef {import("./devices.js").Device} Device
 */

/** @param {string} id */
const select = (id) => /** @type {HTMLSelectElement} */ (document.getElementById(id));
const cameras = select("camera-picker");
const microphones = select("microphone-picker");
const speakers = select("speaker-picker");
const note = document.getElementById("device-note");
const testButton = document.getElementById("test-speaker");

const canChooseSpeaker = "setSinkId" in HTMLMediaElement.prototype;
const SYSTEM_DEFAULT = { id: "", name: "System default" };

/**
 * Keep the choice of devices up to date, and do what is chosen.
 *
 * @param {Devices} devices
 */
export function showPickers(devices) {
  cameras.addEventListener("change", () => devices.chooseCamera(cameras.value));
  microphones.addEventListener("change", () => devices.chooseMicrophone(microphones.value));
  speakers.addEventListener("change", () => devices.chooseSpeaker(speakers.value));
  testButton.addEventListener("click", () => testSpeaker(devices.speakerId));
  devices.addEventListener("change", () => refresh(devices));
  devices.addEventListener("notice", (event) => tell(/** @type {CustomEvent} */ (event).detail));
}

/** @param {Devices} devices */
async function refresh(devices) {
  const found = await devices.list();
  const instead = (what) => (devices.checked ? `No ${what} available` : "Not checked yet");
  fill(cameras, found.cameras, devices.currentId("camera"), instead("camera"));
  fill(microphones, found.microphones, devices.currentId("microphone"), instead("microphone"));
  const outputs = found.speakers.some((each) => each.id === "default")
    ? found.speakers
    : [SYSTEM_DEFAULT, ...found.speakers];
  fill(speakers, outputs, devices.speakerId || outputs[0].id, "");
  speakers.hidden = !canChooseSpeaker || found.speakers.length === 0;
}

/**
 * @param {HTMLSelectElement} picker
 * @param {Device[]} choices
 * @param {string} current
 * @param {string} instead What to show when there is nothing to choose.
 */
function fill(picker, choices, current, instead) {
  const label = picker.id.split("-")[0];
  const names = choices.map(({ name }, index) => name || `${label} ${index + 1}`);
  const options = choices.map(({ id }, index) => new Option(names[index], id));
  if (options.length === 0) options.push(new Option(instead, ""));
  picker.disabled = choices.length === 0;
  // An open list would close if it were filled anew for nothing.
  const same = [...picker.options].map(key).join() === options.map(key).join();
  if (!same) picker.replaceChildren(...options);
  if (picker.value !== current) picker.value = current;
}

/** @param {HTMLOptionElement} option */
function key(option) {
  return `${option.value} ${option.text}`;
}

/** @param {import("./devices.js").Notice} notice */
function tell({ kind, reason, name }) {
  const why = {
    gone: `Your usual ${kind} is not connected`,
    busy: `The chosen ${kind} could not be started`,
    unplugged: `Your ${kind} was disconnected`,
  }[reason];
  note.textContent = `${why}. Using ${name || "another one"} now.`;
  note.hidden = false;
  announce(note.textContent);
}

/** @param {string} speakerId */
async function testSpeaker(speakerId) {
  if (testButton.ariaBusy === "true") return;
  testButton.ariaBusy = "true";
  try {
    const { playTestTone } = await import("./test_tone.js");
    await playTestTone(speakerId);
  } catch {
    note.textContent = "The test sound could not be played. Choose another speaker.";
    note.hidden = false;
    announce(note.textContent);
  } finally {
    testButton.ariaBusy = "false";
  }
}
