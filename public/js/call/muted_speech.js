/** Notices that somebody speaks while muted. What is heard for that goes nowhere else. */

import { loudness } from "../devices/loudness.js";

const LISTEN_MS = 100;
/** Speech into a microphone is louder; a quiet room and most keyboards are not. */
const SPEECH = 0.4;
/** For so many moments out of the last ten: one cough is no speech. */
const LOUD_MOMENTS = 5;
const MOMENTS = 10;
/** Whoever has been told has been told. */
const TOLD_MS = 30_000;

export class MutedSpeech {
  /** @type {MediaStreamTrack | null} */
  #muted = null;
  #stop = () => {};
  #toldAt = -Infinity;

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
    // A clone: switched on here, while the track that others may hear stays off.
    const ears = muted.clone();
    ears.enabled = true;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    context.createMediaStreamSource(new MediaStream([ears])).connect(analyser);
    let moments = [];
    const timer = setInterval(() => {
      moments = [...moments.slice(1 - MOMENTS), loudness(analyser) > SPEECH];
      if (moments.filter(Boolean).length >= LOUD_MOMENTS) this.#tell();
    }, LISTEN_MS);
    this.#stop = () => {
      clearInterval(timer);
      ears.stop();
      context.close();
    };
  }

  #tell() {
    if (performance.now() - this.#toldAt < TOLD_MS) return;
    this.#toldAt = performance.now();
    this.onSpeech();
  }
}
