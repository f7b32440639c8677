/** Plays a track for the recording, without a place in the page. */
export class MovingPicture {
  #video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
  /** @type {MediaStreamTrack | null} */
  #track = null;

  /** @param {MediaStreamTrack | null} track @returns {HTMLVideoElement | null} Null while it has no picture. */
  of(track) {
    if (track !== this.#track) {
      this.#track = track;
      this.#video.srcObject = track && new MediaStream([track]);
      if (track) this.#video.play().catch(() => {});
    }
    if (!track || track.readyState === "ended") return null;
    return this.#video.videoWidth > 0 && this.#video.readyState >= 2 ? this.#video : null;
  }
}
