/** Messages that nobody has read yet: their number at the chat's button, their notes over the picture. */

import { isolated } from "./isolated.js";
import { note } from "./toasts.js";

const NOTE_LENGTH = 140;
const button = document.getElementById("call-chat");

export class Unread {
  /** @type {Element[]} Shown still or not. */
  #notes = [];

  /** @param {import("./session.js").Session} session @param {() => void} read What a note's click does. */
  constructor(session, read) {
    this.session = session;
    this.read = read;
    this.key = `session-room:chat-read:${session.role}`;
    this.clear();
  }

  /** The number of the newest line that was read in this browser. */
  get readUpTo() {
    try {
      const [id, number] = (localStorage.getItem(this.key) ?? "").split("\n");
      return id === this.session.id ? Number(number) : 0;
    } catch {
      return 0;
    }
  }

  set readUpTo(number) {
    try {
      // One session's only: nothing piles up.
      localStorage.setItem(this.key, `${this.session.id}\n${number}`);
    } catch {
      // Then a reload tells again what was read.
    }
  }

  /** @param {import("./chat.js").Line[]} lines */
  add(lines) {
    const name = this.session.otherFirstName;
    for (const { text } of lines) this.#notes.push(note(`${name}: ${isolated(shortened(text))}`, this.read));
    this.#count();
  }

  clear() {
    for (const each of this.#notes.splice(0)) each.remove();
    this.#count();
  }

  #count() {
    const count = this.#notes.length;
    if (count === 0) {
      delete button.dataset.unread;
      button.removeAttribute("aria-description");
    } else {
      button.dataset.unread = String(count);
      button.setAttribute("aria-description", `${count} unread`);
    }
  }
}

/** @param {string} words */
function shortened(words) {
  return words.length > NOTE_LENGTH ? `${words.slice(0, NOTE_LENGTH)}…` : words;
}
