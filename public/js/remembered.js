/**
 * What this browser remembers of its owner's devices, between visits.
 *
 * Names are kept beside ids because some browsers give a device a new id at each visit.
 *
 * @typedef {{ id: string, name: string }} Remembered
 * @typedef {object} Choices
 * @property {Remembered | null} camera
 * @property {Remembered | null} microphone
 * @property {Remembered | null} speaker
 * @property {boolean} cameraOn
 * @property {boolean} microphoneOn
 */

const KEY = "session-room:devices";

/** @type {Choices} */
const NOTHING_YET = {
  camera: null,
  microphone: null,
  speaker: null,
  cameraOn: true,
  microphoneOn: true,
};

/** @returns {Choices} */
export function recall() {
  try {
    return { ...NOTHING_YET, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    // Storage is switched off, or holds something that is not ours.
    return { ...NOTHING_YET };
  }
}

/** @param {Partial<Choices>} changes */
export function remember(changes) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...recall(), ...changes }));
  } catch {
    // Storage is off or full: the choice then lasts for this visit only.
  }
}
