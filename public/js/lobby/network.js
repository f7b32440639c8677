import { inNumbers, listed } from "../shared/numbers.js";
import { t } from "../words/words.js";

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
const OFFLINE = { quality: "offline", text: t("Offline: check your Wi-Fi, cable or mobile data.") };
/** @type {Result} */
const BLOCKED = { quality: "blocked", text: t("Blocked: no video calls in this browser (WebRTC)") };

/** @type {Result} */
const LOST = { quality: "poor", text: t("Poor: use audio only. Most of our test requests got lost.") };

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
  if (!Number.isFinite(rtt)) return LOST;
  // Else it comes from a busy machine.
  const jitterMs = rtt > FAIR.rtt ? jitter : 0;
  const isWorseThan = (limit) =>
    rtt > limit.rtt || jitterMs > limit.jitter || (mbits ?? Infinity) < limit.mbits;
  const figures = inFigures(rtt, jitterMs > FAIR.jitter, mbits);
  // Translators: {figures} is a list such as "320 ms to our server, unsteady, about 8 Mbit/s".
  if (isWorseThan(POOR)) return { quality: "poor", text: t("Poor: use audio only. Now {figures}.", { figures }) };
  // Translators: {figures} is a list such as "320 ms to our server, unsteady, about 8 Mbit/s".
  if (isWorseThan(FAIR)) return { quality: "fair", text: t("Slow: video may freeze. Now {figures}.", { figures }) };
  // Translators: {figures} is a list such as "34 ms to our server, about 18 Mbit/s".
  return { quality: "good", text: t("Good: {figures}", { figures }) };
}

/** @param {number} rtt @param {boolean} unsteady @param {number | null} mbits */
function inFigures(rtt, unsteady, mbits) {
  const figures = [t("{count} ms to our server", { count: inNumbers(Math.round(rtt)) })];
  // Translators: the connection.
  if (unsteady) figures.push(t("unsteady"));
  if (mbits !== null) figures.push(speedInWords(mbits));
  return listed(figures);
}

/** @param {number} mbits */
function speedInWords(mbits) {
  if (mbits >= FAST_MBITS) return t("more than {count} Mbit/s", { count: FAST_MBITS });
  const digits = mbits < 3 ? 1 : 0;
  return t("about {count} Mbit/s", { count: inNumbers(mbits, { minimumFractionDigits: digits, maximumFractionDigits: digits }) });
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
