/**
 * When to restart ICE, and when the call is stuck.
 *
 * A short loss ends by itself, so a restart waits for 2 s; after a failure, and when the network has just
 * changed, it does not wait. After 12 s without a connection the call is stuck, and restarts go on.
 */

/** @typedef {RTCPeerConnectionState | "stalled"} PathState "stalled": connected, but no media comes. */

const LOST_MS = 2000;
const FIRST_RETRY_MS = 2500;
const LONGEST_RETRY_MS = 15_000;
const STUCK_MS = 12_000;
/** Reasons to restart come together: the network, the socket, the other page. One restart serves all. */
const ONE_RESTART_MS = 1000;
/** For so long a loss is an effect of the network's change. */
const CHANGED_MS = 5000;

export class Recovery {
  #does;
  #timer = 0;
  #stuckTimer = 0;
  #attempts = 0;
  #isUp = false;
  #begunAt = -Infinity;
  #changedAt = -Infinity;

  /**
   * @param {{ restart: () => void, onFailing: (restarts: number) => void, onStuck: () => void }} does
   *   `onFailing`: so many restarts have not helped.
   */
  constructor(does) {
    this.#does = does;
    this.onOnline = () => this.#onOnline();
    addEventListener("online", this.onOnline);
    this.#expectConnection();
  }

  /** @param {PathState} state */
  onState(state) {
    if (state === "connected") return this.#recovered();
    if (state !== "stalled" && state !== "disconnected" && state !== "failed") return;
    this.#isUp = false;
    this.#expectConnection();
    if (state === "failed") this.#try();
    else if (!this.#timer) this.#onLoss();
  }

  /** Restart, also shortly after another restart. */
  restartNow() {
    this.#begunAt = -Infinity;
    this.#try();
  }

  /** The network may have changed: a loss that follows is no short one. */
  suspect() {
    this.#changedAt = performance.now();
  }

  /** Restart: the signals of earlier restarts may be lost, and do not count. */
  beginAnew() {
    this.#forget();
    this.restartNow();
  }

  /** The other side has begun a restart. */
  hasBegun() {
    this.#begunAt = performance.now();
  }

  stop() {
    removeEventListener("online", this.onOnline);
    clearTimeout(this.#timer);
    clearTimeout(this.#stuckTimer);
  }

  #onLoss() {
    if (performance.now() - this.#changedAt < CHANGED_MS) this.#try();
    else this.#after(LOST_MS);
  }

  #onOnline() {
    this.#forget();
    if (this.#timer) this.#try();
  }

  /** The time without a network does not count. */
  #forget() {
    this.#attempts = 0;
    if (!this.#stuckTimer) return;
    clearTimeout(this.#stuckTimer);
    this.#stuckTimer = 0;
    this.#expectConnection();
  }

  #recovered() {
    this.#isUp = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#stuckTimer);
    this.#timer = this.#stuckTimer = 0;
    this.#attempts = 0;
  }

  #expectConnection() {
    this.#stuckTimer ||= window.setTimeout(() => this.#does.onStuck(), STUCK_MS);
  }

  /** @param {number} wait */
  #after(wait) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#try(), wait);
  }

  #try() {
    if (!this.#isUp) this.#after(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts));
    if (performance.now() - this.#begunAt < ONE_RESTART_MS) return;
    this.#begunAt = performance.now();
    if (this.#attempts > 0) this.#does.onFailing(this.#attempts);
    // A restart for the other side says nothing about this side.
    if (!this.#isUp) this.#attempts += 1;
    this.#does.restart();
  }
}
