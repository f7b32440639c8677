/** Sharing the screen, where the platform has it (phones do not). Events: `change`. */

export class ScreenShare extends EventTarget {
  /** @type {MediaStreamTrack | null} */
  track = null;

  static get isPossible() {
    return Boolean(navigator.mediaDevices?.getDisplayMedia);
  }

  async toggle() {
    if (this.track) return this.stop();
    // Choosing nothing is no error.
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: true }).catch(() => null);
    if (!stream) return;
    [this.track] = stream.getVideoTracks();
    // Letters must be sharp; that they move smoothly matters less.
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
