/** The chat: what is sent is shown when the room has it, and sent again until it has. */

import { announce } from "../shared/announce.js";
import { forgetUnsent, keepUnsent, unsent } from "./chat_draft.js";
import { ChatLines } from "./chat_lines.js";
import { Unread } from "./chat_unread.js";
import { isBlank } from "./ink.js";
import { isolated } from "../shared/isolated.js";

/** @typedef {{ number: number, id: string, role: string, text: string, at: number }} Line */

const $ = (id) => document.getElementById(id);
const text = /** @type {HTMLTextAreaElement} */ ($("chat-text"));
const form = /** @type {HTMLFormElement} */ ($("chat-form"));
/** By then the room takes some more: one a second, after the first dozen. */
const AGAIN_MS = 4000;
const SOME = 3;
/** Characters, as the server counts them. */
const MOST = 2000;
const COUNT_FROM = 1800;

const PROBLEMS = {
  long: "A message has at most 2,000 characters: shorten it, or send it as two.",
  refused: "One message could not be sent: the room cannot show it.",
  fast: "That was fast: your last messages go out in a moment.",
  offline: "Not sent yet: it goes out as soon as you are connected again.",
};

export class Chat {
  /** @type {Map<string, string>} Sent, and not yet seen coming back. */
  #waiting;
  /** Whether the room has refused a message for good. */
  #refused = false;
  /** Whether the room takes no more for the moment. */
  #tooFast = false;
  #again = 0;

  /**
   * @param {LiveSocket} live
   * @param {Panel} panel
   * @param {Session} session
   * @param {AbortSignal} signal
   */
  constructor(live, panel, session, signal) {
    this.live = live;
    this.panel = panel;
    this.session = session;
    this.lines = new ChatLines(session, signal);
    this.unread = new Unread(session, () => panel.show("chat"));
    const kept = unsent(session);
    this.#waiting = new Map(kept.waiting);
    text.value ||= kept.draft;
    for (const [id, words] of this.#waiting) this.lines.wait(id, words);
    const send = (event) => {
      event.preventDefault();
      this.#send();
    };
    const onKey = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && send(event);
    form.addEventListener("submit", send, { signal });
    text.addEventListener("keydown", onKey, { signal });
    text.addEventListener("input", () => this.#changed(), { signal });
    panel.addEventListener("change", () => panel.open === "chat" && this.#read(), { signal });
    this.#say();
  }

  /** All lines there are, on coming in or back. @param {Line[]} lines */
  restore(lines) {
    this.#take(lines);
    this.#sendWaiting();
  }

  /** @param {Line} line */
  receive(line) {
    this.#take([line]);
  }

  /** The room refuses a message. @param {{ code: string, id?: string }} error `id` is a line's. */
  refuse({ code, id }) {
    if (code === "too_frequent") this.#sendLater();
    else if (id !== undefined && this.#waiting.delete(id)) this.#drop(id);
  }

  /** The room would refuse it again, as often as it is sent. @param {string} id */
  #drop(id) {
    this.lines.drop(id);
    this.#refused = true;
    this.#changed();
  }

  /** Too many at once: what was refused goes out a little later. */
  #sendLater() {
    this.#tooFast = this.#waiting.size > 0;
    this.#say();
    clearTimeout(this.#again);
    if (this.#tooFast) this.#again = window.setTimeout(() => this.#sendSome(), AGAIN_MS);
  }

  /** @param {Line[]} lines Shown already, some of them. */
  #take(lines) {
    const fresh = lines.filter((line) => this.lines.show(line));
    for (const { id } of fresh) this.#waiting.delete(id);
    if (fresh.length > 0) this.#changed();
    const news = fresh.filter((line) => line.role !== this.session.role && line.number > this.unread.readUpTo);
    if (news.length === 0) return;
    const name = this.session.otherFirstName;
    announce(news.length === 1 ? `${name}: ${isolated(news[0].text)}` : `${news.length} new messages from ${name}.`);
    if (this.panel.open === "chat") this.unread.readUpTo = news[news.length - 1].number;
    else this.unread.add(news);
  }

  /** As many as the room takes by now; what it refuses comes back to `refuse`. */
  #sendSome() {
    this.#sendWaiting(SOME);
    if (this.#waiting.size > SOME) this.#sendLater();
  }

  #sendWaiting(most = Infinity) {
    for (const [id, words] of [...this.#waiting].slice(0, most)) this.live.send({ type: "chat", id, text: words });
  }

  #send() {
    // Half a character, which JSON cannot hold, would have the whole message refused.
    const words = text.value.replace(/\p{Cs}/gu, "").trim();
    // The room would refuse it.
    if (isBlank(words) || isTooLong()) return;
    this.#refused = false;
    const id = crypto.randomUUID();
    this.#waiting.set(id, words);
    this.lines.wait(id, words);
    this.live.send({ type: "chat", id, text: words });
    text.value = "";
    text.focus();
    this.#changed();
  }

  /** What is written, or still to be sent, is another than before. */
  #changed() {
    if (text.value || this.#waiting.size > 0) keepUnsent(this.session, text.value, [...this.#waiting]);
    else forgetUnsent(this.session);
    this.#tooFast &&= this.#waiting.size > 0;
    this.#say();
  }

  /** What keeps words from being sent. */
  #say() {
    const offline = this.#waiting.size > 0 && !this.live.isUp;
    const later = this.#tooFast ? "fast" : offline ? "offline" : null;
    const problem = isTooLong() ? "long" : this.#refused ? "refused" : later;
    const words = PROBLEMS[problem] ?? "";
    // The same words again would be spoken again.
    if ($("chat-problem").textContent !== words) $("chat-problem").textContent = words;
    text.setAttribute("aria-invalid", String(problem === "long"));
    const count = length();
    $("chat-count").textContent = count < COUNT_FROM ? "" : `${count.toLocaleString("en")} of 2,000 characters`;
  }

  #read() {
    this.unread.clear();
    this.unread.readUpTo = this.lines.lastNumber;
    this.lines.showEnd();
    // On a phone that would bring up the keyboard, over what there is to read.
    if (matchMedia("(pointer: fine)").matches) text.focus();
  }
}

function length() {
  return [...text.value.trim()].length;
}

function isTooLong() {
  return length() > MOST;
}
