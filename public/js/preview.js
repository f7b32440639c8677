import { announce } from "./announce.js";
import { permission } from "./capture.js";
import { KINDS } from "./devices.js";

/** @typedef {import("./devices.js").Devices} Devices */

/** How long a prompt may stay unanswered before we point at it, and before we offer to ask again. */
const HINT_MS = 2000;
const ASK_AGAIN_MS = 12_000;
const HINT = "Look for the permission prompt, mostly at the top of the window, and choose Allow.";

const preview = document.getElementById("preview");
const video = /** @type {HTMLVideoElement} */ (document.getElementById("preview-video"));
const message = document.getElementById("preview-message");
const startButton = document.getElementById("start-check");
const toggles = {
  camera: /** @type {HTMLButtonElement} */ (document.getElementById("toggle-camera")),
  microphone: /** @type {HTMLButtonElement} */ (document.getElementById("toggle-microphone")),
};

/** The picture, what is said in its place, and the two switches on it. */
export class Preview {
  #timers = [];
  #wasAsking = false;

  /** @param {Devices} devices */
  constructor(devices) {
    this.devices = devices;
    startButton.addEventListener("click", () => devices.start());
    toggles.camera.addEventListener("click", () => devices.setCameraOn(!devices.cameraOn));
    toggles.microphone.addEventListener("click", () =>
      devices.setMicrophoneOn(!devices.microphoneOn),
    );
    devices.addEventListener("change", () => this.#render());
  }

  #render() {
    const { devices } = this;
    const state = this.#state();
    preview.dataset.state = state;
    this.#showPicture();
    for (const kind of KINDS) {
      const on = kind === "camera" ? devices.cameraOn : devices.microphoneOn;
      toggles[kind].disabled = !devices.checked;
      toggles[kind].ariaPressed = String(on);
    }
    if (devices.asking !== this.#wasAsking) this.#askingChanged();
    if (state !== "asking" && state !== "idle") {
      startButton.hidden = true;
      message.textContent = { off: "Your camera is off.", error: "No picture.", live: "" }[state];
    }
  }

  /** @returns {"idle" | "asking" | "live" | "off" | "error"} */
  #state() {
    const { devices } = this;
    if (devices.cameraOn) return "live";
    if (devices.asking) return "asking";
    if (!devices.checked) return "idle";
    return devices.cameraWanted ? "error" : "off";
  }

  #showPicture() {
    const [track] = this.devices.stream?.getVideoTracks() ?? [];
    const [shown] = /** @type {MediaStream | null} */ (video.srcObject)?.getVideoTracks() ?? [];
    // A stream of its own: Safari does not follow tracks that are exchanged within one.
    if (track !== shown) video.srcObject = track ? new MediaStream([track]) : null;
  }

  #askingChanged() {
    this.#wasAsking = this.devices.asking;
    this.#timers.forEach(clearTimeout);
    if (!this.#wasAsking) return;
    startButton.hidden = true;
    message.textContent = "Starting your camera and microphone…";
    this.#timers = [
      setTimeout(() => this.#hint(), HINT_MS),
      setTimeout(() => this.#offerToAskAgain(), ASK_AGAIN_MS),
    ];
  }

  async #hint() {
    // A slow camera takes as long as an undecided person.
    const states = await Promise.all(KINDS.map(permission));
    if (!this.devices.asking || states.every((each) => each?.state === "granted")) return;
    message.textContent = HINT;
    announce(HINT);
  }

  #offerToAskAgain() {
    startButton.textContent = "Ask again";
    startButton.hidden = false;
  }
}
