/**
 * The draft and the unsent messages of the chat, stored in this tab: they survive a reload and the
 * end of the session.
 *
 * @typedef {{ draft: string, waiting: [string, string][] }} Unsent `waiting`: ids and words of messages
 *   that the room may not have.
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
    // They live as long as the page.
  }
}

/** @param {{ id: string, role: string }} session */
export function forgetUnsent(session) {
  try {
    sessionStorage.removeItem(key(session));
  } catch {
    // Nothing was stored.
  }
}
