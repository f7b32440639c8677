import { Listening } from "./listening.js";

/**
 * Notices a microphone that has given no sound so far: every sample is zero, as after a phone call or
 * on a muted headset. A quiet room has other samples. Once there was sound, zeros mean nothing: a
 * noise gate gives zeros while its person listens.
 *
 * Events: `change` when `silent` changes.
 */

const LISTEN_MS = 500;
const SILENT_MS = 8000;

export class SilentMicrophone extends EventTarget {
  silent = false;
  /** @type {MediaStreamTrack | null} */
  #track = null;
  #stop = () => {};

  /** @param {MediaStreamTrack | null} track The microphone that is on; null for none. */
  listenTo(track) {
    if (track === this.#track) return;
    this.#stop();
    this.#stop = () => {};
    this.#track = track;
    this.#setSilent(false);
    if (track) this.#listen(track);
  }

  /** @param {MediaStreamTrack} track */
  #listen(track) {
    const listening = new Listening(track, 32_768);
    const samples = new Float32Array(listening.analyser.fftSize);
    let waitsSince = performance.now();
    const timer = setInterval(() => {
      listening.analyser.getFloatTimeDomainData(samples);
      if (samples.some((sample) => sample !== 0)) {
        this.#stop();
        this.#stop = () => {};
        return this.#setSilent(false);
      }
      if (!listening.isRunning) waitsSince = performance.now();
      this.#setSilent(performance.now() - waitsSince > SILENT_MS);
    }, LISTEN_MS);
    this.#stop = () => {
      clearInterval(timer);
      listening.stop();
    };
  }

  /** @param {boolean} silent */
  #setSilent(silent) {
    if (silent === this.silent) return;
    this.silent = silent;
    this.dispatchEvent(new Event("change"));
  }
}
