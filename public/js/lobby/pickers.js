import { announce } from "../shared/announce.js";
import { showDeviceLists } from "../devices/device_lists.js";

/** The lobby's lists of devices, and the speaker's test. */
const note = document.getElementById("device-note");
const testButton = document.getElementById("test-speaker");
const IDS = { camera: "camera-picker", microphone: "microphone-picker", speaker: "speaker-picker" };

/** @param {Devices} devices @param {AbortSignal} signal */
export function showPickers(devices, signal) {
  showDeviceLists(devices, IDS, signal);
  testButton.onclick = () => testSpeaker(devices.speakerId);
  devices.addEventListener("notice", (event) => showNotice(event["detail"]), { signal });
}

async function showNotice(notice) {
  show((await import("../devices/notices.js")).noticeInWords(notice));
}

function show(words) {
  note.textContent = words;
  note.hidden = false;
  announce(words);
}

async function testSpeaker(speakerId) {
  if (testButton.getAttribute("aria-busy") === "true") return;
  testButton.setAttribute("aria-busy", "true");
  try {
    const { playTestTone } = await import("./test_tone.js");
    await playTestTone(speakerId);
  } catch {
    show("The test sound could not be played. Connect or choose another speaker.");
  } finally {
    testButton.setAttribute("aria-busy", "false");
  }
}
