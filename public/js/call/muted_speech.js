/** Notices that this person speaks while muted. The sound stays in this module. */

import { Listening } from "./listening.js";
import { loudness } from "../devices/loudness.js";

const LISTEN_MS = 100;
/** Speech into a microphone is louder; a quiet room and most keyboards are not. */
const SPEECH = 0.4;
/** So many loud moments of the last ten: one cough is no speech. */
const LOUD_MOMENTS = 5;
const MOMENTS = 10;
/** At least, between two reports. */
const QUIET_MS = 30_000;

export class MutedSpeech {
  /** @type {MediaStreamTrack | null} */
  #muted = null;
  #stop = () => {};
  #reportedAt = -Infinity;

  /** @param {() => void} onSpeech */
  constructor(onSpeech) {
    this.onSpeech = onSpeech;
  }

  /** @param {MediaStreamTrack | null} muted The muted microphone; null for none. */
  listenTo(muted) {
    if (muted === this.#muted) return;
    this.#stop();
    this.#stop = () => {};
    this.#muted = muted;
    if (muted) this.#listen(muted);
  }

  /** @param {MediaStreamTrack} muted */
  #listen(muted) {
    // A clone that is on, while the track that is sent stays off.
    const clone = muted.clone();
    clone.enabled = true;
    const listening = new Listening(clone, 1024);
    let moments = [];
    const timer = setInterval(() => {
      moments = [...moments.slice(1 - MOMENTS), loudness(listening.analyser) > SPEECH];
      if (moments.filter(Boolean).length >= LOUD_MOMENTS) this.#report();
    }, LISTEN_MS);
    this.#stop = () => {
      clearInterval(timer);
      clone.stop();
      listening.stop();
    };
  }

  #report() {
    if (performance.now() - this.#reportedAt < QUIET_MS) return;
    this.#reportedAt = performance.now();
    this.onSpeech();
  }
}
