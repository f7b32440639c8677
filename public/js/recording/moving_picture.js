/** Plays a track for the recording, without a place in the page. */
export class MovingPicture {
  #video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
  /** @type {MediaStreamTrack | null} */
  #track = null;
  /** Resolves when there is a picture, or nothing plays. */
  isPlaying = Promise.resolve();

  /** @param {MediaStreamTrack | null} track @returns {HTMLVideoElement | null} Null while it has no picture. */
  of(track) {
    if (track !== this.#track) {
      this.#track = track;
      this.#video.srcObject = track && new MediaStream([track]);
      this.isPlaying = track ? this.#video.play().catch(() => {}) : Promise.resolve();
    }
    if (!track || track.readyState === "ended") return null;
    return this.#video.videoWidth > 0 && this.#video.readyState >= 2 ? this.#video : null;
  }
}
