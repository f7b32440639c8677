/**
 * A provider's call in a frame, in the middle of our room. The room around it stays: header,
 * timer, chat, and the way out.
 *
 * Events: `left` once the provider's client has led its frame to our page for that; `anew` when
 * this page cannot show the call where it is now, and a new page can.
 */

import { announce } from "../shared/announce.js";
import { toast } from "../shared/toasts.js";
import { focusUnlessWriting } from "../shared/writing.js";

/** What a call needs; the page's Permissions-Policy allows it to this one origin. */
const ALLOWED = [
  "camera",
  "microphone",
  "display-capture",
  "autoplay",
  "fullscreen",
  "picture-in-picture",
  "screen-wake-lock",
  "speaker-selection",
  "clipboard-write",
].join("; ");

/** By then a person without a picture has noticed. */
const WAY_OUT_MS = 20_000;

const $ = (id) => document.getElementById(id);
/** @type {string[] | undefined} Origins whose pages this page may hold in a frame. */
const FRAMES = JSON.parse($("session-data").textContent).frames;
const place = $("embed");

export class Embed extends EventTarget {
  /** @type {HTMLIFrameElement | null} */
  #frame = null;
  #wanted = 0;
  #timer = 0;
  /** Where the call is held, as this page knows. */
  provider = "";
  /** @type {string | undefined} The same with the provider's room: another one is another call. */
  place;

  /**
   * @param {Session} session
   * @param {AbortSignal} signal Ends it.
   */
  constructor(session, signal) {
    super();
    this.session = session;
    addEventListener("message", (event) => this.#hear(event), { signal });
    $("embed-retry").addEventListener("click", () => this.open(), { signal });
    $("embed-here").addEventListener("click", () => this.open(), { signal });
    // In the strip below the call and in the settings.
    for (const button of document.querySelectorAll("#room [data-call=reload]")) {
      button.addEventListener("click", () => this.open(), { signal });
    }
    for (const button of document.querySelectorAll("#room [data-call=tab]")) {
      button.addEventListener("click", () => this.#openInTab(), { signal });
    }
    signal.addEventListener("abort", () => this.close());
  }

  /** Show this call. @param {{ provider: string, place?: string, url?: string }} grant */
  show({ provider, place: name, url }) {
    if (!url || !this.#mayFrame(url)) return this.startAnew();
    this.provider = provider;
    this.place = name;
    const hadFocus = place.contains(document.activeElement);
    this.#take("open", "", "");
    const frame = document.createElement("iframe");
    frame.title = `Video call with ${this.session.otherFirstName}`;
    frame.allow = ALLOWED;
    frame.src = url;
    // Not every provider says that somebody is in the call.
    frame.addEventListener("load", () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.#putAwayStrip(), WAY_OUT_MS);
    });
    place.prepend(frame);
    this.#frame = frame;
    if (hadFocus) frame.focus();
  }

  /** Ask for a way in, now, and show the call. An address is good for one time only. */
  async open() {
    const wanted = this.#take("opening", "Opening the video call…", "");
    const grant = await this.#grant(wanted);
    if (grant) this.show(grant);
  }

  /** The call is between the two browsers now, or at a server that this page may not show. */
  startAnew() {
    this.#take("failed", "The call has moved to another service.", "Press Retry to go there.");
    this.dispatchEvent(new Event("anew"));
  }

  /** The page's policy allows the servers that were configured when it was loaded. @param {string} url */
  #mayFrame(url) {
    return FRAMES?.includes(new URL(url).origin) ?? true;
  }

  /** The provider says that this person is in the call: nobody needs a way out. */
  works() {
    this.#putAwayStrip();
  }

  /** The settings keep its buttons. */
  #putAwayStrip() {
    const out = $("embed-out");
    if (out.contains(document.activeElement)) this.#frame?.focus();
    out.hidden = true;
  }

  close() {
    this.#wanted++;
    clearTimeout(this.#timer);
    this.#frame?.remove();
    this.#frame = null;
    place.hidden = true;
  }

  /** Where browsers block the cookies of framed sites, a tab of its own works. */
  async #openInTab() {
    // Now, in answer to the click: later it would be blocked.
    const tab = window.open("", "_blank");
    if (!tab) return toast("Your browser blocked the new tab. Allow pop-ups for this page, then try again.");
    tab.opener = null;
    const wanted = this.#take("away", "The call is open in another tab", "Chat and timer stay here.");
    const grant = await this.#grant(wanted);
    if (grant) this.place = grant.place;
    if (grant?.url) tab.location.href = grant.url;
    else tab.close();
    if (grant && !grant.url) this.startAnew();
  }

  /** @param {number} wanted */
  async #grant(wanted) {
    try {
      const grant = await this.session.join();
      return wanted === this.#wanted ? grant : null;
    } catch (error) {
      if (wanted === this.#wanted) this.#failed(error);
      return null;
    }
  }

  /** @param {any} error */
  #failed(error) {
    const words = error.status > 0 ? error.message : "Unable to connect.";
    this.#take("failed", words, "Your place is kept, and the chat goes on.");
    announce(words);
    focusUnlessWriting($("embed-words"));
    this.session.report(error.status === 503 ? "provider_unavailable" : "embed_failed");
  }

  /** @param {string} state @param {string} words @param {string} hint */
  #take(state, words, hint) {
    const hadFocus = place.contains(document.activeElement);
    this.close();
    place.hidden = false;
    place.dataset.state = state;
    $("embed-out").hidden = state !== "open";
    $("embed-words").textContent = words;
    $("embed-hint").textContent = hint;
    $("embed-retry").hidden = state !== "failed";
    $("embed-here").hidden = state !== "away";
    // Whatever had it may be gone, or under a cover.
    if (hadFocus && state !== "open") $("embed-words").focus();
    return this.#wanted;
  }

  /** @param {MessageEvent} event */
  #hear({ origin, source, data }) {
    const isOurs = origin === location.origin && source === this.#frame?.contentWindow;
    if (isOurs && data?.type === "session-room:call-left") this.dispatchEvent(new Event("left"));
  }
}
