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
  if (until >= DAY) return `Starts in ${days} day${days === 1 ? "" : "s"}`;
  if (until >= HOUR) return `Starts in ${hours(until)}`;
  if (until > 0) return `Starts in ${Math.floor(until / 60)}:${String(until % 60).padStart(2, "0")}`;
  if (left <= 0) return now < closesAt ? `Overtime: closes in ${minutes(closesAt - now)}` : "Ended";
  if (left <= NEAR_END) return `Ends in ${minutes(left)}`;
  if (-until < 60) return "Starts now";
  return `Started ${-until < HOUR ? minutes(60 * Math.floor(-until / 60)) : hours(-until)} ago`;
}

function hours(seconds) {
  const rest = Math.floor((seconds % HOUR) / 60);
  return `${Math.floor(seconds / HOUR)} h${rest ? ` ${rest} min` : ""}`;
}

function minutes(seconds) {
  const count = Math.ceil(seconds / 60);
  return `${count} minute${count === 1 ? "" : "s"}`;
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
