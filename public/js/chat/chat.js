/** The chat: a message is shown as unsent, and sent again, until the room has it. */

import { announce } from "../shared/announce.js";
import { forgetUnsent, keepUnsent, unsent } from "./chat_draft.js";
import { ChatLines } from "./chat_lines.js";
import { Unread } from "./chat_unread.js";
import { isBlank } from "./ink.js";
import { isolated } from "../shared/isolated.js";
import { inNumbers } from "../shared/numbers.js";
import { t, tn } from "../words/words.js";

/** @typedef {{ number: number, id: string, role: string, text: string, at: number }} Line */

const $ = (id) => document.getElementById(id);
const text = /** @type {HTMLTextAreaElement} */ ($("chat-text"));
const form = /** @type {HTMLFormElement} */ ($("chat-form"));
/** By then the room accepts a few more: one a second, after the first dozen. */
const RESEND_DELAY_MS = 4000;
const RESEND_BATCH = 3;
/** Characters, as the server counts them. */
const MAX_LENGTH = 2000;
const COUNT_FROM = 1800;

const PROBLEMS = {
  // Translators: {most} is 2,000.
  long: t("A message has at most {most} characters: shorten it, or send it as two.", { most: inNumbers(MAX_LENGTH) }),
  refused: t("One message could not be sent: the room cannot show it."),
  fast: t("That was fast: your last messages go out in a moment."),
  offline: t("Not sent yet: it goes out as soon as you are connected again."),
};

export class Chat {
  /** @type {Map<string, string>} Ids and words of messages that the room may not have. */
  #unsent;
  /** Whether the room has refused a message that would be refused again. */
  #refused = false;
  /** Whether the room has refused messages as too frequent. */
  #tooFast = false;
  #resendTimer = 0;

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
    this.#unsent = new Map(kept.waiting);
    text.value ||= kept.draft;
    for (const [id, words] of this.#unsent) this.lines.showUnsent(id, words);
    const send = (event) => {
      event.preventDefault();
      this.#sendNew();
    };
    const onKey = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && send(event);
    form.addEventListener("submit", send, { signal });
    text.addEventListener("keydown", onKey, { signal });
    text.addEventListener("input", () => this.#onChange(), { signal });
    panel.addEventListener("change", () => panel.open === "chat" && this.#read(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#resendTimer));
    this.#showProblem();
  }

  /** All lines, on each welcome. @param {Line[]} lines */
  restore(lines) {
    this.#addLines(lines);
    this.#sendUnsent();
  }

  /** @param {Line} line */
  receive(line) {
    this.#addLines([line]);
  }

  /** The room refuses a message. @param {{ code: string, id?: string }} error `id`: of the message. */
  refuse({ code, id }) {
    if (code === "too_frequent") this.#sendLater();
    else if (id !== undefined && this.#unsent.delete(id)) this.#discard(id);
  }

  /** Do not send it again: the room would refuse it again. @param {string} id */
  #discard(id) {
    this.lines.removeUnsent(id);
    this.#refused = true;
    this.#onChange();
  }

  /** Send refused messages a little later. */
  #sendLater() {
    this.#tooFast = this.#unsent.size > 0;
    this.#showProblem();
    clearTimeout(this.#resendTimer);
    if (this.#tooFast) this.#resendTimer = window.setTimeout(() => this.#resendSome(), RESEND_DELAY_MS);
  }

  /** @param {Line[]} lines Some may be shown already. */
  #addLines(lines) {
    const fresh = lines.filter((line) => this.lines.show(line));
    for (const { id } of fresh) this.#unsent.delete(id);
    if (fresh.length > 0) this.#onChange();
    const news = fresh.filter((line) => line.role !== this.session.role && line.number > this.unread.readUpTo);
    if (news.length === 0) return;
    const name = this.session.other.called;
    if (news.length === 1) announce(`${name}: ${isolated(news[0].text)}`);
    else announce(tn("{count} new message from {name}.", "{count} new messages from {name}.", news.length, { name }));
    if (this.panel.open === "chat") this.unread.readUpTo = news[news.length - 1].number;
    else this.unread.add(news);
  }

  /** Send a few; refused ones come back to `refuse`. */
  #resendSome() {
    this.#sendUnsent(RESEND_BATCH);
    if (this.#unsent.size > RESEND_BATCH) this.#sendLater();
  }

  #sendUnsent(most = Infinity) {
    for (const [id, words] of [...this.#unsent].slice(0, most)) this.live.send({ type: "chat", id, text: words });
  }

  #sendNew() {
    // Half a character, which JSON cannot hold: the room would refuse the whole message.
    const words = text.value.replace(/\p{Cs}/gu, "").trim();
    // The room would refuse it.
    if (isBlank(words) || isTooLong()) return;
    this.#refused = false;
    const id = crypto.randomUUID();
    this.#unsent.set(id, words);
    this.lines.showUnsent(id, words);
    this.live.send({ type: "chat", id, text: words });
    text.value = "";
    text.focus();
    this.#onChange();
  }

  /** The draft or the unsent messages have changed. */
  #onChange() {
    if (text.value || this.#unsent.size > 0) keepUnsent(this.session, text.value, [...this.#unsent]);
    else forgetUnsent(this.session);
    this.#tooFast &&= this.#unsent.size > 0;
    this.#showProblem();
  }

  /** Why a message is not sent. */
  #showProblem() {
    const offline = this.#unsent.size > 0 && !this.live.isUp;
    const later = this.#tooFast ? "fast" : offline ? "offline" : null;
    const problem = isTooLong() ? "long" : this.#refused ? "refused" : later;
    const words = PROBLEMS[problem] ?? "";
    // Setting the same words speaks them again.
    if ($("chat-problem").textContent !== words) $("chat-problem").textContent = words;
    text.setAttribute("aria-invalid", String(problem === "long"));
    $("chat-count").textContent = length() < COUNT_FROM ? "" : lengthInWords();
  }

  #read() {
    this.unread.clear();
    this.unread.readUpTo = this.lines.lastNumber;
    this.lines.showEnd();
    // On a phone the keyboard would cover the lines.
    if (matchMedia("(pointer: fine)").matches) text.focus();
  }
}

function length() {
  return [...text.value.trim()].length;
}

function lengthInWords() {
  // Translators: {most} is 2,000.
  return t("{count} of {most} characters", { count: inNumbers(length()), most: inNumbers(MAX_LENGTH) });
}

function isTooLong() {
  return length() > MAX_LENGTH;
}
