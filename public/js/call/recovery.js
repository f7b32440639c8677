/**
 * When to restart ICE, and when the call is stuck.
 *
 * A short disconnection ends by itself, so a restart waits for 2 s; after a failure it does not wait.
 * After 15 s without a connection the call is stuck, and restarts go on.
 */

const DISCONNECTED_MS = 2000;
const FIRST_RETRY_MS = 2500;
const LONGEST_RETRY_MS = 15_000;
const STUCK_MS = 15_000;

export class Recovery {
  #restart;
  #onStuck;
  #timer = 0;
  #stuckTimer = 0;
  #attempts = 0;

  /** @param {{ restart: () => void, onStuck: () => void }} does */
  constructor({ restart, onStuck }) {
    this.#restart = restart;
    this.#onStuck = onStuck;
    this.onOnline = () => this.#attempts > 0 && this.#try();
    addEventListener("online", this.onOnline);
    this.#expectConnection();
  }

  /** @param {RTCPeerConnectionState} state */
  onState(state) {
    if (state === "connected") this.#recovered();
    else if (state === "disconnected") this.#tryAfter(DISCONNECTED_MS);
    else if (state === "failed") this.#try();
    if (state === "disconnected" || state === "failed") this.#expectConnection();
  }

  /** Try again on a button, with 15 s until the call is stuck again. */
  retry() {
    clearTimeout(this.#stuckTimer);
    this.#stuckTimer = 0;
    this.#attempts = 0;
    this.#expectConnection();
    this.#try();
  }

  stop() {
    removeEventListener("online", this.onOnline);
    clearTimeout(this.#timer);
    clearTimeout(this.#stuckTimer);
  }

  #recovered() {
    clearTimeout(this.#timer);
    clearTimeout(this.#stuckTimer);
    this.#stuckTimer = 0;
    this.#attempts = 0;
  }

  #expectConnection() {
    this.#stuckTimer ||= setTimeout(this.#onStuck, STUCK_MS);
  }

  /** @param {number} wait */
  #tryAfter(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#try(), wait);
  }

  #try() {
    this.#restart();
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts++);
    this.#tryAfter(wait);
  }
}
