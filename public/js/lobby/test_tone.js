/** The sound takes 1.4 s. Without any output Firefox never begins, and says nothing. */
const DUE_MS = 5000;

/**
 * Play two pleasant notes on the chosen speaker. Call it on a gesture.
 *
 * @param {string} speakerId Empty for the system's default.
 * @returns {Promise<void>} Resolves at the end of the sound. Rejects when the speaker cannot play.
 */
export async function playTestTone(speakerId) {
  const context = new AudioContext();
  const player = new Audio();
  const late = new Promise((_, reject) => setTimeout(reject, DUE_MS, new Error("no sound")));
  try {
    await Promise.race([play(context, player, speakerId), late]);
  } finally {
    player.pause();
    context.close();
  }
}

/** @param {AudioContext} context @param {HTMLAudioElement} player @param {string} speakerId */
async function play(context, player, speakerId) {
  const output = context.createMediaStreamDestination();
  player.srcObject = output.stream;
  // An element: each browser that can choose a speaker can do so for elements.
  if (speakerId) await player.setSinkId(speakerId);
  await context.resume();
  await player.play();
  const start = context.currentTime + 0.1;
  ring(context, output, 659.3, start);
  await ring(context, output, 880, start + 0.28);
}

/**
 * One note, struck and fading like a bell.
 *
 * @param {AudioContext} context
 * @param {AudioNode} output
 * @param {number} frequency
 * @param {number} start
 * @returns {Promise<unknown>}
 */
function ring(context, output, frequency, start) {
  const note = new OscillatorNode(context, { frequency });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.25, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.9);
  note.connect(volume).connect(output);
  note.start(start);
  note.stop(start + 1);
  return new Promise((resolve) => note.addEventListener("ended", resolve));
}
