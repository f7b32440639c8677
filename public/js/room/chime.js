import { releaseAudio, useAudio } from "../devices/page_audio.js";

/** Two soft notes when the other person comes. */

const NOTES_HZ = [523.25, 783.99];
const NOTE_S = 0.35;
const GAIN = 0.06;

export function chime() {
  const context = useAudio();
  NOTES_HZ.forEach((frequency, index) => {
    const begins = context.currentTime + index * NOTE_S * 0.5;
    const tone = new OscillatorNode(context, { frequency });
    const fade = new GainNode(context, { gain: 0 });
    fade.gain.setValueAtTime(GAIN, begins);
    fade.gain.exponentialRampToValueAtTime(0.0001, begins + NOTE_S);
    tone.connect(fade).connect(context.destination);
    tone.start(begins);
    tone.stop(begins + NOTE_S);
    tone.onended = () => index === NOTES_HZ.length - 1 && releaseAudio();
  });
}
