/** What earlier pages of this browser have recorded in this session and not sent. Event: `change`. */

import { keeperOf } from "./kept_pieces.js";
import { requestsOf } from "./requests.js";
import { Sending } from "./sending.js";

/** After somebody has said stop, their word takes a moment to arrive. */
const ON_THE_WAY_MS = 2000;

/** Only one page of a browser sends. @template T @param {Session} session @param {() => Promise<T>} action @returns {Promise<T>} */
export function alone(session, action) {
  if (!navigator.locks) return action();
  return navigator.locks.request(`session-room:recording:${session.id}`, action);
}

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
   * @param {{ finish: boolean, until?: number | null }} how Whether the recordings end, too; when somebody said stop, in epoch seconds.
   */
  send({ finish, until = null }) {
    return alone(this.session, () => this.sendAll({ finish, until }));
  }

  /** @param {{ finish?: boolean, until?: number | null }} [how] */
  async sendAll({ finish = false, until = null } = {}) {
    const recordings = await this.keeper.recordings();
    if (until) for (const recording of recordings) await forgetAfter(until, this.keeper, recording);
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
    // Without a piece, what follows it is of no use.
    if (sending.ended === "gap") await dropPieces(keeper, recording);
    if (!finish) return;
    // If it fails, the server finishes the recording after a while.
    await requests.finish(recording).catch(() => {});
    await keeper.end(recording);
  }
}

/** @param {import("./kept_pieces.js").Keeper} keeper @param {string} recording @param {(piece: import("./kept_pieces.js").Kept) => boolean} [which] */
async function dropPieces(keeper, recording, which = () => true) {
  for (const piece of await keeper.list(recording)) if (which(piece)) await keeper.drop(recording, piece);
}

/** @param {number} at When somebody said stop, in epoch seconds. @param {import("./kept_pieces.js").Keeper} keeper @param {string} recording */
export function forgetAfter(at, keeper, recording) {
  return dropPieces(keeper, recording, ({ ends }) => ends > at * 1000 + ON_THE_WAY_MS);
}
