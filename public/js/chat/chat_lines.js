/** The lines of the chat on the screen: those that have come, and one's own that wait to be sent. */

import { withLinks } from "./chat_links.js";
import { dayInWords, timeInWords } from "./chat_times.js";

/** @typedef {import("./chat.js").Line} Line */

const $ = (id) => document.getElementById(id);
const list = $("chat-lines");
const more = $("chat-new");
/** From the end, in pixels: who reads there goes along with what is new. */
const NEAR = 48;

export class ChatLines {
  /** @type {Set<string>} */
  #shown = new Set();
  /** @type {Map<string, Element>} By their ids. */
  #waiting = new Map();
  /** @type {Element[]} Below what somebody reads. */
  #below = [];
  lastNumber = 0;
  /** The day of the newest line that the room has. */
  #day = "";

  /** @param {Session} session @param {AbortSignal} signal */
  constructor(session, signal) {
    this.session = session;
    // What an earlier stay in the room has left: the room sends it all again.
    list.replaceChildren();
    $("chat-empty").hidden = false;
    this.#countBelow();
    more.addEventListener("click", () => this.#showBelow(), { signal });
    list.addEventListener("scroll", () => isAtEnd() && this.#seen(), { signal, passive: true });
  }

  /** @param {Line} line @returns {boolean} Whether it is new here. */
  show(line) {
    const key = `${line.role} ${line.id}`;
    if (this.#shown.has(key)) return false;
    this.#shown.add(key);
    this.lastNumber = Math.max(this.lastNumber, line.number);
    const mine = line.role === this.session.role;
    const time = timeInWords(line.at, this.session.clock);
    const item = make(`${mine ? "You" : this.session.otherFirstName} · ${time}`, line.text, mine);
    const follows = isAtEnd();
    if (mine) this.#waiting.get(line.id)?.remove();
    if (mine) this.#waiting.delete(line.id);
    const next = this.#waiting.values().next().value ?? null;
    const day = dayInWords(line.at, this.session.clock);
    // The first lines need no day while it is today's.
    if (day !== (this.#day || dayInWords(this.session.now(), this.session.clock))) list.insertBefore(divider(day), next);
    this.#day = day;
    list.insertBefore(item, next);
    // One's own line has been in sight since it was sent: its echo moves nothing.
    if (mine && !follows) $("chat-empty").hidden = true;
    else this.#put(item, follows);
    return true;
  }

  /** One's own words, until the room has them. @param {string} id @param {string} words */
  wait(id, words) {
    const item = make("You · not sent yet", words, true);
    item.classList.add("waiting");
    this.#waiting.set(id, item);
    list.append(item);
    this.#put(item, true);
  }

  /** The room does not take it. @param {string} id */
  drop(id) {
    this.#waiting.get(id)?.remove();
    this.#waiting.delete(id);
    $("chat-empty").hidden = list.children.length > 0;
  }

  showEnd() {
    list.scrollTop = list.scrollHeight;
    this.#seen();
  }

  /** @param {Element} item @param {boolean} follows */
  #put(item, follows) {
    $("chat-empty").hidden = true;
    if (follows) return this.showEnd();
    this.#below.push(item);
    this.#countBelow();
  }

  #showBelow() {
    this.#below[0]?.scrollIntoView({ block: "start" });
    list.focus();
    this.#seen();
  }

  #seen() {
    this.#below = [];
    this.#countBelow();
  }

  #countBelow() {
    const count = this.#below.length;
    more.hidden = count === 0;
    more.textContent = count === 1 ? "1 new message" : `${count} new messages`;
  }
}

function isAtEnd() {
  return list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
}

/** @param {string} day */
function divider(day) {
  const item = document.createElement("li");
  item.className = "chat-day";
  item.textContent = day;
  return item;
}

/** @param {string} about @param {string} words @param {boolean} mine */
function make(about, words, mine) {
  const item = document.createElement("li");
  item.className = mine ? "line mine" : "line";
  const who = document.createElement("p");
  who.className = "line-who";
  who.textContent = about;
  const text = document.createElement("p");
  text.className = "line-text";
  text.dir = "auto";
  text.append(...withLinks(words));
  item.append(who, text);
  return item;
}
