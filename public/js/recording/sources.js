/** What there is to record: the pictures and voices of both, and what is shared. */

import { MovingPicture } from "./moving_picture.js";
import { loadedAvatar } from "./avatar.js";
import { BoardPicture } from "./board_picture.js";

/** Both people's place: the teacher comes first. */
const ORDER = /** @type {const} */ (["teacher", "student"]);

export class Sources {
  #pictures = { own: new MovingPicture(), other: new MovingPicture(), ownScreen: new MovingPicture(), screen: new MovingPicture() };
  /** What is shared, the newest last. @type {string[]} */
  #shared = [];
  /** @type {BoardPicture | null} */
  #boardPicture = null;

  /**
   * @param {object} room
   * @param {Session} room.session
   * @param {import("../call/call.js").Call} room.call
   * @param {import("../room/other_person.js").OtherPerson} room.other
   * @param {HTMLElement} people Has an element for each person, with what is shown instead of their picture.
   */
  constructor({ session, call, other }, people) {
    this.session = session;
    this.call = call;
    this.other = other;
    this.faces = Object.fromEntries(ORDER.map((role) => [role, faceOf(people.querySelector(`[data-role="${role}"]`))]));
  }

  /** Whether their picture and sound arrive. */
  get #isHere() {
    return this.call.state === "connected";
  }

  /** @returns {MediaStreamTrack[]} */
  get voices() {
    const [own] = this.call.ownTracks;
    const [other] = this.#isHere ? this.call.otherTracks : [];
    return [own, other].filter((track) => track && track.readyState === "live");
  }

  /** @returns {import("./picture.js").Scene & { moves: boolean }} `moves`: more than now and then. */
  get scene() {
    const [, ownCamera, ownScreen] = this.call.ownTracks;
    const [, camera, screen] = this.call.otherTracks;
    const { media } = this.other;
    const videos = {
      own: this.#pictures.own.of(ownCamera),
      other: this.#pictures.other.of(this.#isHere && media.camera ? camera : null),
    };
    const shared = this.#newest({
      ownScreen: this.#pictures.ownScreen.of(ownScreen),
      screen: this.#pictures.screen.of(this.#isHere && media.screen ? screen : null),
      board: this.#board?.draw() ?? null,
    });
    const people = ORDER.map((role) => ({ ...this.faces[role], video: role === this.session.role ? videos.own : videos.other }));
    return { people, shared, moves: Boolean(videos.own || videos.other || shared) };
  }

  /** Resolves when the pictures of all that is on are there. */
  async arePlaying() {
    void this.scene;
    await Promise.all(Object.values(this.#pictures).map((picture) => picture.isPlaying));
  }

  /** Null while it is closed. */
  get #board() {
    const root = document.getElementById("board");
    if (!root || document.getElementById("room").dataset.board !== "open") return null;
    if (this.#boardPicture?.root !== root) this.#boardPicture = new BoardPicture(root);
    return this.#boardPicture;
  }

  /** @template T @param {Record<string, T | null>} all @returns {T | null} What was shared last, of what is shared now. */
  #newest(all) {
    this.#shared = this.#shared.filter((name) => all[name]);
    for (const name of Object.keys(all)) if (all[name] && !this.#shared.includes(name)) this.#shared.push(name);
    return all[this.#shared.at(-1)] ?? null;
  }
}

/** @param {HTMLElement} element */
function faceOf(element) {
  const { name, initials, avatar } = element.dataset;
  const { backgroundColor, color } = getComputedStyle(element);
  const face = { name, initials, colours: { behind: backgroundColor, letters: color }, avatar: null };
  if (avatar) loadedAvatar(avatar).then((image) => (face.avatar = image), () => {});
  return face;
}
