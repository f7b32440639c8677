/** The recording of a session by one of its browsers: who agrees, the sign in the header, and the recorder, which loads when this page is named. */

import { RequestError } from "../shared/session.js";
import { Consent } from "./consent.js";
import { formats } from "./formats.js";

/** The last piece is kept before the page goes on. */
const LAST_PIECE_MS = 3000;
const AGAIN_MS = 3000;
/** Failures of one page before it gives up. */
const MOST_FAILURES = 3;

/** @typedef {import("./recorder.js").Recorder} Recorder */

export class RecordingDoor {
  /** @type {import("./consent_words.js").Plan | null} */
  #plan = null;
  /** Whether the room has told everybody that it is recorded. */
  #isAnnounced = false;
  /** @type {import("./formats.js").Format[] | null} */
  #formats = null;
  #failures = 0;
  /** @type {Recorder | null} */
  #recorder = null;
  /** Whether the recorder is ready, so that the room may tell everybody. */
  #isReady = false;
  #isWeak = false;
  /** Until the next try, after one that failed. */
  #isResting = false;
  #timer = 0;
  #closing = Promise.resolve();

  /**
   * @param {object} room
   * @param {Session} room.session
   * @param {LiveSocket} room.live
   * @param {import("../call/call.js").Call} room.call
   * @param {import("../room/other_person.js").OtherPerson} room.other
   * @param {AbortSignal} signal
   */
  constructor(room, signal) {
    const { session, live, call } = room;
    this.room = room;
    this.live = live;
    this.consent = new Consent(session, (answer) => live.send({ type: "recording_consent", ...answer }), signal);
    call.meter.addEventListener("report", (event) => this.#onQuality(event["detail"].quality), { signal });
    addEventListener("online", () => this.#recorder?.hurry(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    formats().then((found) => {
      this.#formats = found;
      this.#say();
    }, () => this.#cannot());
  }

  /** @param {any} message Any of the room. */
  receive(message) {
    if (message.type === "welcome") {
      // While this page could not hear it, somebody has stopped the recording. They may have agreed again since.
      const isStopped = this.#isAnnounced && !message.recording;
      this.#isAnnounced = message.recording;
      this.consent.showOn(message.recording);
      if (isStopped && this.#recorder) void this.#stop();
      if (message.recording_plan) this.#follow(message.recording_plan);
      this.#say();
    } else if (message.type === "recording_plan") {
      const isFirst = !this.#plan;
      this.#follow(message);
      if (isFirst) this.#say();
    } else if (message.type === "recording") {
      this.#isAnnounced = message.on;
      this.consent.showOn(message.on);
      this.#begin();
    }
  }

  /** The room is over for this page. Resolves when the last piece is kept. */
  close() {
    const recorder = this.#recorder;
    this.#recorder = null;
    // The recorder's code may still be loading: no recorder begins after this.
    this.#plan = null;
    const late = new Promise((resolve) => setTimeout(resolve, LAST_PIECE_MS));
    this.#closing = Promise.race([recorder?.settle(), late]).then(() => recorder?.release());
    return this.#closing;
  }

  /** Send what is left from this page. */
  async save() {
    await this.#closing;
    const { saveRecording } = await import("./saving.js");
    await saveRecording(this.room.session, { finish: false });
  }

  /** @param {import("./consent_words.js").Plan} plan */
  #follow(plan) {
    const isFirst = !this.#plan;
    this.#plan = plan;
    this.consent.follow(plan);
    if (isFirst) void this.#sendLeftovers();
    this.#act();
  }

  /** Send what a page before this one has kept. */
  async #sendLeftovers() {
    const { Leftovers } = await import("./leftovers.js");
    const leftovers = await Leftovers.of(this.room.session);
    await leftovers.send({ finish: false });
  }

  get #isNamed() {
    return this.#plan?.state === "agreed" && this.#plan.page === this.live.page;
  }

  #act() {
    if (this.#isNamed && !this.#recorder && !this.#isResting && this.#formats?.length > 0) void this.#prepare();
    if (!this.#isNamed && this.#recorder) void this.#stop();
  }

  async #prepare() {
    /** @type {Recorder | null} */
    let recorder = null;
    try {
      recorder = await this.#load();
      await recorder?.prepare();
    } catch (error) {
      console.error("the recording cannot begin", error);
      // A server or a network that fails says nothing of this browser.
      return error instanceof RequestError ? this.#againLater(recorder) : this.#onFailure(recorder);
    }
    if (!recorder || recorder !== this.#recorder) return;
    recorder.holdSending(this.#isWeak);
    this.#isReady = true;
    this.#say();
    this.#begin();
  }

  /** Only when it is needed: it brings a library. @returns {Promise<Recorder | null>} Null if it is not needed any more. */
  async #load() {
    const [{ Recorder }, { Sources }] = await Promise.all([import("./recorder.js"), import("./sources.js")]);
    if (!this.#isNamed || this.#recorder) return null;
    const sources = new Sources(this.room, document.getElementById("recording-people"));
    const { session } = this.room;
    const recorder = new Recorder({
      session,
      sources,
      format: this.#formats[0],
      onBroken: () => this.#onBroken(recorder),
      onRefused: () => this.#onRefused(recorder),
    });
    return (this.#recorder = recorder);
  }

  /** The first picture is taken when everybody has read that it is. */
  #begin() {
    if (this.#isReady && this.#isAnnounced && this.#isNamed) void this.#recorder.start();
  }

  /** @param {Recorder | null} recorder Null if it was not loaded. */
  async #againLater(recorder) {
    if (recorder !== this.#recorder) return;
    this.#isResting = true;
    this.#timer = window.setTimeout(() => {
      this.#isResting = false;
      this.#act();
    }, AGAIN_MS);
    await this.#stop();
  }

  async #stop() {
    const recorder = this.#recorder;
    this.#recorder = null;
    this.#isReady = false;
    this.#say();
    await recorder?.stop();
    void recorder?.sent();
  }

  /** Begin another run, once everybody has read so. @param {Recorder} recorder */
  async #onRefused(recorder) {
    if (recorder !== this.#recorder) return;
    this.#isAnnounced = false;
    await this.#againLater(recorder);
  }

  /** It has stopped by itself: another codec, or another try. @param {Recorder} recorder */
  async #onBroken(recorder) {
    if (recorder !== this.#recorder) return;
    if (this.#formats.length > 1) this.#formats.shift();
    await this.#onFailure(recorder);
  }

  /** @param {Recorder | null} recorder Null if it was not loaded. */
  async #onFailure(recorder) {
    // The room may ask again while it loads: that fails twice, and counts once.
    if (recorder !== this.#recorder || this.#isResting) return;
    this.#failures += 1;
    if (this.#failures >= MOST_FAILURES) this.#formats = [];
    await this.#againLater(recorder);
  }

  /** @param {string} quality */
  #onQuality(quality) {
    this.#isWeak = quality === "poor";
    this.#recorder?.holdSending(this.#isWeak);
  }

  #cannot() {
    this.#formats = [];
    this.#say();
  }

  /** Whether this browser can record, and whether it does. */
  #say() {
    if (!this.#plan || !this.#formats) return;
    this.live.send({ type: "recorder", can: this.#formats.length > 0, on: this.#isReady });
    this.#act();
  }
}
