/** Who ended the session, kept in this tab from the room to the page afterwards. */

const KEY = "session-room:ended-by";

/** @param {{ id: string }} session @param {string} role */
export function rememberEnd({ id }, role) {
  try {
    sessionStorage.setItem(KEY, `${id}\n${role}`);
  } catch {
    // Then the page says that it has ended, and not by whom.
  }
}

/** @param {{ id: string }} session @returns {string} A role; empty when nobody is known. */
export function endedBy({ id }) {
  try {
    const [of, role] = (sessionStorage.getItem(KEY) ?? "").split("\n");
    return of === id ? role : "";
  } catch {
    return "";
  }
}
