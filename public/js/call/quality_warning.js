/** When to warn of a weak connection: not for one bad sample, and seldom. */

const BAD_IN_A_ROW = 3;
const QUIET_MS = 5 * 60_000;
const MOST_WARNINGS = 3;

export class QualityWarning {
  #bad = 0;
  #warnings = 0;
  #warnedAt = -Infinity;

  /** After a pause: samples before it do not count. */
  restart() {
    this.#bad = 0;
  }

  /**
   * Count one sample. Returns whether to warn now.
   *
   * @param {string} quality
   * @param {number} now Milliseconds of any clock that does not go back.
   */
  isDue(quality, now) {
    this.#bad = quality === "poor" ? this.#bad + 1 : 0;
    if (this.#bad < BAD_IN_A_ROW || this.#warnings >= MOST_WARNINGS) return false;
    if (now - this.#warnedAt < QUIET_MS) return false;
    this.#warnings += 1;
    this.#warnedAt = now;
    return true;
  }
}
