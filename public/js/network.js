/**
 * How good the way to our server is, and whether video calls are possible here at all.
 *
 * @typedef {"good" | "fair" | "poor" | "offline" | "blocked"} Quality
 * @typedef {{ quality: Quality, text: string }} Result
 */

const PINGS = 8;
const PING_TIMEOUT_MS = 3000;
const PROBE_TIMEOUT_MS = 8000;
const LOOPBACK_TIMEOUT_MS = 4000;
/** From here on people talk over each other, and video is starved (the field's usual limits). */
const FAIR = { rtt: 250, jitter: 60, mbits: 1.5 };
const POOR = { rtt: 500, jitter: 150, mbits: 0.5 };
/** A quarter of a megabyte cannot tell fast lines apart. */
const FAST_MBITS = 50;

/** @returns {Promise<Result>} Rejects never. */
export async function checkNetwork() {
  if (navigator.onLine === false) return OFFLINE;
  if (!(await loopback())) {
    return {
      quality: "blocked",
      text:
        "Blocked: this browser or an extension does not allow video calls (WebRTC). " +
        "Try without extensions, or another browser.",
    };
  }
  const times = await roundTrips();
  if (times.length < PINGS / 2) return times.length ? verdict(Infinity, 0, null) : OFFLINE;
  const steps = times.slice(1).map((time, index) => Math.abs(time - times[index]));
  const jitter = steps.reduce((sum, step) => sum + step, 0) / steps.length;
  const rtt = median(times);
  return verdict(rtt, jitter, await downloadSpeed(rtt));
}

const OFFLINE = {
  quality: /** @type {Quality} */ ("offline"),
  text: "Offline: check your Wi-Fi, cable or mobile data.",
};

/**
 * @param {number} rtt Milliseconds, as jitter.
 * @param {number} jitter
 * @param {number | null} mbits Null when not measured.
 * @returns {Result}
 */
function verdict(rtt, jitter, mbits) {
  const worseThan = (limit) =>
    rtt > limit.rtt || jitter > limit.jitter || (mbits !== null && mbits < limit.mbits);
  const numbers = Number.isFinite(rtt)
    ? ` ${Math.round(rtt)} ms to our server${jitter > FAIR.jitter ? ", unsteady" : ""}` +
      `${mbits === null ? "" : `, ${speedInWords(mbits)}`}.`
    : " Most of our test requests got lost.";
  if (worseThan(POOR)) return { quality: "poor", text: `Poor: better join with audio only.${numbers}` };
  if (worseThan(FAIR)) return { quality: "fair", text: `Slow: video may freeze.${numbers}` };
  return { quality: "good", text: `Good:${numbers.slice(0, -1)}` };
}

/** @param {number} mbits */
function speedInWords(mbits) {
  if (mbits >= FAST_MBITS) return `more than ${FAST_MBITS} Mbit/s`;
  return `about ${mbits < 3 ? mbits.toFixed(1) : Math.round(mbits)} Mbit/s`;
}

/** @returns {Promise<number[]>} Milliseconds each; lost ones are missing. */
async function roundTrips() {
  const times = [];
  // One more than counted: the first one opens the connection.
  for (let number = 0; number <= PINGS; number += 1) {
    const started = performance.now();
    const arrived = await get("/ping.txt", PING_TIMEOUT_MS);
    if (arrived && number > 0) times.push(performance.now() - started);
    if (!arrived && number === 0) break;
  }
  return times;
}

/** @param {number} rtt @returns {Promise<number | null>} Mbit/s; null when data is to be saved. */
async function downloadSpeed(rtt) {
  if (navigator["connection"]?.saveData) return null;
  const started = performance.now();
  const body = await get("/probe.bin", PROBE_TIMEOUT_MS);
  if (!body) return 0;
  // What the answer took to begin is no bandwidth.
  const seconds = Math.max(performance.now() - started - rtt, 1) / 1000;
  return (body.byteLength * 8) / 1e6 / seconds;
}

/** @param {string} url @param {number} timeout @returns {Promise<ArrayBuffer | null>} */
async function get(url, timeout) {
  try {
    const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(timeout) });
    return response.ok ? await response.arrayBuffer() : null;
  } catch {
    return null;
  }
}

/** @returns {Promise<boolean>} Whether two peers inside this page reach each other. */
async function loopback() {
  if (!window.RTCPeerConnection) return false;
  const peers = [];
  try {
    const [one, two] = [new RTCPeerConnection(), new RTCPeerConnection()];
    peers.push(one, two);
    one.onicecandidate = ({ candidate }) => two.addIceCandidate(candidate).catch(() => {});
    two.onicecandidate = ({ candidate }) => one.addIceCandidate(candidate).catch(() => {});
    const channel = one.createDataChannel("check");
    await one.setLocalDescription();
    await two.setRemoteDescription(one.localDescription);
    await two.setLocalDescription();
    await one.setRemoteDescription(two.localDescription);
    return await opens(channel);
  } catch {
    return false;
  } finally {
    for (const peer of peers) peer.close();
  }
}

/** @param {RTCDataChannel} channel @returns {Promise<boolean>} */
function opens(channel) {
  return new Promise((resolve) => {
    channel.onopen = () => resolve(true);
    setTimeout(() => resolve(false), LOOPBACK_TIMEOUT_MS);
  });
}

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
