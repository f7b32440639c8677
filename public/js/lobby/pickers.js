import { showDeviceLists } from "../devices/device_lists.js";
import { showNote } from "./check_line.js";
import { t } from "../words/words.js";

/** The lobby's lists of devices, and the speaker's test: loaded when they are first opened. */
const testButton = /** @type {HTMLButtonElement} */ (document.getElementById("test-speaker"));
const IDS = { camera: "camera-picker", microphone: "microphone-picker", speaker: "speaker-picker" };

/** @param {Devices} devices @param {AbortSignal} signal */
export function showPickers(devices, signal) {
  showDeviceLists(devices, IDS, signal);
  testButton.onclick = () => testSpeaker(devices.speakerId);
  testButton.disabled = false;
}

async function testSpeaker(speakerId) {
  if (testButton.getAttribute("aria-busy") === "true") return;
  testButton.setAttribute("aria-busy", "true");
  try {
    const { playTestTone } = await import("./test_tone.js");
    await playTestTone(speakerId);
  } catch {
    showNote(t("The test sound could not be played. Connect or choose another speaker."));
  } finally {
    testButton.setAttribute("aria-busy", "false");
  }
}
