/**
 * When to save data: after 6 s of a poor connection our own picture, after 6 s more theirs. After 20
 * good seconds nothing is saved any more; each loss after such a return doubles that time, so that a
 * line that bears only small pictures does not change all the time.
 */

const POOR_IN_A_ROW = 3;
const GOOD_IN_A_ROW = 10;
const MOST_GOOD = 80;

export class SavingRule {
  /** 0: nothing is saved; 1: our picture is small; 2: theirs as well. */
  stage = 0;
  #poor = 0;
  #good = 0;
  #goodNeeded = GOOD_IN_A_ROW;
  #hasReturned = false;

  /** After a pause: samples before it do not count. */
  restart() {
    this.#poor = this.#good = 0;
  }

  /**
   * Count one sample, every 2 s. Returns whether `stage` changed.
   *
   * @param {string} quality
   */
  add(quality) {
    this.#poor = quality === "poor" ? this.#poor + 1 : 0;
    this.#good = quality === "good" ? this.#good + 1 : 0;
    if (this.#poor >= POOR_IN_A_ROW && this.stage < 2) {
      if (this.#hasReturned) this.#goodNeeded = Math.min(MOST_GOOD, this.#goodNeeded * 2);
      return this.#goTo(this.stage + 1);
    }
    if (this.#good < this.#goodNeeded || this.stage === 0) return false;
    this.#hasReturned = true;
    return this.#goTo(0);
  }

  /** @param {number} stage */
  #goTo(stage) {
    this.stage = stage;
    this.restart();
    if (stage > 0) this.#hasReturned = false;
    return true;
  }
}
