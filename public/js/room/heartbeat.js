/**
 * A worker that ticks. Browsers slow the timers of a page in the background to one a minute, and the
 * room would drop the page; timers of a worker run on.
 */

const EVERY_MS = 4000;

setInterval(() => postMessage("tick"), EVERY_MS);
