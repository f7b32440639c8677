/**
 * Notices a microphone that gives no sound at all: every sample is zero, as after a phone call, or
 * when a headset has muted itself. A quiet room is never that quiet.
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
    let heardAt = performance.now();
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      // A context that waits for a gesture gives zeros, too.
      const hears = context.state !== "running" || samples.some((sample) => sample !== 0);
      if (hears) heardAt = performance.now();
      this.#see(performance.now() - heardAt > SILENT_MS);
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
