import { clockTime } from "./clock.js";
import { t } from "../words/words.js";

/** Show the session's start by this device's clock, where it differs from the page's. */
export function showDeviceZone() {
  const note = document.getElementById("device-zone");
  if (!note) return;
  const start = document.querySelector(".when-time time").getAttribute("datetime");
  const moment = new Date(start);
  const here = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString();
  // Compared up to the minute, without offsets.
  if (here.slice(0, 16) === start.slice(0, 16)) return;
  note.textContent = onThisClock(start, note.dataset.localeTag);
  note.hidden = false;
}

/**
 * The start by this device's clock, such as "18:00 on this device's clock (Europe/London)".
 *
 * @param {string} start ISO 8601, with the page's offset from UTC.
 */
export function onThisClock(start, locale) {
  const moment = new Date(start);
  const sameDay = moment.getDate() === +start.slice(8, 10);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const time = clockTime(moment, locale);
  // Translators: {zone} is such as Europe/London.
  if (sameDay) return t("{time} on this device's clock ({zone})", { time, zone });
  const weekday = moment.toLocaleDateString(locale, { weekday: "long" });
  // Translators: {weekday} is the name of a day in its basic form.
  return t("{time} on {weekday} on this device's clock ({zone})", { time, weekday, zone });
}
