/**
 * A provider's call in a frame, inside our room. Header, timer, chat and the Leave button stay.
 *
 * Events: `left` once the provider's client has opened our page for that in the frame; `new-page`
 * when only a new page can show the call.
 */

import { announce } from "../shared/announce.js";
import { toast } from "../shared/toasts.js";
import { focusUnlessWriting } from "../shared/writing.js";
import { t } from "../words/words.js";

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

/** By then a person has noticed that no picture comes. */
const WAY_OUT_MS = 20_000;

const $ = (id) => document.getElementById(id);
/** @type {string[] | undefined} Origins that this page's policy allows in a frame. */
const FRAMES = JSON.parse($("session-data").textContent).frames;
const place = $("embed");

export class Embed extends EventTarget {
  /** @type {HTMLIFrameElement | null} */
  #frame = null;
  #lastRequest = 0;
  #timer = 0;
  /** The provider of the call, as this page knows. */
  provider = "";
  /** @type {string | undefined} The provider and its room: another place is another call. */
  place;

  /**
   * @param {Session} session
   * @param {AbortSignal} signal Ends it.
   */
  constructor(session, signal) {
    super();
    this.session = session;
    addEventListener("message", (event) => this.#onMessage(event), { signal });
    $("embed-retry").addEventListener("click", () => this.open(), { signal });
    $("embed-here").addEventListener("click", () => this.open(), { signal });
    // They are in the strip below the call and in the settings.
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
    if (!url || !this.#canFrame(url)) return this.requestNewPage();
    this.provider = provider;
    this.place = name;
    const hadFocus = place.contains(document.activeElement);
    this.#setState("open", "", "");
    const frame = document.createElement("iframe");
    frame.title = t("Video call with {name}", { name: this.session.other.called });
    frame.allow = ALLOWED;
    frame.src = url;
    // Not every provider reports that its person is in the call.
    frame.addEventListener("load", () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.hideWayOut(), WAY_OUT_MS);
    });
    place.prepend(frame);
    this.#frame = frame;
    if (hadFocus) frame.focus();
  }

  /** Request a grant and show the call. An address works once. */
  async open() {
    const request = this.#setState("opening", t("Opening the video call…"), "");
    const grant = await this.#requestGrant(request);
    if (grant) this.show(grant);
  }

  /** The call is between the two browsers now, or at a server that this page cannot show. */
  requestNewPage() {
    this.#setState("failed", t("The call has moved to another service."), t("Press Retry to go there."));
    this.dispatchEvent(new Event("new-page"));
  }

  /** The page's policy allows the servers that were configured when it was loaded. @param {string} url */
  #canFrame(url) {
    return FRAMES?.includes(new URL(url).origin) ?? true;
  }

  /** Hide the strip for calls that do not work. The settings keep its buttons. */
  hideWayOut() {
    const out = $("embed-out");
    if (out.contains(document.activeElement)) this.#frame?.focus();
    out.hidden = true;
  }

  close() {
    this.#lastRequest++;
    clearTimeout(this.#timer);
    this.#frame?.remove();
    this.#frame = null;
    place.hidden = true;
  }

  /** A tab works where browsers block the cookies of framed sites. */
  async #openInTab() {
    // Now, during the click: later the browser blocks it.
    const tab = window.open("", "_blank");
    if (!tab) return toast(t("Your browser blocked the new tab. Allow pop-ups for this page, then try again."));
    tab.opener = null;
    const request = this.#setState("away", t("The call is open in another tab"), t("Chat and timer stay here."));
    const grant = await this.#requestGrant(request);
    if (grant) this.place = grant.place;
    if (grant?.url) tab.location.href = grant.url;
    else tab.close();
    if (grant && !grant.url) this.requestNewPage();
  }

  /** @param {number} request */
  async #requestGrant(request) {
    try {
      const grant = await this.session.join();
      return request === this.#lastRequest ? grant : null;
    } catch (error) {
      if (request === this.#lastRequest) this.#onFailure(error);
      return null;
    }
  }

  /** @param {any} error */
  #onFailure(error) {
    const words = error.status > 0 ? error.message : t("Unable to connect.");
    this.#setState("failed", words, t("Your place is kept, and the chat goes on."));
    announce(words);
    focusUnlessWriting($("embed-words"));
    this.session.report(error.status === 503 ? "provider_unavailable" : "embed_failed");
  }

  /** @param {string} state @param {string} words @param {string} hint */
  #setState(state, words, hint) {
    const hadFocus = place.contains(document.activeElement);
    this.close();
    place.hidden = false;
    place.dataset.state = state;
    $("embed-out").hidden = state !== "open";
    $("embed-words").textContent = words;
    $("embed-hint").textContent = hint;
    $("embed-retry").hidden = state !== "failed";
    $("embed-here").hidden = state !== "away";
    // The focused element may be gone, or under a cover.
    if (hadFocus && state !== "open") $("embed-words").focus();
    return this.#lastRequest;
  }

  /** @param {MessageEvent} event */
  #onMessage({ origin, source, data }) {
    const isOurs = origin === location.origin && source === this.#frame?.contentWindow;
    if (isOurs && data?.type === "session-room:call-left") this.dispatchEvent(new Event("left"));
  }
}
