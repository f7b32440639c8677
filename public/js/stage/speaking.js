import { Listening } from "../call/listening.js";
import { loudness } from "../devices/loudness.js";
import { SpeakingRule } from "./speaking_rule.js";

/** No part of a second: looks must not fall into the pauses of a sound that repeats each second. */
const LOOK_MS = 110;
const SAMPLES = 1024;

/** The ring around a person's picture while they speak. */
export class Speaking {
  /** @type {MediaStreamTrack | null} */
  #track = null;
  #stop = () => {};

  /** @param {HTMLElement} picture Gets `data-speaking`. */
  constructor(picture) {
    this.picture = picture;
  }

  /** @param {MediaStreamTrack | null} track Null while nothing is to be heard. */
  listenTo(track) {
    if (track === this.#track) return;
    this.#stop();
    this.#stop = () => {};
    this.#track = track;
    this.picture.dataset.speaking = "false";
    if (track) this.#listen(track);
  }

  /** @param {MediaStreamTrack} track */
  #listen(track) {
    const listening = new Listening(track, SAMPLES);
    const rule = new SpeakingRule();
    const look = () => (this.picture.dataset.speaking = String(rule.isSpeaking(loudness(listening.analyser))));
    const timer = setInterval(look, LOOK_MS);
    this.#stop = () => {
      clearInterval(timer);
      listening.stop();
    };
  }
}
