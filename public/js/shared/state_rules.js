/** When to request the state again, and when the server has another page. */

const POLL_MS = 20_000;
/** While the socket reports changes. */
const POLL_WATCHING_MS = 120_000;
/** The server must have passed the boundary too. */
const AFTER_BOUNDARY_MS = 300;
/** Timers count no further. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * Milliseconds to the next boundary of the session, or to the next poll.
 *
 * @param {Session} session
 * @param {number} now
 * @param {{ hidden: boolean, watching: boolean, random: number }} page `random`: 0 to 1.
 */
export function nextRequestMs({ opensAt, scheduledStart, scheduledEnd, closesAt }, now, { hidden, watching, random }) {
  const waits = [opensAt, scheduledStart, scheduledEnd, closesAt]
    .filter((boundary) => boundary > now)
    .map((boundary) => (boundary - now) * 1000 + AFTER_BOUNDARY_MS);
  // Spread over the pages.
  if (!hidden) waits.push((watching ? POLL_WATCHING_MS : POLL_MS) * (0.8 + 0.4 * random));
  return Math.min(...waits, LONGEST_WAIT_MS);
}

/** @param {any} state GET /state @param {Session} session */
export function hasOtherPage(state, { scheduledStart, scheduledEnd }) {
  const closed = !state.can_join && state.server_time >= state.opens_at;
  const moved = state.scheduled_start !== scheduledStart || state.scheduled_end !== scheduledEnd;
  return closed || moved || ["ended", "cancelled"].includes(state.view);
}
