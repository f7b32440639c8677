/** The chat: what is sent is shown when the room has it, and sent again until it has. */

import { announce } from "./announce.js";
import { note } from "./toasts.js";

/** @typedef {{ number: number, id: string, role: string, text: string, at: number }} Line */

const $ = (id) => document.getElementById(id);
const list = $("chat-lines");
const text = /** @type {HTMLTextAreaElement} */ ($("chat-text"));
const form = /** @type {HTMLFormElement} */ ($("chat-form"));
const button = $("call-chat");
/** By then the room takes some more: one a second, after the first dozen. */
const AGAIN_MS = 4000;
const SOME = 3;
const NOTE_LENGTH = 140;
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;

export class Chat {
  /** @type {Set<string>} */
  #shown = new Set();
  /** @type {Map<string, string>} Sent, and not yet seen coming back. */
  #waiting = new Map();
  /** @type {Element[]} The notes that told of messages nobody has read yet, shown still or not. */
  #unread = [];
  #again = 0;

  /**
   * @param {import("./live.js").Live} live
   * @param {import("./panel.js").Panel} panel
   * @param {{ role: string, otherName: string }} people
   * @param {AbortSignal} signal
   */
  constructor(live, panel, { role, otherName }, signal) {
    this.live = live;
    this.panel = panel;
    this.role = role;
    this.otherName = otherName;
    this.#empty();
    const send = (event) => {
      event.preventDefault();
      this.#send();
    };
    const onKey = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && send(event);
    form.addEventListener("submit", send, { signal });
    text.addEventListener("keydown", onKey, { signal });
    panel.addEventListener("change", () => panel.open === "chat" && this.#read(), { signal });
  }

  /** What an earlier stay in the room has left: the room tells it all again. */
  #empty() {
    list.replaceChildren();
    $("chat-empty").hidden = false;
    $("chat-problem").textContent = "";
    this.#forgetUnread();
  }

  /** All lines there are, on coming in or back. @param {Line[]} lines */
  restore(lines) {
    for (const line of lines) this.#show(line);
    this.#sendWaiting();
  }

  /** @param {Line} line */
  receive(line) {
    if (!this.#show(line) || line.role === this.role) return;
    announce(`${this.otherName}: ${line.text}`);
    if (this.panel.open === "chat") return;
    this.#unread.push(note(`${this.otherName}: ${shortened(line.text)}`));
    this.#countUnread();
  }

  #forgetUnread() {
    for (const each of this.#unread.splice(0)) each.remove();
    this.#countUnread();
  }

  #countUnread() {
    const count = this.#unread.length;
    if (count === 0) {
      delete button.dataset.unread;
      button.removeAttribute("aria-description");
    } else {
      button.dataset.unread = String(count);
      button.setAttribute("aria-description", `${count} unread`);
    }
  }

  /** Too many at once: what was refused goes out a little later. */
  refuse() {
    if (this.#waiting.size === 0) return;
    $("chat-problem").textContent = "That was fast: your last messages go out in a moment.";
    clearTimeout(this.#again);
    this.#again = window.setTimeout(() => this.#sendSome(), AGAIN_MS);
  }

  /** As many as the room takes by now; what it refuses comes back to `refuse`. */
  #sendSome() {
    this.#sendWaiting(SOME);
    if (this.#waiting.size > SOME) this.refuse();
  }

  #sendWaiting(most = Infinity) {
    for (const [id, words] of [...this.#waiting].slice(0, most)) this.live.send({ type: "chat", id, text: words });
  }

  #send() {
    const words = text.value.trim();
    if (!words) return;
    const id = crypto.randomUUID();
    this.#waiting.set(id, words);
    const sent = this.live.send({ type: "chat", id, text: words });
    $("chat-problem").textContent = sent ? "" : "Not sent yet: it goes out as soon as you are connected again.";
    text.value = "";
    text.focus();
  }

  /** @param {Line} line @returns {boolean} Whether it is new here. */
  #show(line) {
    this.#waiting.delete(line.id);
    if (this.#waiting.size === 0) $("chat-problem").textContent = "";
    const key = `${line.role} ${line.id}`;
    if (this.#shown.has(key)) return false;
    this.#shown.add(key);
    const item = document.createElement("li");
    const mine = line.role === this.role;
    item.className = mine ? "line mine" : "line";
    const who = document.createElement("p");
    who.className = "line-who";
    const time = new Date(line.at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    who.textContent = `${mine ? "You" : this.otherName} · ${time}`;
    const words = document.createElement("p");
    words.className = "line-text";
    words.append(...withLinks(line.text));
    item.append(who, words);
    list.append(item);
    list.scrollTop = list.scrollHeight;
    $("chat-empty").hidden = true;
    return true;
  }

  #read() {
    this.#forgetUnread();
    list.scrollTop = list.scrollHeight;
    // On a phone that would bring up the keyboard, over what there is to read.
    if (matchMedia("(pointer: fine)").matches) text.focus();
  }
}

/** @param {string} words */
function shortened(words) {
  return words.length > NOTE_LENGTH ? `${words.slice(0, NOTE_LENGTH)}…` : words;
}

/** @param {string} words @returns {(string | HTMLAnchorElement)[]} */
function withLinks(words) {
  const pieces = [];
  let end = 0;
  for (const found of words.matchAll(LINK)) {
    const link = document.createElement("a");
    link.href = link.textContent = found[0];
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    pieces.push(words.slice(end, found.index), link);
    end = found.index + found[0].length;
  }
  return [...pieces, words.slice(end)];
}
