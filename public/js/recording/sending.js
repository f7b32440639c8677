/** Sends the pieces of one recording in their order, until the server has them all. Event: `change`. */

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
/** Somebody else is signed in, or nobody: what is kept stays for a later visit. */
const NOT_OURS = [401, 403];
const GONE = 404;
/** Somebody had stopped the recording before this was recorded. */
const NOT_AGREED = 410;
const OUT_OF_ORDER = 409;
/** The only state in which the server takes bytes. */
const OPEN = "receiving";

export class Sending extends EventTarget {
  /** Bytes that are kept here. */
  waiting = 0;
  /** Bytes that were sent from here. */
  sent = 0;
  /**
   * Why nothing is sent any more: "refused" (nobody is signed in), "gone" (deleted, or finished without these pieces), "gap"
   * (a piece is missing), "stopped" (nobody may keep what follows).
   *
   * @type {"" | "refused" | "gone" | "gap" | "stopped"}
   */
  ended = "";
  #tries = 0;
  /** @type {Promise<void> | null} */
  #running = null;
  #wake = () => {};
  #isHeld = false;
  /** A piece may have come since the last look. */
  #isDue = false;

  /**
   * @param {object} with
   * @param {string} with.recording
   * @param {import("./requests.js").Requests} with.requests
   * @param {import("./kept_pieces.js").Keeper} with.keeper
   * @param {(ms: number) => Promise<void>} [with.pause]
   */
  constructor({ recording, requests, keeper, pause = sleep }) {
    super();
    this.recording = recording;
    this.requests = requests;
    this.keeper = keeper;
    this.pause = pause;
  }

  /** Send what is kept; resolves when nothing is left, or nothing can be sent any more. @returns {Promise<void>} */
  send() {
    this.#isDue = true;
    return (this.#running ??= this.#sendWhileDue().finally(() => (this.#running = null)));
  }

  /** The call needs the line, or does not. @param {boolean} held */
  hold(held) {
    const ends = this.#isHeld && !held;
    this.#isHeld = held;
    if (ends) this.hurry();
  }

  /** Do not wait for the next attempt. */
  hurry() {
    this.#wake();
  }

  async #sendWhileDue() {
    while (this.#isDue && !this.ended) {
      this.#isDue = false;
      await this.#sendAll();
    }
  }

  async #sendAll() {
    for (let next = await this.#next(); next && !this.ended; next = await this.#next()) {
      if (this.#isHeld) await this.#wait(LONGEST_WAIT_MS);
      else await this.#sendOne(next);
    }
  }

  async #next() {
    const pieces = await this.keeper.list(this.recording);
    this.waiting = pieces.reduce((sum, { size }) => sum + size, 0);
    this.dispatchEvent(new Event("change"));
    return pieces[0];
  }

  /** @param {import("./kept_pieces.js").Kept} piece */
  async #sendOne(piece) {
    const body = await this.keeper.read(this.recording, piece).catch(() => null);
    if (!body) return this.#end("gap");
    try {
      const { received_bytes } = await this.requests.send(this.recording, piece, body);
      await this.#settle(received_bytes);
    } catch (error) {
      await this.#onError(error, piece);
    }
  }

  /** @param {any} error @param {import("./kept_pieces.js").Kept} piece */
  async #onError({ status }, piece) {
    if (NOT_OURS.includes(status)) return this.#end("refused");
    if (status === GONE) return this.#end("gone");
    if (status === NOT_AGREED) return this.#end("stopped");
    if (status === OUT_OF_ORDER) {
      const { status: failure, state, received_bytes } = await this.requests.ask(this.recording).catch((each) => each);
      if (failure === GONE || (state && state !== OPEN)) return this.#end("gone");
      if (received_bytes < piece.from) return this.#end("gap");
      // The answer to an earlier attempt was lost.
      if (received_bytes > piece.from) return this.#settle(received_bytes);
    }
    await this.#wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries++));
  }

  /** The server has so many bytes. @param {number} received */
  async #settle(received) {
    this.#tries = 0;
    for (const piece of await this.keeper.list(this.recording)) {
      if (piece.from + piece.size > received) continue;
      this.sent += piece.size;
      // Another page may have dropped it.
      await this.keeper.drop(this.recording, piece).catch(() => {});
    }
  }

  /** @param {"refused" | "gone" | "gap" | "stopped"} why */
  #end(why) {
    this.ended = why;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {number} ms */
  #wait(ms) {
    return Promise.race([this.pause(ms), new Promise((resolve) => (this.#wake = () => resolve(undefined)))]);
  }
}

/** @param {number} ms @returns {Promise<void>} */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
