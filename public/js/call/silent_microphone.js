/**
 * Notices a microphone that has given no sound at all so far: every sample is zero, as after a phone
 * call, or on a headset that is muted. A quiet room is never that quiet. Once there was sound,
 * silence means nothing: noise gates give zeros while their person listens.
 *
 * Events: `change` when `silent` changes.
 */

const LISTEN_MS = 500;
const SILENT_MS = 12_000;

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
    this.#see(false);
    if (track) this.#listen(track);
  }

  /** @param {MediaStreamTrack} track */
  #listen(track) {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 32_768 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let waitsSince = performance.now();
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      if (samples.some((sample) => sample !== 0)) {
        this.#stop();
        this.#stop = () => {};
        return this.#see(false);
      }
      // A context that waits for a gesture gives zeros, too.
      if (context.state !== "running") waitsSince = performance.now();
      this.#see(performance.now() - waitsSince > SILENT_MS);
    }, LISTEN_MS);
    this.#stop = () => {
      clearInterval(timer);
      context.close();
    };
  }

  /** @param {boolean} silent */
  #see(silent) {
    if (silent === this.silent) return;
    this.silent = silent;
    this.dispatchEvent(new Event("change"));
  }
}
