/** Unconfirmed changes in this tab's storage: they survive a reload without a network. */

/** @param {{ id: string, role: string }} session @returns {Store} */
export function unsentChanges({ id, role }) {
  const prefix = `session-room:board:${id}:${role}:`;
  let count = 0;
  return {
    load() {
      const keys = attempt(() => Object.keys(sessionStorage)).filter((key) => key.startsWith(prefix));
      const kept = attempt(() => keys.map((key) => JSON.parse(sessionStorage.getItem(key))));
      kept.sort((a, b) => a.number - b.number);
      count = kept.length > 0 ? kept[kept.length - 1].number : 0;
      return kept.map(({ change, ops }) => ({ change, ops }));
    },
    keep(change) {
      count += 1;
      // A full storage: the change lasts for this page only.
      attempt(() => sessionStorage.setItem(prefix + change.change, JSON.stringify({ ...change, number: count })));
    },
    forget: (id) => void attempt(() => sessionStorage.removeItem(prefix + id)),
  };
}

/** @template T @param {() => T} action @returns {any} An empty list when the storage is switched off. */
function attempt(action) {
  try {
    return action();
  } catch {
    return [];
  }
}
