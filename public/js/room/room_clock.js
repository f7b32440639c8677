import { clockOf } from "./timer.js";

/**
 * Store the session's times, which the platform may change.
 *
 * @param {Session} session
 * @param {any} facts The room's `session` message, or GET /state. Without times nothing changes.
 */
export function updateTimes(session, { opens_at, scheduled_start, scheduled_end, closes_at }) {
  if (!scheduled_end) return;
  Object.assign(session, {
    opensAt: opens_at,
    scheduledStart: scheduled_start,
    scheduledEnd: scheduled_end,
    closesAt: closes_at,
  });
}

/** The clock that shows the session's times in the room. */
export class RoomClock {
  /** @param {Session} session */
  constructor(session) {
    this.session = session;
  }

  /** Whether a person who is not here is late. */
  get isPastStart() {
    return this.session.now() >= this.session.scheduledStart;
  }

  show() {
    const { text, tone } = clockOf(this.session, this.session.now());
    const clock = document.getElementById("room-timer");
    clock.textContent = document.getElementById("waiting-clock").textContent = text;
    clock.dataset.tone = tone;
  }
}
