/** @typedef {{ quality: "good" | "fair" | "poor" | "offline" | "blocked", text: string }} Result */

const PINGS = 8;
const PING_TIMEOUT_MS = 3000;
const PROBE_TIMEOUT_MS = 8000;
const LOOPBACK_TIMEOUT_MS = 6000;
/** Beyond these, calls usually suffer. */
const FAIR = { rtt: 250, jitter: 60, mbits: 1.5 };
const POOR = { rtt: 500, jitter: 150, mbits: 0.5 };
/** The probe's limit. */
const FAST_MBITS = 50;

/** @type {Result} */
const OFFLINE = { quality: "offline", text: "Offline: check your Wi-Fi, cable or mobile data." };
/** @type {Result} */
const BLOCKED = { quality: "blocked", text: "Blocked: no video calls in this browser (WebRTC)" };

/** @param {AbortSignal} [signal] @returns {Promise<Result>} Never rejects. */
export async function checkNetwork(signal) {
  if (navigator.onLine === false) return OFFLINE;
  if (!(await loopback())) return BLOCKED;
  const times = await roundTrips(signal);
  if (times.length === 0) return OFFLINE;
  if (times.length < PINGS / 2) return verdict(Infinity, 0, null);
  const rtt = median(times);
  const jitter = median(times.slice(1).map((time, index) => Math.abs(time - times[index])));
  return verdict(rtt, jitter, await downloadSpeed(rtt, signal));
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** Times in milliseconds; `mbits` is null when not measured. @returns {Result} */
export function verdict(rtt, jitter, mbits) {
  // Else it comes from a busy machine.
  const jitterMs = rtt > FAIR.rtt ? jitter : 0;
  const isWorseThan = (limit) =>
    rtt > limit.rtt || jitterMs > limit.jitter || (mbits ?? Infinity) < limit.mbits;
  const speed = mbits === null ? "" : `, ${speedInWords(mbits)}`;
  const unsteady = jitterMs > FAIR.jitter ? ", unsteady" : "";
  const numbers = Number.isFinite(rtt)
    ? `${Math.round(rtt)} ms to our server${unsteady}${speed}`
    : "most of our test requests got lost";
  if (isWorseThan(POOR)) return { quality: "poor", text: `Poor: use audio only. Now ${numbers}.` };
  if (isWorseThan(FAIR)) return { quality: "fair", text: `Slow: video may freeze. Now ${numbers}.` };
  return { quality: "good", text: `Good: ${numbers}` };
}

function speedInWords(mbits) {
  if (mbits >= FAST_MBITS) return `more than ${FAST_MBITS} Mbit/s`;
  return `about ${mbits < 3 ? mbits.toFixed(1) : Math.round(mbits)} Mbit/s`;
}

/** Milliseconds each; lost ones are missing. */
async function roundTrips(signal) {
  // The first request opens the connection.
  if (!(await get("/ping.txt", PING_TIMEOUT_MS, signal))) return [];
  const times = [];
  for (let number = 0; number < PINGS; number += 1) {
    const started = performance.now();
    if (await get("/ping.txt", PING_TIMEOUT_MS, signal)) times.push(performance.now() - started);
  }
  return times;
}

/** Mbit/s; null where people save data. @param {number} rtt */
async function downloadSpeed(rtt, signal) {
  if (navigator["connection"]?.saveData) return null;
  const started = performance.now();
  const body = await get("/probe.bin", PROBE_TIMEOUT_MS, signal);
  // Without the time until the answer began.
  const milliseconds = Math.max(performance.now() - started - rtt, 1);
  return body ? (body.byteLength * 8) / 1000 / milliseconds : 0;
}

/** @returns {Promise<ArrayBuffer | null>} */
async function get(url, timeout, end) {
  try {
    const late = AbortSignal.timeout(timeout);
    const signal = (end && AbortSignal.any?.([end, late])) ?? late;
    const response = await fetch(url, { cache: "no-store", signal });
    return response.ok ? await response.arrayBuffer() : null;
  } catch {
    return null;
  }
}

/** Whether two peers inside this page reach each other. */
async function loopback() {
  let one, two;
  try {
    [one, two] = [new RTCPeerConnection(), new RTCPeerConnection()];
    one.onicecandidate = ({ candidate }) => two.addIceCandidate(candidate).catch(() => {});
    two.onicecandidate = ({ candidate }) => one.addIceCandidate(candidate).catch(() => {});
    one.createDataChannel("check");
    await one.setLocalDescription();
    await two.setRemoteDescription(one.localDescription);
    await two.setLocalDescription();
    await one.setRemoteDescription(two.localDescription);
    return await connects(one);
  } catch {
    return false;
  } finally {
    one?.close();
    two?.close();
  }
}

function connects(peer) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), LOOPBACK_TIMEOUT_MS);
    const check = () => /connected|completed/.test(peer.iceConnectionState) && resolve(true);
    peer.oniceconnectionstatechange = check;
    check();
  });
}
