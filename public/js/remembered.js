/**
 * What this browser remembers of its owner's devices, between visits. Names are kept beside ids:
 * some browsers give a device a new id at each visit.
 *
 * @typedef {{ id: string, name: string }} Device
 * @typedef {{ camera?: Device, microphone?: Device, speaker?: Device,
 *   cameraOn: boolean, microphoneOn: boolean }} Choices
 */

const KEY = "session-room:devices";
const DEFAULTS = { cameraOn: true, microphoneOn: true };

/** @returns {Choices} */
export function recall() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    // Storage is switched off, or holds something that is not ours.
    return { ...DEFAULTS };
  }
}

/** @param {Partial<Choices>} changes */
export function remember(changes) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...recall(), ...changes }));
  } catch {
    // Then the choice lasts for this visit only.
  }
}
