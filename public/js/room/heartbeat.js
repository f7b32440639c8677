/**
 * A worker that ticks. Timers of a page in the background are slowed down to one a minute, at
 * which the room would take us for gone; those of a worker are not.
 */

const EVERY_MS = 4000;

setInterval(() => postMessage("tick"), EVERY_MS);
