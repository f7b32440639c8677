/** Messages that nobody has read yet: their number at the chat's button, their notes over the picture. */

import { isolated } from "../shared/isolated.js";
import { note } from "../shared/toasts.js";

const NOTE_LENGTH = 140;
/** Sessions whose newest line read is kept. */
const KEPT = 20;
const button = document.getElementById("call-chat");

export class Unread {
  /** @type {Element[]} Shown still or not. */
  #notes = [];

  /** @param {Session} session @param {() => void} read What a note's click does. */
  constructor(session, read) {
    this.session = session;
    this.read = read;
    this.key = `session-room:chat-read:${session.role}`;
    this.clear();
  }

  /** The number of the newest line that was read in this browser. */
  get readUpTo() {
    const [, number] = this.#kept().find(([id]) => id === this.session.id) ?? [];
    return number ?? 0;
  }

  set readUpTo(number) {
    try {
      const others = this.#kept().filter(([id]) => id !== this.session.id);
      const all = [[this.session.id, number], ...others].slice(0, KEPT);
      localStorage.setItem(this.key, JSON.stringify(all));
    } catch {
      // Then a reload tells again what was read.
    }
  }

  /** @returns {[string, number][]} Sessions and the number of the newest line read, newest first. */
  #kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? [];
    } catch {
      // Storage is off, or holds what an earlier release wrote.
      return [];
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
