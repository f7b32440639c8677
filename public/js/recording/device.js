/** This browser's name for the recordings that it makes, which nobody else can guess. */

const KEY = "session-room:recorder";

/** @returns {string} */
export function deviceName() {
  try {
    const known = localStorage.getItem(KEY);
    if (known) return known;
    const made = newName();
    localStorage.setItem(KEY, made);
    return made;
  } catch {
    // Storage is off: a recording cannot go on after a reload.
    return newName();
  }
}

function newName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
