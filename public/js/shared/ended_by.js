/** Who ended the session: stored in this tab by the room, read by the page afterwards. */

const KEY = "session-room:ended-by";

/** @param {{ id: string }} session @param {string} role */
export function rememberEnd({ id }, role) {
  try {
    sessionStorage.setItem(KEY, `${id}\n${role}`);
  } catch {
    // The page then does not name anybody.
  }
}

/** @param {{ id: string }} session @returns {string} A role; empty when unknown. */
export function endedBy({ id }) {
  try {
    const [of, role] = (sessionStorage.getItem(KEY) ?? "").split("\n");
    return of === id ? role : "";
  } catch {
    return "";
  }
}
