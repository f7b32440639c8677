import { capture, permission } from "./capture.js";
import { problemOf, unusable } from "./device_problems.js";
import { isMobile } from "./platform.js";
import { recall, remember } from "./remembered.js";

/**
 * @typedef {import("./capture.js").Kind} Kind
 * @typedef {import("./device_problems.js").Problem} Problem
 * @typedef {{ id: string, name: string }} Device
 * @typedef {{ cameras: Device[], microphones: Device[], speakers: Device[] }} DeviceList
 * @typedef {object} Notice Something gentle to say: another device is used than the expected one.
 * @property {Kind} kind
 * @property {"gone" | "busy" | "unplugged"} reason
 * @property {string} name The device in use now.
 */

/** @type {Kind[]} */
export const KINDS = ["camera", "microphone"];

/**
 * Camera, microphone and speaker of this page: the lobby checks them, the room takes them over.
 *
 * Events: `change` after anything below has changed; `notice` (CustomEvent<Notice>) when another
 * device than the chosen one is in use. A track may be replaced at any time (another camera, an
 * unplugged headset): on `change`, compare tracks and `replaceTrack` the new one. The stream stays
 * the same object until `stop()`. Off means: the camera's track is stopped and gone (its light
 * goes out), the microphone's track stays with `enabled = false` (so that it is back at once).
 */
export class Devices extends EventTarget {
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {Map<Kind, MediaStreamTrack>} */
  #tracks = new Map();
  /** @type {Map<Kind, Problem>} */
  #problems = new Map();
  #choices = recall();
  #audioOnly = false;
  /** @type {Device[]} As listed last. */
  #speakers = [];
  /** @type {Map<Kind, number>} The newest attempt of each kind; results of older ones are dropped. */
  #attempts = new Map();
  #lastAttempt = 0;
  /** The attempt that may be showing a prompt, or 0. */
  #asking = 0;
  #checked = false;

  /** The live tracks; null before the first one and after `stop()`. */
  get stream() {
    return this.#stream;
  }

  get cameraOn() {
    return this.#tracks.has("camera");
  }

  get microphoneOn() {
    return this.#choices.microphoneOn && this.#tracks.has("microphone");
  }

  /** Whether the camera is meant to be on, had or not. */
  get cameraWanted() {
    return this.#choices.cameraOn && !this.#audioOnly;
  }

  /** Joining without picture, this time: the camera stops, and starts when it is asked for. */
  get audioOnly() {
    return this.#audioOnly;
  }

  set audioOnly(audioOnly) {
    this.#audioOnly = audioOnly;
    if (audioOnly) this.#letGo("camera");
  }

  /** The chosen speaker, for `setSinkId`; empty for the system's own, or when it is gone. */
  get speakerId() {
    const id = this.#choices.speaker?.id ?? "";
    return this.#speakers.some((each) => each.id === id) ? id : "";
  }

  /** Whether the browser may be asking for permission right now. */
  get asking() {
    return this.#asking !== 0;
  }

  /** Whether a check has come to an end, well or not. */
  get checked() {
    return this.#checked;
  }

