/** The pictures: the other person's camera and screen, our own, and their covers. */

import { Layout } from "./layout.js";
import { offerOwnPicture } from "./own_picture.js";
import { Speaking } from "./speaking.js";
import { Zoom } from "./zoom.js";

const $ = (id) => document.getElementById(id);
const remote = /** @type {HTMLVideoElement} */ ($("remote-video"));
const screen = /** @type {HTMLVideoElement} */ ($("remote-screen"));
const own = /** @type {HTMLVideoElement} */ ($("self-video"));
const tap = $("tap-to-hear");
/** Found once: the small window takes these elements out of the page for a while. */
const tiles = { remote: $("remote"), shared: $("shared"), self: $("self") };
const names = { other: $("remote-name"), muted: $("other-muted") };
const cover = { place: $("remote-cover"), words: $("cover-text"), hint: $("cover-hint") };
const badge = { place: $("reconnecting"), words: $("reconnecting-text") };

export class Stage {
  #shown = { camera: true, screen: false, here: false };
  /** Plays the sound while the pictures are in the small window. */
  #sound = new Audio();
  #soundIsApart = false;
  /** @type {MediaStreamTrack | null} */
  #otherMicrophone = null;
  #otherVoice = new Speaking(tiles.remote);
  #ownVoice = new Speaking(tiles.self);

  /** @param {AbortSignal} signal */
  constructor(signal) {
    remote.addEventListener("resize", () => this.#coverUp(), { signal });
    tap.addEventListener("click", () => this.play(), { signal });
    // Safari leaves videos paused after the page was in the background.
    document.addEventListener("visibilitychange", () => document.hidden || this.play(), { signal });
    this.layout = new Layout(signal);
    this.zoom = new Zoom(signal);
    offerOwnPicture(signal);
  }

  get remoteVideo() {
    return tiles.shared.hidden ? remote : screen;
  }

  /** @param {MediaStreamTrack[]} tracks The other person's microphone, camera and screen. */
  showRemote([microphone, camera, shared]) {
    if (!camera) return;
    this.#otherMicrophone = microphone;
    setTracks(remote, [microphone, camera]);
    setTracks(screen, [shared]);
    this.#placeSound();
    this.play();
  }

  /** @param {boolean} apart True while the pictures are in the small window: browsers may refuse sound there. */
  keepSoundHere(apart) {
    this.#soundIsApart = apart;
    this.#placeSound();
  }

  #placeSound() {
    remote.muted = this.#soundIsApart;
    const stream = /** @type {MediaStream | null} */ (remote.srcObject);
    setTracks(this.#sound, this.#soundIsApart ? (stream?.getAudioTracks() ?? []) : []);
  }

  /** @param {{ camera: boolean, screen: boolean, here: boolean, isAlone: boolean }} what Of the other person. */
  showCovers({ isAlone, ...what }) {
    this.#shown = what;
    const { camera, here } = what;
    const sharing = here && what.screen;
    if (sharing && tiles.shared.hidden) this.zoom.showAll();
    tiles.shared.hidden = !sharing;
    this.layout.show({ isAlone, screen: sharing });
    remote.classList.toggle("off", !(here && camera));
    this.#otherVoice.listenTo(here ? this.#otherMicrophone : null);
    this.#coverUp();
  }

  /** @param {boolean} muted Whether the other person is here and muted. */
  showMuted(muted) {
    names.muted.hidden = !muted;
    names.other.hidden = muted;
  }

  /** The cover with their name stays until the first picture. */
  #coverUp() {
    const { camera, here } = this.#shown;
    cover.place.hidden = here && camera && remote.videoWidth > 0;
  }

  /** @param {string} words @param {string} [hint] The cover's text. */
  setCoverText(words, hint = "") {
    cover.words.textContent = words;
    cover.hint.textContent = hint;
  }

  /** @param {string} words Over the picture; empty when all is well. @param {boolean} dimmed */
  showReconnecting(words, dimmed) {
    badge.place.hidden = !words;
    if (words) badge.words.textContent = words;
    for (const each of [tiles.remote, tiles.shared]) each.classList.toggle("dimmed", dimmed);
  }

  /**
   * @param {MediaStreamTrack | null} camera
   * @param {MediaStreamTrack | null} voice The microphone that the other person hears.
   * @param {{ picture: string, sound: string }} lack The words in place of each; empty when it works.
   */
  showOwn(camera, voice, { picture, sound }) {
    this.#ownVoice.listenTo(voice);
    setTracks(own, camera ? [camera] : []);
    own.hidden = !camera;
    $("self-cover").hidden = Boolean(camera);
    $("self-cover-text").textContent = picture;
    $("self-note").hidden = !sound;
    $("self-name").hidden = Boolean(sound);
    if (sound) $("self-note-text").textContent = sound;
    // The picture of a back camera is not mirrored.
    own.classList.toggle("mirrored", camera?.getSettings().facingMode !== "environment");
  }

  /** Remove all pictures and the sound. */
  clear() {
    for (const player of [remote, screen, own, this.#sound]) player.srcObject = null;
    this.#otherMicrophone = null;
    for (const voice of [this.#otherVoice, this.#ownVoice]) voice.listenTo(null);
  }

  /** @param {string} id The speaker's; empty for the system's default. */
  async useSpeaker(id) {
    for (const player of [remote, this.#sound]) {
      await /** @type {any} */ (player).setSinkId?.(id).catch(() => {});
    }
  }

  /**
   * Play all media. Sound needs a gesture in some browsers: then a button asks for one.
   *
   * @returns {Promise<boolean>} False when the browser refuses.
   */
  async play() {
    if (own.srcObject) own.play().catch(() => {});
    try {
      if (remote.srcObject) await remote.play();
      if (screen.srcObject && !tiles.shared.hidden) await screen.play();
      if (this.#sound.srcObject) await this.#sound.play();
      if (document.activeElement === tap) $("room-heading").focus();
      tap.hidden = true;
      return true;
    } catch (error) {
      const refused = error.name === "NotAllowedError";
      if (refused) tap.hidden = false;
      return !refused;
    }
  }
}

/**
 * Play these tracks. The same tracks keep their stream, without a flicker.
 *
 * @param {HTMLMediaElement} player
 * @param {MediaStreamTrack[]} tracks
 */
function setTracks(player, tracks) {
  const shown = /** @type {MediaStream | null} */ (player.srcObject)?.getTracks() ?? [];
  if (shown.length === tracks.length && shown.every((track) => tracks.includes(track))) return;
  player.srcObject = tracks.length > 0 ? new MediaStream(tracks) : null;
}
