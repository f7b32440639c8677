import { announce } from "./announce.js";

/** How loud a microphone is: a bar for eyes, a meter for screen readers, a hint when it is mute. */

const SILENCE_MS = 8000;
/** Full scale is loud: speech at arm's length lies about 40 dB below it. */
const FLOOR_DB = -60;
/** A quiet room's noise stays under this level; the quietest speech does not. */
const HEARD = 0.12;
/** How fast the bar falls, in levels a second: slowly enough to be read. */
const FALL = 1.5;
/** Screen readers get a number four times a second at most. */
const SPOKEN_MS = 250;

export class LevelMeter {
  #context = null;
  #source = null;
  #analyser = null;
  #track = null;
  #frame = 0;
  #level = 0;
  #lastFrame = 0;
  #lastHeard = 0;
  #lastSpoken = 0;

  /** @param {HTMLElement} bar Gets `--level`, 0 to 1. @param {HTMLElement} hint Shown in silence. */
  constructor(bar, hint) {
    this.bar = bar;
    this.hint = hint;
    // Without a gesture browsers may keep audio suspended: then the first one wakes the meter.
    this.wake = () => this.#context?.resume();
    document.addEventListener("pointerdown", this.wake);
    document.addEventListener("keydown", this.wake);
  }

  /** @param {MediaStreamTrack | null} track The microphone to listen to; null for none. */
  listenTo(track) {
    if (track === this.#track) return;
    this.#release();
    this.#track = track;
    if (!track) return;
    this.#context ??= new AudioContext();
    this.#analyser = new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    this.#lastHeard = performance.now();
    this.#frame = requestAnimationFrame((time) => this.#measure(time));
  }

  close() {
    this.listenTo(null);
    document.removeEventListener("pointerdown", this.wake);
    document.removeEventListener("keydown", this.wake);
    this.#context?.close();
    this.#context = null;
  }

  #release() {
    cancelAnimationFrame(this.#frame);
    this.#source?.disconnect();
    this.#source = null;
    this.#show(0, Infinity);
    this.hint.hidden = true;
  }

  /** Frames stop by themselves while the page is hidden. @param {number} time */
  #measure(time) {
    const seconds = (time - this.#lastFrame) / 1000;
    this.#lastFrame = time;
    this.#show(Math.max(this.#now(), this.#level - FALL * seconds), time);
    const listening = this.#context.state === "running" && this.#track.enabled && seconds < 1;
    if (!listening || this.#level > HEARD) this.#lastHeard = time;
    this.#hintAtSilence(time - this.#lastHeard > SILENCE_MS);
    this.#frame = requestAnimationFrame((next) => this.#measure(next));
  }

  /** The root mean square on a scale as ears have it. */
  #now() {
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const decibels = 10 * Math.log10(power || 1e-12);
    return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
  }

  /** @param {number} level @param {number} time */
  #show(level, time) {
    this.#level = level;
    this.bar.style.setProperty("--level", level.toFixed(3));
    if (time - this.#lastSpoken < SPOKEN_MS) return;
    this.#lastSpoken = Number.isFinite(time) ? time : 0;
    this.bar.ariaValueNow = String(Math.round(level * 100));
  }

  /** @param {boolean} silent */
  #hintAtSilence(silent) {
    if (this.hint.hidden !== silent) return;
    this.hint.hidden = !silent;
    if (silent) announce(this.hint.textContent);
  }
}
