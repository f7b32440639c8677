/**
 * The devices of earlier visits. Some browsers give a device a new id at each visit, so names are
 * stored too.
 */

const KEY = "session-room:devices";
const DEFAULTS = { cameraOn: true, microphoneOn: true };

/** @returns {Choices} */
export function recall() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    // Storage is off, or has other data.
    return { ...DEFAULTS };
  }
}

/** @param {Partial<Choices>} changes */
export function remember(changes) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...recall(), ...changes }));
  } catch {
    // The choice lasts for this visit only.
  }
}
