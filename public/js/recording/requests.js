/** The requests of a recording. docs/protocol.md and the routes have their rules. */

const LONGEST_MS = 120_000;
const JSON_BODY = { "Content-Type": "application/json" };

/** @typedef {{ id: string, received_bytes: number, part_bytes: number, state?: string }} Received */

/** @param {Session} session */
export function requestsOf(session) {
  const at = (recording) => `recordings/${encodeURIComponent(recording)}`;
  return {
    /** A new one, or one that goes on. @param {string} device @param {string} format @returns {Promise<Received>} */
    begin: (device, format) => session.request("recordings", { method: "POST", headers: JSON_BODY, body: JSON.stringify({ device, format }) }),
    /** @param {string} recording @param {import("./kept_pieces.js").Kept} piece @param {Blob} body @returns {Promise<Received>} */
    send: (recording, { from, begins, ends }, body) => {
      const [began, ended] = [begins, ends].map((time) => Math.max(0, Date.now() - time));
      const times = `began_ago=${Math.max(began, ended)}&ended_ago=${ended}`;
      return session.request(`${at(recording)}/bytes/${from}?${times}`, { method: "PUT", body, signal: AbortSignal.timeout(LONGEST_MS) });
    },
    /** @param {string} recording @returns {Promise<Received>} */
    ask: (recording) => session.request(at(recording), {}),
    /** @param {string} recording */
    finish: (recording) => session.request(`${at(recording)}/finish`, { method: "POST" }),
  };
}

/** @typedef {ReturnType<typeof requestsOf>} Requests */
