/**
 * What was written in the chat and not sent, kept in this tab: neither a reload nor the end of the
 * session takes it away.
 *
 * @typedef {{ draft: string, waiting: [string, string][] }} Unsent `waiting` are ids and words of
 *   messages that the room may not have.
 */

/** @param {{ id: string, role: string }} session */
const key = ({ id, role }) => `session-room:unsent:${id}:${role}`;

/** @param {{ id: string, role: string }} session @returns {Unsent} */
export function unsent(session) {
  try {
    return JSON.parse(sessionStorage.getItem(key(session))) ?? { draft: "", waiting: [] };
  } catch {
    return { draft: "", waiting: [] };
  }
}

/** @param {{ id: string, role: string }} session @param {string} draft @param {[string, string][]} waiting */
export function keepUnsent(session, draft, waiting) {
  try {
    sessionStorage.setItem(key(session), JSON.stringify({ draft, waiting }));
  } catch {
    // Then it lives as long as the page.
  }
}

/** @param {{ id: string, role: string }} session */
export function forgetUnsent(session) {
  try {
    sessionStorage.removeItem(key(session));
  } catch {
    // Nothing was kept.
  }
}
