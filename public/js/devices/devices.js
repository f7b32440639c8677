import { capture, permission, unusable } from "./capture.js";
import { problemOf } from "./device_problems.js";
import { recall, remember } from "./remembered.js";

/** @type {Kind[]} */
export const KINDS = ["camera", "microphone"];
/** From a device's loss to its message, unless another one has started. */
const LOST_MS = 1000;

/**
 * Camera, microphone and speaker, in the lobby and then in the room.
 *
 * Events: `change`, after which any track may be another one; `notice` (CustomEvent<Notice>). The
 * stream is one object until `stop()`. A camera that is off has no track (and no light); a
 * microphone that is off has a disabled track.
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
  /** @type {Device[]} */
  #speakers = [];
  /** @type {Map<Kind, number>} The newest of each kind: tracks of older ones are dropped. */
  #attempts = new Map();
  #lastAttempt = 0;
  /** The attempt that waits for the browser, or 0. */
  #running = 0;
  /** The same, when its prompt may be open. */
  #asking = 0;
  #checked = false;
  /** Aborted by `stop()`. */
  #end = new AbortController();

  /** The live tracks; null without any. */
  get stream() {
    return this.#stream;
  }

  get cameraOn() {
    return this.#works("camera");
  }

  get microphoneOn() {
    return this.#choices.microphoneOn && this.#works("microphone");
  }

  /** Whether the camera is meant to be on, with or without a track. */
  get cameraWanted() {
    return this.#choices.cameraOn && !this.#audioOnly;
  }

  /** Without picture this time, until the camera is switched on. */
  get audioOnly() {
    return this.#audioOnly;
  }

  set audioOnly(audioOnly) {
    this.#audioOnly = audioOnly;
    if (audioOnly) this.#stopKind("camera");
  }

  get choices() {
    return this.#choices;
  }

  /** For `setSinkId`; empty for the system's default. */
  get speakerId() {
    const chosen = this.#choices.speaker?.id;
    return this.#speakers.find((each) => each.id === chosen)?.id ?? "";
  }

  get asking() {
    return this.#asking !== 0;
  }

  /** Whether an attempt has ended. */
  get checked() {
    return this.#checked;
  }

  /** Why a wanted device does not work. */
  get problems() {
    return new Map(this.#problems);
  }

  /** Start the wanted devices; `quietly` when no prompt is expected. */
  async start({ quietly = false } = {}) {
    await this.#capture(KINDS, quietly);
  }

  /** Try failed devices again where that opens no prompt. */
  async recheck() {
    const end = this.#end.signal;
    const failed = [...this.#problems.keys()];
    const states = await Promise.all(failed.map(permission));
    const kinds = failed.filter((_, index) => states[index]?.state === "granted");
    if (!end.aborted && !this.#running) await this.#capture(kinds, true);
    this.#changed();
  }

  async setCameraOn(on) {
    this.#remember({ cameraOn: on });
    if (!on) return this.#stopKind("camera");
    this.#audioOnly = false;
    await this.start();
  }

  async setMicrophoneOn(on) {
    this.#remember({ microphoneOn: on });
    const track = this.#tracks.get("microphone");
    if (track) track.enabled = on;
    this.#changed();
    if (on) await this.start();
  }

  /** @param {Partial<Choices>} changes @param {Kind} [again] This one starts again. */
  async change(changes, again) {
    this.#remember(changes);
    if (this.#works(again)) await this.#attempt([again], true);
    this.#changed();
  }

  /** @param {Kind | "speaker"} what @param {string} id */
  async choose(what, id) {
    const end = this.#end.signal;
    const found = await this.list();
    this.#remember({ [what]: found[what].find((each) => each.id === id) });
    if (end.aborted) return;
    if (what === "speaker" || (what === "camera" && !this.cameraWanted)) return this.#changed();
    // Phones cannot have two cameras open at once.
    if (matchMedia("(pointer: coarse)").matches) this.#drop(what);
    await this.#attempt([what], true);
  }

  #works(kind) {
    return this.#tracks.has(kind) && this.#problems.get(kind) !== "interrupted";
  }

  /** The id of the device in use, else of the chosen one. @param {Kind} kind */
  currentId(kind) {
    return this.#tracks.get(kind)?.getSettings().deviceId ?? this.#choices[kind]?.id ?? "";
  }

  /** The devices that are plugged in; empty before permission. */
  async list() {
    const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => null)) ?? [];
    /** @returns {Device[]} */
    const of = (kind) =>
      all
        .filter((each) => each.kind === kind && each.deviceId)
        .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
    this.#speakers = of("audiooutput");
    return { camera: of("videoinput"), microphone: of("audioinput"), speaker: this.#speakers };
  }

  /** Stop every track. */
  stop() {
    this.#end.abort();
    this.#end = new AbortController();
    this.#asking = this.#running = 0;
    for (const kind of KINDS) this.#stopKind(kind);
    this.#stream = null;
    this.#changed();
  }

  /** Stop every track as the page goes. The choices stay. */
  release() {
    for (const track of this.#tracks.values()) track.stop();
  }

  /** Capture the wanted kinds that are missing. */
  async #capture(kinds, quietly) {
    const isWanted = (kind) => !this.#works(kind) && (kind === "microphone" || this.cameraWanted);
    const wanted = kinds.filter(isWanted);
    if (wanted.length > 0) await this.#attempt(wanted, quietly);
  }

  async #attempt(kinds, quietly) {
    const attempt = ++this.#lastAttempt;
    for (const kind of kinds) this.#attempts.set(kind, attempt);
    const problem = unusable();
    if (problem) {
      for (const kind of kinds) this.#problems.set(kind, problem);
    } else {
      this.#running = attempt;
      if (!quietly) this.#asking = attempt;
      this.#changed();
      const wanted = new Map(kinds.map((kind) => [kind, this.#choices[kind]]));
      await this.#adopt(attempt, await capture(wanted, this.#end.signal, this.#choices.originalSound));
      if (this.#asking === attempt) this.#asking = 0;
      if (this.#running === attempt) this.#running = 0;
    }
    this.#checked = true;
    this.#changed();
  }

  /** @param {number} attempt @param {Captured} captured */
  async #adopt(attempt, { tracks, errors, replaced }) {
    const isCurrent = (kind) => this.#attempts.get(kind) === attempt;
    for (const [kind, track] of tracks) {
      if (isCurrent(kind)) this.#put(kind, track);
      else track.stop();
    }
    for (const [kind, reason] of replaced) if (isCurrent(kind)) this.#notify(kind, reason);
    for (const [kind, error] of errors) {
      const problem = await problemOf(kind, error);
      if (isCurrent(kind)) this.#problems.set(kind, problem);
    }
  }

  #put(kind, track) {
    this.#drop(kind);
    if (kind === "microphone") track.enabled = this.#choices.microphoneOn;
    track.addEventListener("ended", () => this.#ended(kind, track));
    track.onmute = track.onunmute = () => this.#interrupted(kind, track);
    this.#problems.delete(kind);
    this.#tracks.set(kind, track);
    this.#stream ??= new MediaStream();
    this.#stream.addTrack(track);
  }

  /** Stop the track, and cancel an attempt. */
  #stopKind(kind) {
    this.#attempts.set(kind, ++this.#lastAttempt);
    this.#problems.delete(kind);
    this.#drop(kind);
    this.#changed();
  }

  #drop(kind) {
    const track = this.#tracks.get(kind);
    if (!track) return;
    track.stop();
    this.#tracks.delete(kind);
    this.#stream?.removeTrack(track);
  }

  /** A phone call or another app uses the device. */
  #interrupted(kind, track) {
    if (this.#tracks.get(kind) !== track) return;
    if (track.muted) this.#problems.set(kind, "interrupted");
    else this.#problems.delete(kind);
    this.#changed();
  }

  /** The device was unplugged, or the permission revoked. */
  async #ended(kind, track) {
    if (this.#tracks.get(kind) !== track) return;
    this.#drop(kind);
    this.#changed();
    const end = this.#end.signal;
    const state = (await permission(kind))?.state;
    if (end.aborted) return;
    // Firefox asks again, although it says "granted".
    const late = setTimeout(() => {
      if (!end.aborted && !this.#tracks.has(kind)) this.#problems.set(kind, "unplugged");
      this.#changed();
    }, LOST_MS);
    if (state === "granted") await this.#capture([kind], true);
    clearTimeout(late);
    if (this.#tracks.has(kind)) return this.#notify(kind, "unplugged");
    const revoked = state === "denied" || state === "prompt";
    const missing = this.#problems.get(kind) === "missing";
    if (revoked) this.#problems.set(kind, "denied");
    else if (missing || !state) this.#problems.set(kind, "unplugged");
    this.#changed();
  }

  /** @param {Partial<Choices>} changes */
  #remember(changes) {
    this.#choices = { ...this.#choices, ...changes };
    remember(changes);
  }

  /** @param {Kind} kind @param {Notice["reason"]} reason */
  #notify(kind, reason) {
    const detail = { kind, reason, name: this.#tracks.get(kind).label };
    this.dispatchEvent(new CustomEvent("notice", { detail }));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
