/** Sharing the screen, where the platform can (phones cannot). Events: `change`, `failed`. */

export class ScreenShare extends EventTarget {
  /** @type {MediaStreamTrack | null} */
  track = null;
  /** Whether the browser's own dialog is open: a second one would be in its way. */
  #asking = false;
  /** Calls of `stop()`: a screen that is chosen later is not shared. */
  #stops = 0;

  static get isPossible() {
    return Boolean(navigator.mediaDevices?.getDisplayMedia);
  }

  async toggle() {
    if (this.track) return this.stop();
    if (this.#asking) return;
    this.#asking = true;
    const stops = this.#stops;
    // Null when nothing was chosen.
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: true }).catch((error) => this.#onError(error));
    this.#asking = false;
    if (!stream) return;
    const [track] = stream.getVideoTracks();
    if (stops !== this.#stops) return track.stop();
    this.track = track;
    // Sharp letters matter more than smooth motion.
    this.track.contentHint = "detail";
    // The browser has a button of its own.
    track.addEventListener("ended", () => this.stop());
    this.dispatchEvent(new Event("change"));
  }

  /** @param {DOMException} error */
  #onError({ name, message }) {
    // Chromium's words where the system forbids it; without them, the person has chosen Cancel.
    const isCancelled = name === "NotAllowedError" && !message.includes("system");
    if (!isCancelled) this.dispatchEvent(new Event("failed"));
    return null;
  }

  stop() {
    this.#stops += 1;
    if (!this.track) return;
    this.track.stop();
    this.track = null;
    this.dispatchEvent(new Event("change"));
  }
}
