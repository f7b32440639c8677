/** Sharing the screen, where the platform can (phones cannot). Events: `change`. */

export class ScreenShare extends EventTarget {
  /** @type {MediaStreamTrack | null} */
  track = null;
  /** Whether the browser's own dialog is open: a second one would be in its way. */
  #asking = false;

  static get isPossible() {
    return Boolean(navigator.mediaDevices?.getDisplayMedia);
  }

  async toggle() {
    if (this.track) return this.stop();
    if (this.#asking) return;
    this.#asking = true;
    // Null when nothing was chosen.
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: true }).catch(() => null);
    this.#asking = false;
    if (!stream) return;
    [this.track] = stream.getVideoTracks();
    // Sharp letters matter more than smooth motion.
    this.track.contentHint = "detail";
    this.track.addEventListener("ended", () => this.stop());
    this.dispatchEvent(new Event("change"));
  }

  stop() {
    if (!this.track) return;
    this.track.stop();
    this.track = null;
    this.dispatchEvent(new Event("change"));
  }
}
