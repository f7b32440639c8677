/**
 * Places packets of sound on the recording's clock. The sound has a clock of its own, which stops while the system takes it
 * away, and packets arrive late while the page is busy. Only what is late for seconds is a gap, and is filled with silence.
 */

/** Seconds in which at least one packet comes in time. */
const WINDOW = 3;
/** Sound and picture may be apart by so much. */
const APART = 0.15;
/** Seconds without a packet. */
const SILENT = 2;

export class SoundLine {
  /** Seconds of the recording that have sound. */
  end = 0;
  #arrivedAt = 0;
  /** How late packets were, and when. @type {{ at: number, late: number }[]} */
  #late = [];

  /**
   * @param {number} length Of a packet, in seconds.
   * @param {number} now Of the recording.
   * @returns {{ silence: number, skip: boolean }} Seconds of silence that belong before it; whether it is left out.
   */
  take(length, now) {
    this.#arrivedAt = now;
    this.#late = [...this.#late.filter(({ at }) => now - at < WINDOW), { at: now, late: now - this.end - length }];
    const isKnown = now - this.#late[0].at > WINDOW / 2;
    const least = Math.min(...this.#late.map(({ late }) => late));
    if (!isKnown || Math.abs(least) < APART) return this.#add(0, length);
    this.#late = [];
    return least > 0 ? this.#add(least, length) : { silence: 0, skip: true };
  }

  /** At each beat. @param {number} now @returns {number} Seconds of silence to add: no packet comes. */
  fill(now) {
    if (now - this.#arrivedAt < SILENT || now - this.end < SILENT) return 0;
    this.#late = [];
    return this.#add(now - this.end - APART, 0).silence;
  }

  /** @param {number} silence @param {number} length */
  #add(silence, length) {
    this.end += silence + length;
    return { silence, skip: false };
  }
}
