/** The time and day of a message, in the form of the viewer's account. */

import { clockTime } from "../shared/clock.js";
import { t } from "../words/words.js";

/**
 * @typedef {object} Clock
 * @property {string} localeTag The tag with the account's form of clock times and days.
 * @property {boolean} monthFirst Whether English dates have the month before the day.
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
  const here = clockTime(new Date(at * 1000), clock.localeTag);
  if (here === written) return written;
  // Translators: {time} is in the person's time zone, {local} is the same moment on this device, which is in another one.
  return t("{time} ({local} here)", { time: written, local: here });
}

/** @param {number} at @param {Clock} clock */
export function accountTime(at, clock) {
  return inZone(at, clock, (moment, zone) => clockTime(moment, clock.localeTag, zone));
}

/**
 * `Friday, 27 November` or `Friday, November 27`, in the account's zone. As `domain.times.day`, without the year.
 *
 * @param {number} at Epoch seconds.
 * @param {Clock} clock
 */
export function dayInWords(at, clock) {
  /** @param {Intl.DateTimeFormatOptions} part */
  const word = (part) =>
    inZone(at, clock, (moment, timeZone) => moment.toLocaleDateString(clock.localeTag, { ...part, timeZone }));
  if (!clock.localeTag.startsWith("en")) return word({ weekday: "long", day: "numeric", month: "long" });
  const [weekday, day, month] = [word({ weekday: "long" }), word({ day: "numeric" }), word({ month: "long" })];
  return `${weekday}, ${clock.monthFirst ? `${month} ${day}` : `${day} ${month}`}`;
}

/** @param {number} at @param {Clock} clock @param {(moment: Date, zone: string) => string} write */
function inZone(at, { timeZone, utcOffset }, write) {
  try {
    return write(new Date(at * 1000), timeZone);
  } catch {
    // This browser does not know the zone.
    return write(new Date((at + utcOffset) * 1000), "UTC");
  }
}
