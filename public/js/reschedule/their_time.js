import { clockTime } from "../shared/clock.js";
import { t } from "../words/words.js";

/** The time that somebody chooses, on the other person's clock: under each field of the form. */

/** Hours of the day; `domain/time_slots.py` has the same night. */
const NIGHT = { begins: 22, ends: 7 };

/** @param {HTMLFieldSetElement} times */
export function showTheirTimes(times) {
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (times.querySelectorAll("input[type=datetime-local]"))) {
    const words = document.getElementById(`${field.id}-theirs`);
    const show = () => (words.textContent = inWords(field.value, times.dataset));
    field.addEventListener("input", show);
    show();
  }
}

/**
 * Empty where both clocks show the same, and without a complete time.
 *
 * @param {string} local Such as "2026-11-24T18:00", on the clock of `zone`.
 * @param {DOMStringMap} given `zone`, `theirZone`; `localeTag`; `length` in seconds; the other person's `name`.
 */
export function inWords(local, { zone, theirZone, localeTag, length, name }) {
  const moment = momentOf(local, zone);
  if (!moment) return "";
  const last = new Date(moment.getTime() + Number(length) * 1000 - 1);
  const isAtNight = isNight(moment, theirZone) || isNight(last, theirZone);
  const there = onClock(moment, theirZone);
  if (there.slice(0, 16) === local.slice(0, 16) && !isAtNight) return "";
  const clock = clockTime(moment, localeTag, theirZone);
  const isSameDay = there.slice(0, 10) === local.slice(0, 10);
  // Translators: such as "Monday, 18:00".
  const time = isSameDay ? clock : t("{weekday}, {time}", { weekday: weekday(moment, localeTag, theirZone), time: clock });
  // Translators: {time} is when it is for {name}, in another time zone, such as "Monday, 18:00".
  return isAtNight ? t("{time} for {name}: that is at night", { time, name }) : t("{time} for {name}", { time, name });
}

/** @param {string} local @param {string} zone @returns {Date | null} The moment at which the clock of `zone` shows `local`. */
function momentOf(local, zone) {
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return null;
  // The offset at the guess is right, unless the clocks change in between: then the second guess is.
  let moment = asUtc;
  for (let round = 0; round < 2; round += 1) moment = asUtc - offset(moment, zone);
  return new Date(moment);
}

/** Milliseconds by which the clock of `zone` is ahead of UTC. @param {number} moment @param {string} zone */
function offset(moment, zone) {
  return Date.parse(`${onClock(new Date(moment), zone)}Z`) - Math.floor(moment / 1000) * 1000;
}

/** `2026-11-24T18:00:00` @param {Date} moment @param {string} timeZone */
function onClock(moment, timeZone) {
  // The Swedish form is that of ISO 8601.
  return moment.toLocaleString("sv", { timeZone }).replace(" ", "T");
}

function isNight(moment, zone) {
  const hour = Number(onClock(moment, zone).slice(11, 13));
  return hour >= NIGHT.begins || hour < NIGHT.ends;
}

function weekday(moment, locale, timeZone) {
  return moment.toLocaleDateString(locale, { weekday: "long", timeZone });
}
