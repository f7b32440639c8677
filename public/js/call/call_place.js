/**
 * Where the call is: between the two browsers, or at a provider in a frame; and the
 * move of both people from one place to the other.
 *
 * Events: `handover` when the call between the browsers must end; `left` when the provider's call is
 * over for this person; `new-page` when only a new page can show the call where it is now.
 */

import { Embed } from "./embed.js";
import { toast } from "../shared/toasts.js";
import { t } from "../words/words.js";

const $ = (id) => document.getElementById(id);
/** Controls of the call between the two browsers. */
const PEER_CONTROLS = ["call-microphone", "call-camera", "call-screen", "call-pip", "call-devices"];

const MOVE_REASONS = {
  not_connected: t("No direct connection could be made. The call goes on by another way."),
  restart_failed: t("The direct connection was lost. The call goes on by another way."),
  asked: t("The call moves to another service. Chat and timer stay."),
};

/** Without a call between the two browsers its controls do nothing. */
export function hidePeerControls() {
  for (const id of PEER_CONTROLS) {
    if ($(id).contains(document.activeElement)) $("room-heading").focus();
    $(id).hidden = true;
  }
}

export class CallPlace extends EventTarget {
  #epoch = 0;
  #grant;
  /** Whether the call is recorded; undefined before the first message. @type {boolean | undefined} */
  #recording;
  /** The provider's call ended while the socket was down. */
  #isLeaving = false;

  /**
   * @param {Session} session
   * @param {LiveSocket} live
   * @param {{ provider: string, place?: string, url?: string }} grant
   * @param {AbortSignal} signal Ends it.
   */
  constructor(session, live, grant, signal) {
    super();
    this.session = session;
    this.live = live;
    this.#grant = grant;
    this.byProvider = grant.provider !== "peer";
    this.canMove = session.canMove && !this.byProvider;
    this.embed = new Embed(session, signal);
    this.embed.provider = grant.provider;
    this.embed.place = grant.place;
    this.embed.addEventListener("new-page", () => this.dispatchEvent(new Event("new-page")));
    this.embed.addEventListener("left", () => this.#onLeft());
    $("recording").hidden = !(session.recorded && this.byProvider);
  }

  /** The room is shown. */
  open() {
    this.#offerToMove();
    if (this.byProvider && this.#grant) this.#showProviderCall(this.#grant);
  }

  /** @param {any} message Of the room. */
  onMessage(message) {
    if (message.type === "mode") this.#goTo(message, MOVE_REASONS[message.reason]);
    else if (message.type === "welcome") {
      this.#goTo(message, MOVE_REASONS.asked);
      this.#onRecording(message.recording);
      if (this.#isLeaving) this.#onLeft();
    } else if (message.type === "in_call") {
      this.embed.hideWayOut();
    } else if (message.type === "recording") {
      this.#recording ??= false;
      this.#onRecording(message.on);
    }
  }

  /** Ask the room to move the call to the provider. @param {keyof typeof MOVE_REASONS} reason */
  requestMove(reason) {
    return this.canMove && this.live.send({ type: "move", epoch: this.#epoch, reason });
  }

  /** @param {{ epoch: number, provider?: string | null, place?: string | null }} mode @param {string} why */
  #goTo({ epoch, provider, place }, why) {
    const isNew = epoch > this.#epoch;
    if (isNew) this.#epoch = epoch;
    // A room of an older release names no place, or no provider: it only moves away from peer to peer.
    const isHere = place
      ? place === this.embed.place
      : !isNew || (provider ? provider === this.embed.provider : this.byProvider);
    if (isHere) return;
    this.#isLeaving = false;
    this.embed.place = place ?? undefined;
    if ((place ?? provider) === "peer") return this.embed.requestNewPage();
    if (provider) this.embed.provider = provider;
    // An unused grant is for the old place.
    this.#grant = undefined;
    this.byProvider = true;
    this.canMove = false;
    this.#offerToMove();
    toast(why);
    this.#showProviderCall(undefined);
  }

  /** A call also ends because it has moved. Without a socket, the next `welcome` has the place. */
  #onLeft() {
    this.#isLeaving = !this.live.isUp;
    if (!this.#isLeaving) this.dispatchEvent(new Event("left"));
  }

  #offerToMove() {
    for (const button of document.querySelectorAll("#room [data-do=move]")) {
      /** @type {HTMLElement} */ (button).hidden = !this.canMove;
    }
  }

  /** @param {{ provider: string, url?: string } | undefined} grant Without one, a new grant is requested. */
  #showProviderCall(grant) {
    $("room").dataset.held = "provider";
    hidePeerControls();
    $("call-ways").hidden = false;
    // First stop our devices: many cannot be opened twice.
    this.dispatchEvent(new Event("handover"));
    if (grant) this.embed.show(grant);
    else this.embed.open();
  }

  /** Shows each change, also from while the socket was away. @param {boolean} on */
  #onRecording(on) {
    // Of a call between the browsers, recording/consent.js says more.
    if (this.session.recordedInBrowser && !this.byProvider) return;
    const isNews = this.#recording !== undefined && this.#recording !== on;
    this.#recording = on;
    this.#showRecording(on);
    if (isNews) toast(on ? t("This session is being recorded now.") : t("The recording has stopped."));
  }

  /** @param {boolean} on */
  #showRecording(on) {
    $("recording").dataset.on = String(Boolean(on));
    // Translators: a label in the room's header: the call is being recorded now.
    const now = t("Recording");
    // Translators: a label in the room's header: the call is recorded when it begins.
    $("recording-words").textContent = on ? now : t("Recorded session");
    if (on) $("recording").hidden = false;
  }
}