  /** What keeps a wanted device from working. */
  get problems() {
    return new Map(this.#problems);
  }

  /**
   * Start whatever is wanted and not running.
   *
   * @param {{ quietly?: boolean }} [options] Quietly: a prompt is not expected, so none is hinted at.
   */
  async start({ quietly = false } = {}) {
    await this.#capture(KINDS.filter((kind) => this.#isMissing(kind)), { quietly });
  }

  /**
   * After something may have changed for the better (a device plugged in, a permission given):
   * try again what failed, but only where that cannot bring up a prompt.
   */
  async recheck() {
    if (this.asking || !this.#checked) return this.#changed();
    const kinds = [];
    for (const kind of this.#problems.keys()) {
      if ((await permission(kind))?.state === "granted") kinds.push(kind);
    }
    await this.#capture(kinds.filter((kind) => this.#isMissing(kind)), { quietly: true });
    this.#changed();
  }

  /** @param {boolean} on */
  async setCameraOn(on) {
    this.#choose({ cameraOn: on });
    if (on) {
      this.#audioOnly = false;
      await this.start();
    } else {
      this.#letGo("camera");
    }
  }

  /** @param {boolean} on */
  async setMicrophoneOn(on) {
    this.#choose({ microphoneOn: on });
    const track = this.#tracks.get("microphone");
    if (track) track.enabled = on;
    this.#changed();
    if (on && !track) await this.start();
  }

  /** @param {string} id */
  async chooseCamera(id) {
    await this.#chooseInput("camera", id, this.cameraWanted);
  }

  /** @param {string} id */
  async chooseMicrophone(id) {
    await this.#chooseInput("microphone", id, true);
  }

  /** @param {string} id */
  async chooseSpeaker(id) {
    const { speakers } = await this.list();
    this.#choose({ speaker: speakers.find((each) => each.id === id) ?? null });
    this.#changed();
  }

  /** @param {Kind} kind @returns {string} The id of the device in use, or else of the chosen one. */
  currentId(kind) {
    const id = this.#tracks.get(kind)?.getSettings().deviceId;
    return id ?? this.#choices[kind]?.id ?? "";
  }

  /** @returns {Promise<DeviceList>} What is plugged in; nameless and partial before permission. */
  async list() {
    const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    const of = (kind) =>
      all
        .filter((each) => each.kind === kind && each.deviceId)
        .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
    this.#speakers = of("audiooutput");
    return { cameras: of("videoinput"), microphones: of("audioinput"), speakers: this.#speakers };
  }

  /** Stop everything and let go of it. Harmless when stopped. */
  stop() {
    this.#asking = 0;
    for (const kind of KINDS) this.#letGo(kind);
    this.#stream = null;
    this.#changed();
  }

  /** @param {Kind[]} kinds @param {{ quietly: boolean }} options */
  async #capture(kinds, { quietly }) {
    if (kinds.length === 0) return;
    const attempt = ++this.#lastAttempt;
    for (const kind of kinds) this.#attempts.set(kind, attempt);
    const reason = unusable();
    if (reason) {
      for (const kind of kinds) this.#problems.set(kind, reason);
    } else {
      if (!quietly) this.#asking = attempt;
      this.#changed();
      await this.#adopt(attempt, await capture(new Map(kinds.map((k) => [k, this.#choices[k]]))));
      if (this.#asking === attempt) this.#asking = 0;
    }
    this.#checked = true;
    this.#changed();
  }

  /** @param {number} attempt @param {import("./capture.js").Captured} captured */
  async #adopt(attempt, captured) {
    const isCurrent = (kind) => this.#attempts.get(kind) === attempt;
    const problems = new Map();
    for (const [kind, error] of captured.errors) problems.set(kind, await problemOf(kind, error));
    for (const [kind, track] of captured.tracks) {
      if (isCurrent(kind)) this.#put(kind, track);
      else track.stop();
    }
    for (const [kind, problem] of problems) {
      if (isCurrent(kind)) this.#problems.set(kind, problem);
    }
    for (const [kind, reason] of captured.replaced) {
      if (isCurrent(kind)) this.#notify(kind, reason);
    }
  }

  /** @param {Kind} kind @param {MediaStreamTrack} track */
  #put(kind, track) {
    this.#drop(kind);
    if (kind === "microphone") track.enabled = this.#choices.microphoneOn;
    track.addEventListener("ended", () => this.#ended(kind, track));
    this.#problems.delete(kind);
    this.#tracks.set(kind, track);
    this.#stream ??= new MediaStream();
    this.#stream.addTrack(track);
  }

  /** Stop it, also if it is only on its way. @param {Kind} kind */
  #letGo(kind) {
    this.#attempts.set(kind, ++this.#lastAttempt);
    this.#problems.delete(kind);
    this.#drop(kind);
    this.#changed();
  }

  /** @param {Kind} kind */
  #drop(kind) {
    const track = this.#tracks.get(kind);
    if (!track) return;
    track.stop();
    this.#tracks.delete(kind);
    this.#stream?.removeTrack(track);
  }

  /**
   * Unplugged, or the permission was taken back.
   *
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  async #ended(kind, track) {
    if (this.#tracks.get(kind) !== track) return;
    this.#drop(kind);
    this.#changed();
    const state = (await permission(kind))?.state;
    if (state === "granted") await this.#capture([kind], { quietly: true });
    if (this.#tracks.has(kind)) return this.#notify(kind, "unplugged");
    const taken = state === "denied" || state === "prompt";
    const missing = this.#problems.get(kind)?.code === "missing";
    if (taken) this.#problems.set(kind, { code: "denied" });
    else if (missing || !state) this.#problems.set(kind, { code: "unplugged" });
    this.#changed();
  }

  /** @param {"camera" | "microphone"} kind @param {string} id @param {boolean} startNow */
  async #chooseInput(kind, id, startNow) {
    const devices = await this.list();
    const known = kind === "camera" ? devices.cameras : devices.microphones;
    this.#choose({ [kind]: known.find((each) => each.id === id) ?? { id, name: "" } });
    if (!startNow) return this.#changed();
    // Phones cannot have two cameras open at once; elsewhere the old picture stays meanwhile.
    if (isMobile()) this.#drop(kind);
    await this.#capture([kind], { quietly: true });
  }

  /** @param {Kind} kind */
  #isMissing(kind) {
    return !this.#tracks.has(kind) && (kind === "microphone" || this.cameraWanted);
  }

  /** @param {Partial<import("./remembered.js").Choices>} changes */
  #choose(changes) {
    this.#choices = { ...this.#choices, ...changes };
    remember(changes);
  }

  /** @param {Kind} kind @param {Notice["reason"]} reason */
  #notify(kind, reason) {
    const detail = { kind, reason, name: this.#tracks.get(kind)?.label ?? "" };
    this.dispatchEvent(new CustomEvent("notice", { detail }));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
