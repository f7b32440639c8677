/** Only one page of a browser at a time deals with what is kept of a session. */

const lockOf = (sessionId) => `session-room:recording:${sessionId}`;

/** Wait for one's turn. @template T @param {string} sessionId @param {() => Promise<T>} action @returns {Promise<T>} */
export function alone(sessionId, action) {
  return navigator.locks ? navigator.locks.request(lockOf(sessionId), action) : action();
}

/** Only if no page is at it. @param {string} sessionId @param {() => Promise<void>} action @returns {Promise<void>} */
export async function ifNobodyElse(sessionId, action) {
  await navigator.locks?.request(lockOf(sessionId), { ifAvailable: true }, (lock) => lock && action());
}
