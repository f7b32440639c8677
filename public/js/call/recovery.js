/**
 * When to restart ICE, and when to say that it does not help.
 *
 * A short disconnection mends itself, so it gets two seconds; a failure gets none. What is not
 * back after 15 s is trouble, which people are told about while we keep trying.
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
  see(state) {
    if (state === "connected") this.#recovered();
    else if (state === "disconnected") this.#later(DISCONNECTED_MS);
    else if (state === "failed") this.#try();
    if (state === "disconnected" || state === "failed") this.#expectConnection();
  }

  /** People want another try: it gets its time, too. */
  again() {
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
  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#try(), wait);
  }

  #try() {
    this.#restart();
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts++);
    this.#later(wait);
  }
}
