import { announce } from "../shared/announce.js";
import { loudness } from "../devices/loudness.js";
import { releaseAudio, useAudio } from "../devices/page_audio.js";

const SILENCE_MS = 8000;
/** Speech is louder, a quiet room is not. */
const SOUND = 0.12;
/** The bar falls by this a second. */
const FALL = 1.5;
/** Between two values for screen readers. */
const SPOKEN_MS = 250;

/** The microphone's level, also for screen readers, and a hint in silence. */
export class LevelMeter {
  /** @type {AudioContext | null} */
  #context = null;
  #source = null;
  #analyser = null;
  #track = null;
  #frame = 0;
  #level = 0;
  #lastFrame = 0;
  #lastSound = 0;
  #lastSpoken = 0;

  /** @param {HTMLElement} bar Gets `--level`, 0 to 1. @param {HTMLElement} hint */
  constructor(bar, hint) {
    this.bar = bar;
    this.hint = hint;
    // Browsers may suspend audio until the first gesture.
    for (const gesture of ["pointerdown", "keydown"]) {
      document.addEventListener(gesture, () => this.#context?.resume(), { once: true });
    }
  }

  /** @param {MediaStreamTrack | null} track The microphone; null for none. */
  listenTo(track) {
    if (track === this.#track) return;
    cancelAnimationFrame(this.#frame);
    this.#source?.disconnect();
    this.#show(0);
    this.hint.hidden = true;
    this.#track = track;
    if (!track) return;
    this.#context ??= useAudio();
    this.#analyser = new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    this.#lastSound = performance.now();
    this.#frame = requestAnimationFrame((time) => this.#measure(time));
  }

  close() {
    this.listenTo(null);
    if (this.#context) releaseAudio();
    this.#context = null;
  }

  /** A hidden page gets no frames. @param {number} time */
  #measure(time) {
    const seconds = (time - this.#lastFrame) / 1000;
    this.#lastFrame = time;
    this.#show(Math.max(loudness(this.#analyser), this.#level - FALL * seconds), time);
    const listening = this.#context.state === "running" && seconds < 1;
    if (!listening || this.#level > SOUND) this.#lastSound = time;
    const silent = time - this.#lastSound > SILENCE_MS;
    // Setting it to the same value would still be a change for the line that watches it.
    if (silent === this.hint.hidden) this.#hint(silent);
    this.#frame = requestAnimationFrame((next) => this.#measure(next));
  }

  #hint(silent) {
    this.hint.hidden = !silent;
    if (silent) announce(this.hint.textContent);
  }

  #show(level, time = 0) {
    this.#level = level;
    this.bar.style.setProperty("--level", level.toFixed(3));
    if (time && time - this.#lastSpoken < SPOKEN_MS) return;
    this.#lastSpoken = time;
    this.bar.setAttribute("aria-valuenow", String(Math.round(level * 100)));
  }
}
