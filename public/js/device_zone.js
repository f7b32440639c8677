/**
 * When this device's clock differs from the time zone the page is written in: the start by its own
 * clock, such as "18:00 on this device's clock (Europe/London)". Otherwise null.
 *
 * @param {number} start Epoch seconds.
 * @param {string} shown The start as the page has it, ISO 8601 with the offset from UTC.
 */
export function onThisClock(start, shown) {
  const moment = new Date(start * 1000);
  if (offsetMinutes(shown) === -moment.getTimezoneOffset()) return null;
  const pad = (number) => String(number).padStart(2, "0");
  const time = `${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
  const day = moment.getDate() === Number(shown.slice(8, 10)) ? "" : ` on ${weekday(moment)}`;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${time}${day} on this device's clock (${zone})`;
}

/** @param {string} iso Ends with `+01:00`, `-05:30` or `Z`. */
function offsetMinutes(iso) {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(iso) ?? ["", "+", "0", "0"];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** @param {Date} moment */
function weekday(moment) {
  return moment.toLocaleDateString("en", { weekday: "long" });
}
