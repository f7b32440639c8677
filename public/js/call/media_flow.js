/**
 * Whether sound or picture still arrives. The connection's own state changes only after 5 to 10 s.
 *
 * Events: `change` when `stalled` changes; `frozen` once when sound comes and the picture does not.
 */

const EVERY_MS = 250;
/**
 * The longest gap between two packets that a network in order may make. Sound comes every 20 ms; a
 * browser sends one picture a second of a slide that stands still.
 */
const LONGEST_GAP_MS = { speech: 1200, slides: 4000 };
const FROZEN_MS = 5000;
/** Media that was just switched on takes this much longer. */
const BEGIN_MS = 800;

/**
 * The longest gap between two packets from somebody, in milliseconds, while the network is in order.
 *
 * @param {{ microphone: boolean, camera: boolean, screen: boolean }} media What they send.
 * @param {boolean} isOnline False while their socket is away: what they send is not certain.
 */
export function longestGap({ microphone, camera, screen }, isOnline) {
  if (microphone || camera || !isOnline) return LONGEST_GAP_MS.speech;
  return screen ? LONGEST_GAP_MS.slides : Infinity;
}

export class MediaFlow extends EventTarget {
  stalled = false;
  #timer = 0;
  #received = 0;
  #arrivedAt = 0;
  #longestGap = LONGEST_GAP_MS.speech;
  /** Whether the packets of the next look may have come before the doubt. */
  #isDoubted = false;
  #expectsPicture = false;
  #pictures = 0;
  #pictureAt = 0;
  #isFrozen = false;

  /** @param {() => Promise<RTCStatsReport>} getStats */
  watch(getStats) {
    this.stop();
    this.#restartWait();
    this.#pictureAt = performance.now();
    this.#isFrozen = false;
    this.#timer = window.setInterval(async () => this.#check(await getStats()), EVERY_MS);
  }

  get isWatching() {
    return this.#timer !== 0;
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#setStalled(false);
  }

  /**
   * @param {number} longestGap In milliseconds; Infinity when nothing is sent at the other end.
   * @param {boolean} picture Whether the camera is on at the other end.
   */
  expect(longestGap, picture) {
    this.#expectsPicture = picture;
    if (longestGap < this.#longestGap) this.#restartWait();
    this.#longestGap = longestGap;
  }

  /** The network may have changed: media counts as stopped until something comes. */
  doubt() {
    if (!this.isWatching || this.#longestGap === Infinity) return;
    this.#isDoubted = true;
    this.#arrivedAt = -Infinity;
    this.#setStalled(true);
  }

  /** Media that was switched on at the other end needs time to arrive. */
  #restartWait() {
    this.#arrivedAt = performance.now() + BEGIN_MS;
  }

  /** @param {RTCStatsReport} report */
  #check(report) {
    const now = performance.now();
    const pictures = received(report, "video");
    const packets = pictures + received(report, "audio");
    if (packets !== this.#received && !this.#isDoubted) this.#arrivedAt = now;
    this.#received = packets;
    this.#isDoubted = false;
    this.#setStalled(now - this.#arrivedAt > this.#longestGap);
    this.#watchPicture(pictures, now);
  }

  /** @param {number} pictures @param {number} now */
  #watchPicture(pictures, now) {
    const isWell = pictures !== this.#pictures || !this.#expectsPicture || this.stalled;
    this.#pictures = pictures;
    if (isWell) {
      this.#pictureAt = now;
      this.#isFrozen = false;
    } else if (!this.#isFrozen && now - this.#pictureAt > FROZEN_MS) {
      this.#isFrozen = true;
      this.dispatchEvent(new Event("frozen"));
    }
  }

  /** @param {boolean} stalled */
  #setStalled(stalled) {
    if (stalled === this.stalled) return;
    this.stalled = stalled;
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {RTCStatsReport} report @param {"audio" | "video"} kind @returns {number} Packets so far. */
function received(report, kind) {
  let packets = 0;
  report.forEach((each) => {
    if (each.type === "inbound-rtp" && each.kind === kind) packets += each.packetsReceived ?? 0;
  });
  return packets;
}
