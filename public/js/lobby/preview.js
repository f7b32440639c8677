import { announce } from "../shared/announce.js";
import { permission } from "../devices/capture.js";
import { KINDS } from "../devices/devices.js";
import { t } from "../words/words.js";

/** The own picture or a message in its place, and the two switches on it. */

/** From asking to the hint, and to the offer to ask again. */
const HINT_MS = 2000;
const ASK_AGAIN_MS = 12_000;
const MESSAGES = { off: t("Your camera is off."), error: t("No picture."), live: "" };

/** @returns {any} */
const $ = (id) => document.getElementById(id);
const preview = $("preview");
const video = $("preview-video");
const message = $("preview-message");
const startButton = $("start-check");
const camera = $("toggle-camera");
const microphone = $("toggle-microphone");

let wasAsking = false;
let timers = [];

/** @param {Devices} devices @param {AbortSignal} signal */
export function showPreview(devices, signal) {
  startButton.onclick = () => devices.start();
  camera.onclick = () => devices.setCameraOn(!devices.cameraOn);
  microphone.onclick = () => devices.setMicrophoneOn(!devices.microphoneOn);
  devices.addEventListener("change", () => render(devices), { signal });
  // Safari stops while the page is hidden.
  const replay = () => document.hidden || video.play().catch(() => {});
  document.addEventListener("visibilitychange", replay, { signal });
}

function render(devices) {
  const state = stateOf(devices);
  preview.dataset.state = state;
  showPicture(devices.stream);
  camera.disabled = microphone.disabled = !devices.checked;
  camera.setAttribute("aria-pressed", String(devices.cameraOn));
  microphone.setAttribute("aria-pressed", String(devices.microphoneOn));
  if (devices.asking !== wasAsking) onAsking(devices);
  if (state === "asking" || state === "idle") return;
  hideStart();
  message.textContent = MESSAGES[state];
}

/** @returns {"idle" | "asking" | "live" | "off" | "error"} */
function stateOf(devices) {
  if (devices.cameraOn) return "live";
  if (devices.asking) return "asking";
  if (!devices.checked) return "idle";
  return devices.cameraWanted ? "error" : "off";
}

/** @param {MediaStream | null} stream */
function showPicture(stream) {
  const [track] = stream?.getVideoTracks() ?? [];
  const [shown] = video.srcObject?.getVideoTracks() ?? [];
  // A new stream: Safari ignores an exchange of tracks within one.
  if (track !== shown) video.srcObject = track ? new MediaStream([track]) : null;
}

function onAsking(devices) {
  wasAsking = devices.asking;
  timers.forEach(clearTimeout);
  if (!wasAsking) return;
  hideStart();
  message.textContent = t("Starting your camera and microphone…");
  timers = [setTimeout(hint, HINT_MS, devices), setTimeout(offerToAskAgain, ASK_AGAIN_MS)];
}

function hideStart() {
  if (document.activeElement === startButton) $("device-check-heading").focus();
  startButton.hidden = true;
}

async function hint(devices) {
  // A slow camera needs no hint at the prompt.
  const states = await Promise.all(KINDS.map(permission));
  if (!devices.asking || states.every((each) => each?.state === "granted")) return;
  message.textContent = message.dataset.hint;
  announce(message.dataset.hint);
}

function offerToAskAgain() {
  // Translators: a button: the browser then asks for camera and microphone again.
  startButton.textContent = t("Ask again");
  startButton.hidden = false;
}
