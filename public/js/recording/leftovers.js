/** What earlier pages of this browser have recorded in this session and not sent. Event: `change`. */

import { alone } from "./alone.js";
import { keeperOf } from "./kept_pieces.js";
import { requestsOf } from "./requests.js";
import { Sending } from "./sending.js";

export class Leftovers extends EventTarget {
  /** @type {Sending | null} */
  sending = null;
  /** Bytes that were sent from here, of earlier recordings. */
  #sent = 0;
  /** Bytes that wait, of later ones. */
  #later = 0;
  #isRefused = false;

  /** @param {Session} session @param {import("./kept_pieces.js").Keeper} keeper */
  constructor(session, keeper) {
    super();
    this.session = session;
    this.keeper = keeper;
    this.requests = requestsOf(session);
  }

  /** @param {Session} session */
  static async of(session) {
    return new Leftovers(session, await keeperOf(session.id));
  }

  /** From 0 to 1. */
  get progress() {
    const sent = this.#sent + (this.sending?.sent ?? 0);
    const all = sent + this.#later + (this.sending?.waiting ?? 0);
    return all > 0 ? sent / all : 1;
  }

  /** Bytes that are not sent. */
  get waiting() {
    return this.#later + (this.sending?.waiting ?? 0);
  }

  /**
   * Send all of it, once no other page sends.
   *
   * @param {{ finish: boolean }} how Whether the recordings end, too.
   */
  send({ finish }) {
    return alone(this.session.id, () => this.sendAll({ finish }));
  }

  /** @param {{ finish?: boolean }} [how] */
  async sendAll({ finish = false } = {}) {
    const recordings = await this.keeper.recordings();
    const sizes = await Promise.all(recordings.map((each) => this.#sizeOf(each)));
    this.#later = sizes.reduce((sum, size) => sum + size, 0);
    for (const [at, recording] of recordings.entries()) {
      this.#later -= sizes[at];
      await this.#sendOne(recording, finish);
    }
    this.dispatchEvent(new Event("change"));
  }

  /** Whether somebody must sign in first. */
  get isRefused() {
    return this.#isRefused;
  }

  hurry() {
    this.sending?.hurry();
  }

  /** @param {string} recording */
  async #sizeOf(recording) {
    return (await this.keeper.list(recording)).reduce((sum, { size }) => sum + size, 0);
  }

  /** @param {string} recording @param {boolean} finish */
  async #sendOne(recording, finish) {
    const { requests, keeper } = this;
    const sending = new Sending({ recording, requests, keeper });
    this.sending = sending;
    sending.addEventListener("change", () => this.dispatchEvent(new Event("change")));
    await sending.send();
    this.sending = null;
    this.#sent += sending.sent;
    this.#isRefused ||= sending.ended === "refused";
    if (sending.ended === "refused") return;
    if (sending.ended === "gone") return keeper.end(recording);
    // Without a piece, what follows it is of no use; after a stop, nobody may keep it.
    if (sending.ended) await dropPieces(keeper, recording);
    if (!finish) return;
    // If it fails, the server finishes the recording after a while.
    await requests.finish(recording).catch(() => {});
    await keeper.end(recording);
  }
}

/** @param {import("./kept_pieces.js").Keeper} keeper @param {string} recording */
export async function dropPieces(keeper, recording) {
  for (const piece of await keeper.list(recording)) await keeper.drop(recording, piece);
}
