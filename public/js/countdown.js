/**
 * How far the session is, in words.
 *
 * @param {{ scheduledStart: number, scheduledEnd: number, closesAt: number }} session
 * @param {number} now Epoch seconds.
 */
export function inWords({ scheduledStart, scheduledEnd, closesAt }, now) {
  // Up to the next second, as clocks count down: "0:01" until the very moment.
  const until = Math.ceil(scheduledStart - now);
  const left = scheduledEnd - now;
  if (until >= 2 * DAY) return `Starts in ${Math.floor(until / DAY)} days`;
  if (until >= HOUR) return `Starts in ${hours(until)}`;
  if (until > 0) return `Starts in ${Math.floor(until / 60)}:${String(until % 60).padStart(2, "0")}`;
  if (left <= 0) return now < closesAt ? `Overtime: closes in ${minutes(closesAt - now)}` : "Ended";
  if (left <= NEAR_END) return `Ends in ${minutes(left)}`;
  if (-until < 60) return "Starts now";
  return `Started ${-until < HOUR ? count(Math.floor(-until / 60), "minute") : hours(-until)} ago`;
}

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
const NEAR_END = 10 * 60;

/** @param {number} seconds */
function hours(seconds) {
  const rest = Math.floor((seconds % HOUR) / 60);
  return `${Math.floor(seconds / HOUR)} h${rest ? ` ${rest} min` : ""}`;
}

/** @param {number} seconds */
function minutes(seconds) {
  return count(Math.ceil(seconds / 60), "minute");
}

/** @param {number} number @param {string} unit */
function count(number, unit) {
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}

/**
 * Call `tick` at each full second of the server's clock while the page is visible.
 *
 * @param {() => number} now Epoch seconds.
 * @param {() => void} tick
 * @returns {() => void} Ends it.
 */
export function everySecond(now, tick) {
  let timer;
  const run = () => {
    clearTimeout(timer);
    if (document.hidden) return;
    tick();
    // A little late rather than early: a timer that fires early would show the same second twice.
    timer = setTimeout(run, 1000 - ((now() * 1000) % 1000) + 5);
  };
  document.addEventListener("visibilitychange", run);
  run();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", run);
  };
}
