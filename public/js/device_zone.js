import { clockTime } from "./clock.js";

/**
 * The start by this device's clock, such as "18:00 on this device's clock (Europe/London)".
 *
 * @param {string} start ISO 8601, with the page's offset from UTC.
 */
export function onThisClock(start, english) {
  const moment = new Date(start);
  const sameDay = moment.getDate() === +start.slice(8, 10);
  const day = sameDay ? "" : ` on ${moment.toLocaleDateString("en", { weekday: "long" })}`;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${clockTime(moment, english)}${day} on this device's clock (${zone})`;
}
