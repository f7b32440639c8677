/** Calls a function so many times a second, in a hidden page too. A page that was busy gets one call, not all that it missed. */
export class Beats {
  #worker = new Worker(new URL("clock_worker.js", import.meta.url));
  #last = -Infinity;
  #every = 0;

  /** @param {() => void} onBeat */
  constructor(onBeat) {
    this.#worker.onmessage = () => {
      const now = performance.now();
      if (now - this.#last < this.#every / 2) return;
      this.#last = now;
      onBeat();
    };
  }

  /** @param {number} aSecond */
  set rate(aSecond) {
    const every = 1000 / aSecond;
    if (every !== this.#every) this.#worker.postMessage(every);
    this.#every = every;
  }

  stop() {
    this.#worker.terminate();
  }
}
