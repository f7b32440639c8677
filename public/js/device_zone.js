/**
 * The start by this device's own clock, such as "18:00 on this device's clock (Europe/London)",
 * when that differs from the time zone the page is written in; otherwise null.
 *
 * @param {string} start As the page has it: ISO 8601 with the offset from UTC.
 */
export function onThisClock(start) {
  const moment = new Date(start);
  const time = moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const sameDay = moment.getDate() === Number(start.slice(8, 10));
  if (sameDay && time === start.slice(11, 16)) return null;
  const day = sameDay ? "" : ` on ${moment.toLocaleDateString("en", { weekday: "long" })}`;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${time}${day} on this device's clock (${zone})`;
}
