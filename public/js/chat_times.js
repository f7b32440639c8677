/** When messages were written, as the viewer reads times. */

import { clockTime } from "./clock.js";

/**
 * @typedef {object} Clock
 * @property {string} english The English in which clock times are written.
 * @property {string} timeZone The account's.
 * @property {number} utcOffset Of that zone, in seconds, at the session's start.
 */

/**
 * `18:05`, or `18:05 (17:05 here)` where this device has another time.
 *
 * @param {number} at Epoch seconds.
 * @param {Clock} clock
 */
export function timeInWords(at, clock) {
  const written = accountTime(at, clock);
  const here = clockTime(new Date(at * 1000), clock.english);
  return here === written ? written : `${written} (${here} here)`;
}

/** @param {number} at @param {Clock} clock */
export function accountTime(at, { english, timeZone, utcOffset }) {
  try {
    return clockTime(new Date(at * 1000), english, timeZone);
  } catch {
    // A zone that is newer than this browser.
    return clockTime(new Date((at + utcOffset) * 1000), english, "UTC");
  }
}
