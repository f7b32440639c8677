/** The chat's lines on the screen: those that the room has, then this person's unsent ones. */

import { withLinks } from "./chat_links.js";
import { withFormulas } from "../shared/formulas.js";
import { dayInWords, timeInWords } from "./chat_times.js";
import { t, tn } from "../words/words.js";

/** @typedef {import("./chat.js").Line} Line */

const $ = (id) => document.getElementById(id);
const list = $("chat-lines");
const more = $("chat-new");
/** Pixels from the end: there, the list scrolls along with new lines. */
const NEAR = 48;

export class ChatLines {
  /** @type {Set<string>} */
  #shown = new Set();
  /** @type {Map<string, Element>} By their ids. */
  #unsent = new Map();
  /** @type {Element[]} New lines below the visible ones. */
  #below = [];
  lastNumber = 0;
  /** The day of the newest line that the room has. */
  #day = "";
  /** Who wrote the newest line that the room has, and in which minute. */
  #group = "";

  /** @param {Session} session @param {AbortSignal} signal */
  constructor(session, signal) {
    this.session = session;
    // The lines of an earlier stay: the room sends all lines again.
    list.replaceChildren();
    $("chat-empty").hidden = false;
    this.#countBelow();
    more.addEventListener("click", () => this.#showBelow(), { signal });
    list.addEventListener("scroll", () => isAtEnd() && this.#clearBelow(), { signal, passive: true });
  }

  /** @param {Line} line @returns {boolean} Whether it is new here. */
  show(line) {
    const key = `${line.role} ${line.id}`;
    if (this.#shown.has(key)) return false;
    this.#shown.add(key);
    this.lastNumber = Math.max(this.lastNumber, line.number);
    const mine = line.role === this.session.role;
    const time = timeInWords(line.at, this.session.clock);
    const item = make(mine ? t("You · {time}", { time }) : `${this.session.other.called} · ${time}`, line.text, mine);
    const follows = isAtEnd();
    if (mine) this.#unsent.get(line.id)?.remove();
    if (mine) this.#unsent.delete(line.id);
    const next = this.#unsent.values().next().value ?? null;
    const day = dayInWords(line.at, this.session.clock);
    // Lines of one person in one minute have one heading.
    const group = `${line.role} ${day} ${time}`;
    item.classList.toggle("follows", group === this.#group);
    this.#group = group;
    // Lines of today need no day above them.
    if (day !== (this.#day || dayInWords(this.session.now(), this.session.clock))) list.insertBefore(divider(day), next);
    this.#day = day;
    list.insertBefore(item, next);
    // An own line was visible as unsent: the list does not scroll.
    if (mine && !follows) $("chat-empty").hidden = true;
    else this.#put(item, follows);
    return true;
  }

  /** An own message, until the room has it. @param {string} id @param {string} words */
  showUnsent(id, words) {
    const item = make(t("You · not sent yet"), words, true);
    item.classList.add("waiting");
    this.#unsent.set(id, item);
    list.append(item);
    this.#put(item, true);
  }

  /** The room refused it. @param {string} id */
  removeUnsent(id) {
    this.#unsent.get(id)?.remove();
    this.#unsent.delete(id);
    $("chat-empty").hidden = list.children.length > 0;
  }

  showEnd() {
    list.scrollTop = list.scrollHeight;
    this.#clearBelow();
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
    this.#clearBelow();
  }

  #clearBelow() {
    this.#below = [];
    this.#countBelow();
  }

  #countBelow() {
    const count = this.#below.length;
    more.hidden = count === 0;
    more.textContent = tn("{count} new message", "{count} new messages", count);
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
  text.append(...withLinks(words).flatMap((piece) => (typeof piece === "string" ? withFormulas(piece) : [piece])));
  item.append(who, text);
  return item;
}
