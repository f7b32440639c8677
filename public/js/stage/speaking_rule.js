/** Speech into a microphone is louder; a quiet room is not. As in `call/muted_speech.js`. */
const SPEECH = 0.4;
/** Looks of silence that end it: a pause between two words does not. */
const PAUSE = 4;

/** Whether somebody speaks, from the loudness about 9 times a second. */
export class SpeakingRule {
  #silent = PAUSE;

  /** @param {number} loudness 0 to 1. */
  isSpeaking(loudness) {
    this.#silent = loudness > SPEECH ? 0 : this.#silent + 1;
    return this.#silent < PAUSE;
  }
}
