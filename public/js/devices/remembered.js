/**
 * The devices of earlier visits. Some browsers give a device a new id at each visit, so names are
 * kept, too.
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
    // Storage is off, or holds something else.
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
