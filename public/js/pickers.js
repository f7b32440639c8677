import { announce } from "./announce.js";

/** The choice of camera, microphone and speaker, and the speaker's test. */

/** @param {string} id */
const select = (id) => /** @type {HTMLSelectElement} */ (document.getElementById(id));
const cameras = select("camera-picker");
const microphones = select("microphone-picker");
const speakers = select("speaker-picker");
const note = document.getElementById("device-note");
const testButton = document.getElementById("test-speaker");
const canChooseSpeaker = "setSinkId" in HTMLMediaElement.prototype;

/** @param {import("./devices.js").Devices} devices */
export function showPickers(devices) {
  cameras.addEventListener("change", () => devices.chooseCamera(cameras.value));
  microphones.addEventListener("change", () => devices.chooseMicrophone(microphones.value));
  speakers.addEventListener("change", () => devices.chooseSpeaker(speakers.value));
  testButton.addEventListener("click", () => testSpeaker(devices.speakerId));
  devices.addEventListener("change", () => refresh(devices));
  devices.addEventListener("notice", (event) => tellNotice(event["detail"]));
}

async function refresh(devices) {
  const found = await devices.list();
  const instead = (what) => (devices.checked ? `No ${what} available` : "Not checked yet");
  fill(cameras, found.cameras, devices.currentId("camera"), instead("camera"));
  fill(microphones, found.microphones, devices.currentId("microphone"), instead("microphone"));
  const hasDefault = found.speakers.some((each) => each.id === "default");
  const outputs = [...(hasDefault ? [] : [{ id: "", name: "System default" }]), ...found.speakers];
  fill(speakers, outputs, devices.speakerId || outputs[0].id, "");
  speakers.hidden = !canChooseSpeaker || found.speakers.length === 0;
}

/** @param {HTMLSelectElement} picker @param {string} instead Shown when there is no choice. */
function fill(picker, choices, current, instead) {
  const options = choices.map(({ id, name }, index) => new Option(name || `No. ${index + 1}`, id));
  if (options.length === 0) options.push(new Option(instead, ""));
  picker.disabled = choices.length === 0;
  const key = (all) => [...all].map((option) => `${option.value} ${option.text}`).join();
  // An open list would close if it were filled anew.
  if (key(picker.options) !== key(options)) picker.replaceChildren(...options);
  const index = choices.findIndex((each) => each.id === current);
  picker.selectedIndex = Math.max(0, index);
}

/** @param {import("./devices.js").Notice} notice */
function tellNotice({ kind, reason, name }) {
  const why = {
    gone: `Your usual ${kind} is not connected`,
    busy: `The chosen ${kind} could not be started`,
    unplugged: `Your ${kind} was disconnected`,
  }[reason];
  tell(`${why}. Using ${name || "another one"} now.`);
}

/** @param {string} words */
function tell(words) {
  note.textContent = words;
  note.hidden = false;
  announce(words);
}

/** @param {string} speakerId */
async function testSpeaker(speakerId) {
  if (testButton.ariaBusy === "true") return;
  testButton.ariaBusy = "true";
  try {
    const { playTestTone } = await import("./test_tone.js");
    await playTestTone(speakerId);
  } catch {
    tell("The test sound could not be played. Choose another speaker.");
  } finally {
    testButton.ariaBusy = "false";
  }
}
