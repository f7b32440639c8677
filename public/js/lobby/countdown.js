import { t, tn } from "../words/words.js";

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
const NEAR_END = 10 * 60;

/**
 * The time to or since the start in words.
 *
 * @param {Session} session
 * @param {number} now Epoch seconds.
 */
export function inWords({ scheduledStart, scheduledEnd, closesAt }, now) {
  // Rounded up: "0:01" until the moment itself.
  const until = Math.ceil(scheduledStart - now);
  const left = scheduledEnd - now;
  const days = Math.round(until / DAY);
  if (until >= DAY) return tn("Starts in {count} day", "Starts in {count} days", days);
  if (until >= HOUR) return t("Starts in {duration}", { duration: hours(until) });
  if (until > 0) {
    const duration = `${Math.floor(until / 60)}:${String(until % 60).padStart(2, "0")}`;
    return t("Starts in {duration}", { duration });
  }
  if (left <= 0 && now >= closesAt) return t("Ended");
  if (left <= 0) return tn("Overtime: closes in {count} minute", "Overtime: closes in {count} minutes", minutes(closesAt - now));
  if (left <= NEAR_END) return tn("Ends in {count} minute", "Ends in {count} minutes", minutes(left));
  if (-until < 60) return t("Starts now");
  if (-until >= HOUR) return t("Started {duration} ago", { duration: hours(-until) });
  return tn("Started {count} minute ago", "Started {count} minutes ago", Math.floor(-until / 60));
}

function hours(seconds) {
  const values = { hours: Math.floor(seconds / HOUR), minutes: Math.floor((seconds % HOUR) / 60) };
  // Translators: as short as possible, such as "2 h 30 min".
  return values.minutes ? t("{hours} h {minutes} min", values) : t("{hours} h", values);
}

function minutes(seconds) {
  return Math.ceil(seconds / 60);
}

/**
 * Call `tick` at each full second of `now` while the page is visible.
 *
 * @returns {() => void} Ends it.
 */
export function everySecond(now, tick) {
  let timer;
  const run = () => {
    clearTimeout(timer);
    if (document.hidden) return;
    tick();
    // A tick that comes early would show a second twice.
    timer = setTimeout(run, 1005 - ((now() * 1000) % 1000));
  };
  document.addEventListener("visibilitychange", run);
  run();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", run);
  };
}
