/** One run of a recording: pictures and voices become a film, whose fragments are kept and sent. */

import { alone } from "./alone.js";
import { Beats } from "./beats.js";
import { deviceName } from "./device.js";
import { Film } from "./film.js";
import { FRAMES } from "./formats.js";
import { dropPieces, Leftovers } from "./leftovers.js";
import { keeperOf } from "./kept_pieces.js";
import { Picture } from "./picture.js";
import { Pieces } from "./pieces.js";
import { requestsOf } from "./requests.js";
import { Sending } from "./sending.js";
import { Sound } from "./sound.js";
import { SoundLine } from "./sound_line.js";

/** Pictures a second while nothing moves. */
const CALM = 5;
/** The first picture waits so long for the cameras that are on. */
const FIRST_PICTURE_MS = 1000;

export class Recorder {
  #picture = new Picture();
  #sound = new Sound();
  #line = new SoundLine();
  /** @type {Film | null} */
  #film = null;
  /** @type {Sending | null} */
  #sending = null;
  /** @type {Beats | null} */
  #beats = null;
  #isStarted = false;
  /** When the first picture was taken, by `performance.now()`; 0 before. */
  #began = 0;
  /** By this device's clock, as pieces have it. */
  #fragmentBegan = 0;
  #ended = 0;
  /** @type {Promise<void> | null} */
  #stopping = null;
  /** Pieces are kept one after the other. */
  #keeping = Promise.resolve();
  /** Other pages of this browser may send now. */
  release = () => {};

  /**
   * @param {object} with
   * @param {Session} with.session
   * @param {import("./sources.js").Sources} with.sources
   * @param {import("./formats.js").Format} with.format
   * @param {() => void} with.onBroken It has stopped by itself.
   * @param {() => void} with.onRefused Nothing more is taken of this run: somebody has said stop, or a piece is missing.
   */
  constructor({ session, sources, format, onBroken, onRefused }) {
    this.session = session;
    this.sources = sources;
    this.format = format;
    this.onBroken = onBroken;
    this.onRefused = onRefused;
    this.requests = requestsOf(session);
  }

  /** All that takes time. It may be stopped meanwhile. Throws: RequestError. */
  async prepare() {
    const keeper = (this.keeper = await keeperOf(this.session.id));
    void this.sources.arePlaying();
    await this.#takeTurn();
    if (this.#stopping) return;
    const [library] = await Promise.all([import("../vendor/mediabunny.js"), this.#sound.open((packet) => this.#onSound(packet))]);
    if (this.#stopping) return;
    await new Leftovers(this.session, keeper).sendAll();
    if (this.#stopping) return;
    const { id, received_bytes, part_bytes } = await this.requests.begin(deviceName(), this.format.container);
    await keeper.begin(id);
    if (this.#stopping) return;
    this.pieces = new Pieces(received_bytes, part_bytes);
    this.#sending = new Sending({ recording: id, requests: this.requests, keeper });
    this.#sending.addEventListener("change", () => this.#onSending());
    this.#film = new Film(library, {
      format: this.format,
      canvas: this.#picture.canvas,
      onFragment: (bytes) => this.#onFragment(id, bytes),
      onBroken: (error) => this.#onFailure(error),
    });
    await this.#film.start();
  }

  /** Wait until no other page of this browser sends. */
  #takeTurn() {
    return new Promise((resolve, reject) => {
      const mine = () => {
        resolve(undefined);
        // Nobody would give it back.
        if (this.#stopping) return Promise.resolve();
        return new Promise((release) => (this.release = () => release(undefined)));
      };
      alone(this.session.id, mine).catch(reject);
    });
  }

  /** Take the first picture. */
  async start() {
    if (this.#isStarted) return;
    this.#isStarted = true;
    await Promise.race([this.sources.arePlaying(), new Promise((resolve) => setTimeout(resolve, FIRST_PICTURE_MS))]);
    if (this.#stopping) return;
    this.#began = performance.now();
    this.#fragmentBegan = Date.now();
    this.#beats = new Beats(() => this.#onBeat());
    this.#beats.rate = FRAMES;
    this.#onBeat();
  }

  /** The call needs the line, or does not. @param {boolean} held */
  holdSending(held) {
    this.#sending?.hold(held);
  }

  /** There is a network again. */
  hurry() {
    this.#sending?.hurry();
  }

  /** The last piece is kept when this resolves; it is sent later. @returns {Promise<void>} */
  stop() {
    return (this.#stopping ??= this.#stop());
  }

  /** The page may go after this: what is not sent is kept, or is sent now. */
  async settle() {
    await this.stop();
    if (this.keeper && !this.keeper.outlivesThePage) await this.sent();
    this.release();
  }

  /** Resolves when nothing is left to send. */
  async sent() {
    try {
      this.#sending?.hold(false);
      await this.#sending?.send();
      if (this.#sending?.ended === "stopped") await dropPieces(this.keeper, this.#sending.recording);
    } finally {
      this.release();
    }
  }

  async #stop() {
    this.#ended = Date.now();
    this.#beats?.stop();
    this.#sound.close();
    await this.#film?.finish();
    await this.#keeping;
    if (!this.#sending) this.release();
  }

  /** Seconds since the first picture. */
  get #now() {
    return (performance.now() - this.#began) / 1000;
  }

  #onBeat() {
    const { scene, voices } = this.sources;
    const rate = scene.moves ? FRAMES : CALM;
    this.#beats.rate = rate;
    this.#sound.hear(voices);
    this.#fillSound();
    this.#picture.draw(scene);
    this.#film.addPicture(this.#now, rate);
  }

  /** @param {Float32Array} packet */
  #onSound(packet) {
    if (!this.#began || this.#stopping) return;
    const { rate } = this.#sound;
    const { silence, skip } = this.#line.take(packet.length / rate, this.#now);
    this.#addSilence(silence, this.#line.end - packet.length / rate - silence);
    if (!skip) this.#film.addSound(this.#line.end - packet.length / rate, packet, rate);
  }

  #fillSound() {
    const before = this.#line.end;
    this.#addSilence(this.#line.fill(this.#now), before);
  }

  /** @param {number} seconds @param {number} at */
  #addSilence(seconds, at) {
    const { rate } = this.#sound;
    const samples = Math.round(seconds * rate);
    if (samples > 0) this.#film.addSound(at, new Float32Array(samples), rate);
  }

  /** @param {string} recording @param {Uint8Array} bytes */
  #onFragment(recording, bytes) {
    const times = { begins: this.#fragmentBegan, ends: this.#ended || Date.now() };
    this.#fragmentBegan = times.ends;
    for (const piece of this.pieces.cut(bytes, times)) {
      this.#keeping = this.#keeping.then(() => this.keeper.keep(recording, piece)).then(
        () => void this.#sending.send(),
        (error) => this.#onFailure(error),
      );
    }
  }

  #onSending() {
    const { ended } = this.#sending;
    // Signed out: what is kept is sent later.
    if (ended && ended !== "refused" && !this.#stopping) this.onRefused();
  }

  /** An encoder has failed, or there is no room on the disk. @param {Error} error */
  #onFailure(error) {
    console.error("the recording has stopped", error);
    if (!this.#stopping) this.onBroken();
  }
}
