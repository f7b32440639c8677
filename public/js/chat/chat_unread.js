/** Unread messages: their number at the chat's button, and notes over the picture. */

import { isolated } from "../shared/isolated.js";
import { note } from "../shared/toasts.js";
import { tn } from "../words/words.js";

const NOTE_LENGTH = 140;
/** So many sessions are stored. */
const KEPT = 20;
const button = document.getElementById("call-chat");

export class Unread {
  /** @type {Element[]} One a message, visible or not. */
  #notes = [];

  /** @param {Session} session @param {() => void} read On a click on a note. */
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
      // After a reload these lines are unread again.
    }
  }

  /** @returns {[string, number][]} Sessions and the number of the newest line read, newest first. */
  #kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? [];
    } catch {
      // Storage is off, or has data of an earlier release.
      return [];
    }
  }

  /** @param {import("./chat.js").Line[]} lines */
  add(lines) {
    const name = this.session.other.called;
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
      // Translators: messages; screen readers say it after "Chat".
      button.setAttribute("aria-description", tn("{count} unread", "{count} unread", count));
    }
  }
}

/** @param {string} words */
function shortened(words) {
  return words.length > NOTE_LENGTH ? `${words.slice(0, NOTE_LENGTH)}…` : words;
}
