import { t } from "../words/words.js";

/**
 * Whether this network lets its browsers connect directly, where there is no relay: from the
 * addresses that STUN servers see (RFC 5780, 4.3). Loaded only there.
 */

const ANSWER_DUE_MS = 4000;
const LIMITED = t("May not reach everybody: this network can block direct calls. If a call fails, try your phone's hotspot.");

/** @typedef {{ type: string, address: string, port: number, relatedAddress: string, relatedPort: number }} Candidate */

/**
 * The result of the connection's check, with what is known of direct calls.
 *
 * @param {import("./network.js").Result} result
 * @param {string} stun Addresses of STUN servers, with spaces between them.
 * @returns {Promise<import("./network.js").Result>} Never rejects.
 */
export async function withReach(result, stun) {
  if (result.quality === "offline" || result.quality === "blocked") return result;
  const gathered = await gather(stun.split(" ")).catch(() => null);
  if (!gathered || !isLimited(gathered)) return result;
  return { quality: result.quality === "good" ? "fair" : result.quality, text: LIMITED };
}

/** @param {string[]} urls @returns {Promise<{ candidates: Candidate[], isComplete: boolean }>} */
async function gather(urls) {
  const peer = new RTCPeerConnection({ iceServers: [{ urls }] });
  try {
    const candidates = [];
    peer.createDataChannel("reach");
    const isComplete = new Promise((resolve) => {
      setTimeout(resolve, ANSWER_DUE_MS, false);
      peer.onicecandidate = ({ candidate }) => (candidate ? candidates.push(candidate) : resolve(true));
    });
    await peer.setLocalDescription();
    return { candidates, isComplete: await isComplete };
  } finally {
    peer.close();
  }
}

/**
 * UDP is blocked when no STUN server has answered. A NAT that shows one local port as several is
 * symmetric: nobody outside knows the port that a call will have. One server alone cannot show that.
 *
 * @param {{ candidates: Candidate[], isComplete: boolean }} gathered
 */
export function isLimited({ candidates, isComplete }) {
  const seen = candidates.filter(({ type }) => type === "srflx");
  // A computer with an address of its own in the internet has none, and knows that soon.
  if (seen.length === 0) return !isComplete;
  /** @type {Map<string, Set<string>>} */
  const outside = new Map();
  for (const { address, port, relatedAddress, relatedPort } of seen) {
    // Hidden by the browser.
    if (!relatedPort) continue;
    const local = `${relatedAddress} ${relatedPort}`;
    outside.set(local, (outside.get(local) ?? new Set()).add(`${address} ${port}`));
  }
  return [...outside.values()].some((addresses) => addresses.size > 1);
}
