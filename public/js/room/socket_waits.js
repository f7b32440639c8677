/**
 * When a lost live socket is tried again, and how long one attempt may take. Browsers slow down
 * attempts after failed ones (Firefox by half each time, Chromium after a dozen), so these are few.
 */

const FIRST_WAIT_MS = 400;
const GROWTH = 1.5;
const LONGEST_WAIT_MS = 8000;
/** A network that comes back is noticed by the next attempt: a browser repeats a lost packet late. */
const SHORT_MS = 2500;
const LONG_MS = 9000;
const SHORT_ATTEMPTS = 8;
/** An attempt may be slower than the last good one. */
const SLOWER = 3;
/** An answer takes one round trip; opening takes at least two. */
const ANSWER_DUE_MS = 800;

/**
 * The wait after a lost socket or a failed attempt, in milliseconds.
 *
 * @param {number} failed Attempts before.
 * @param {number} random 0 to 1. It spreads the pages that reconnect after a restart of the server.
 */
export function waitMs(failed, random) {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * GROWTH ** failed) * (0.5 + random);
}

/**
 * How long an attempt may take, in milliseconds.
 *
 * @param {number} failed Attempts before.
 * @param {number} openedIn What the last good one took; 0 before the first.
 */
export function patienceMs(failed, openedIn) {
  if (openedIn === 0 || failed > SHORT_ATTEMPTS) return LONG_MS;
  return Math.min(LONG_MS, Math.max(SHORT_MS, openedIn * SLOWER));
}

/**
 * How long a socket that works may take to answer a ping, in milliseconds.
 *
 * @param {number} openedIn What its opening took.
 */
export function answerDueMs(openedIn) {
  return Math.max(ANSWER_DUE_MS, openedIn / 2);
}
