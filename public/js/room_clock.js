import { clockOf } from "./timer.js";

/** The session's times as the room knows them, and the clock that shows them. */
export class RoomClock {
  #times;

  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    this.#times = session;
  }

  /** Whether somebody who is not here is late. */
  get isPastStart() {
    return this.session.now() >= this.#times.scheduledStart;
  }

  /** The times may have been moved. @param {any} facts The room's `session` message. */
  learn({ scheduled_start, scheduled_end, closes_at }) {
    if (scheduled_end) this.#times = { scheduledStart: scheduled_start, scheduledEnd: scheduled_end, closesAt: closes_at };
  }

  show() {
    const { text, tone } = clockOf(this.#times, this.session.now());
    const clock = document.getElementById("room-timer");
    clock.textContent = text;
    clock.dataset.tone = tone;
  }
}
