import { releaseAudio, useAudio } from "../devices/page_audio.js";

/**
 * Listens to a track inside this page. A phone call, or a computer that slept, suspends audio; only the
 * page resumes it.
 */
export class Listening {
  #context = useAudio();
  #source;
  #end = new AbortController();

  /** @param {MediaStreamTrack} track @param {number} fftSize The samples that `analyser` keeps. */
  constructor(track, fftSize) {
    this.analyser = new AnalyserNode(this.#context, { fftSize });
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.analyser);
    const resume = () => document.hidden || this.isRunning || this.#context.resume().catch(() => {});
    const { signal } = this.#end;
    addEventListener("focus", resume, { signal });
    document.addEventListener("visibilitychange", resume, { signal });
  }

  /** False while the browser suspends audio: all samples are zero then. */
  get isRunning() {
    return this.#context.state === "running";
  }

  stop() {
    this.#end.abort();
    this.#source.disconnect();
    releaseAudio();
  }
}
