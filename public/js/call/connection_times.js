/**
 * Reports to the operators how long it took until the other one was seen, or heard where the camera is
 * off: at first, and after each loss.
 */

import { isRelayed } from "./quality_meter.js";

/** A line that comes and goes all the time says nothing new. */
const MOST = 20;
const video = /** @type {HTMLVideoElement} */ (document.getElementById("remote-video"));

export class ConnectionTimes {
  /** @type {number | undefined} */
  #begunAt;
  /** @type {number | undefined} */
  #since;
  #again = false;
  #reports = 0;

  /**
   * @param {Session} session
   * @param {import("./call.js").Call} call
   * @param {() => boolean} expectsPicture
   * @param {AbortSignal} signal Ends it.
   */
  constructor(session, call, expectsPicture, signal) {
    this.session = session;
    this.call = call;
    this.expectsPicture = expectsPicture;
    call.addEventListener("state", (event) => this.#onState(event["detail"]), { signal });
  }

  /** The call that is made next is waited for since then. @param {number} since By `performance.now()`. */
  begin(since) {
    this.#since = since;
  }

  /** @param {string} state */
  #onState(state) {
    if (state === "connected") this.#onConnected();
    else if (state === "idle") this.#begunAt = undefined;
    else {
      this.#begunAt ??= this.#since ?? performance.now();
      this.#since = undefined;
    }
  }

  #onConnected() {
    const begunAt = this.#begunAt;
    if (begunAt === undefined) return;
    this.#begunAt = undefined;
    // Hidden pages show no pictures; some browsers do not say when they do.
    const waits = this.expectsPicture() && !document.hidden && video.requestVideoFrameCallback;
    if (waits) video.requestVideoFrameCallback(() => this.#report(begunAt));
    else this.#report(begunAt);
  }

  /** @param {number} begunAt */
  async #report(begunAt) {
    const milliseconds = Math.round(performance.now() - begunAt);
    const again = this.#again;
    this.#again = true;
    const stats = await this.call.getStats();
    if (!stats || ++this.#reports > MOST) return;
    this.session.tell({ event: "call_connected", milliseconds, way: isRelayed(stats) ? "relayed" : "direct", again });
  }
}
