/** The same as `domain.times.clock_time`: `18:05` in "en-GB", `6:05 PM` in "en-US". @param {Date} moment @param {string} locale @param {string} [timeZone] */
export function clockTime(moment, locale, timeZone) {
  // Some browsers put a narrow space before PM.
  return moment.toLocaleTimeString(locale, { timeStyle: "short", timeZone }).replace("\u202f", " ");
}
