/**
 * Where the call is held: between the two browsers, or at a provider in a frame; and the way from
 * one place to the other, which both people go together.
 *
 * Events: `moved` when our own call has to make room; `left` when the provider's call is over
 * for this person; `anew` when only a new page can show the call where it is now.
 */

import { Embed } from "./embed.js";
import { toast } from "../shared/toasts.js";

const $ = (id) => document.getElementById(id);
/** What belongs to the call between the two browsers. */
const OF_OUR_CALL = ["call-microphone", "call-camera", "call-screen", "call-pip", "call-devices"];

const WHY = {
  not_connected: "No direct connection could be made. The call goes on by another way.",
  restart_failed: "The direct connection was lost. The call goes on by another way.",
  asked: "The call moves to another service. Chat and timer stay.",
};

/** Where there is no call between the two browsers, its controls have nothing to control. */
export function putAwayOurCall() {
  for (const id of OF_OUR_CALL) {
    if ($(id).contains(document.activeElement)) $("room-heading").focus();
    $(id).hidden = true;
  }
}

export class CallPlace extends EventTarget {
  #epoch = 0;
  #grant;
  /** Whether the call is recorded, as told last; undefined until told. @type {boolean | undefined} */
  #recording;

  /**
   * @param {Session} session
   * @param {LiveSocket} live
   * @param {{ provider: string, place?: string, url?: string }} grant
   * @param {AbortSignal} signal Ends it.
   */
  constructor(session, live, grant, signal) {
    super();
    this.live = live;
    this.#grant = grant;
    this.byProvider = grant.provider !== "peer";
    this.mayMove = session.canMove && !this.byProvider;
    this.embed = new Embed(session, signal);
    this.embed.provider = grant.provider;
    this.embed.place = grant.place;
    for (const event of ["left", "anew"]) {
      this.embed.addEventListener(event, () => this.dispatchEvent(new Event(event)));
    }
    $("recording").hidden = !(session.recorded && this.byProvider);
  }

  /** The room is on the screen. */
  open() {
    this.#offerToMove();
    if (this.byProvider && this.#grant) this.#hold(this.#grant);
  }

  /** Take in a message of the room. */
  hear(message) {
    if (message.type === "mode") this.#follow(message, WHY[message.reason]);
    else if (message.type === "welcome") {
      this.#follow(message, WHY.asked);
      this.#learnRecording(message.recording);
    } else if (message.type === "in_call") {
      this.embed.works();
    } else if (message.type === "recording") {
      this.#recording ??= false;
      this.#learnRecording(message.on);
    }
  }

  /** Say that this way does not work, or is not wanted. @param {keyof typeof WHY} reason */
  ask(reason) {
    return this.mayMove && this.live.send({ type: "move", epoch: this.#epoch, reason });
  }

  /** @param {{ epoch: number, provider?: string | null, place?: string | null }} mode @param {string} why */
  #follow({ epoch, provider, place }, why) {
    const isNew = epoch > this.#epoch;
    if (isNew) this.#epoch = epoch;
    // The room of an older release names no place, or no provider: that one only leaves peer to peer.
    const isHere = place
      ? place === this.embed.place
      : !isNew || (provider ? provider === this.embed.provider : this.byProvider);
    if (isHere) return;
    this.embed.place = place ?? undefined;
    if ((place ?? provider) === "peer") return this.embed.startAnew();
    if (provider) this.embed.provider = provider;
    // A grant that is not used yet leads to the place before this one.
    this.#grant = undefined;
    this.byProvider = true;
    this.mayMove = false;
    this.#offerToMove();
    toast(why);
    this.#hold(undefined);
  }

  #offerToMove() {
    for (const button of document.querySelectorAll("#room [data-do=move]")) {
      /** @type {HTMLElement} */ (button).hidden = !this.mayMove;
    }
  }

  /** @param {{ provider: string, url?: string } | undefined} grant Without one, a way in is asked for. */
  #hold(grant) {
    $("room").dataset.held = "provider";
    putAwayOurCall();
    $("call-ways").hidden = false;
    // Devices first: many cannot be opened twice.
    this.dispatchEvent(new Event("moved"));
    if (grant) this.embed.show(grant);
    else this.embed.open();
  }

  /** Every change is said, also one from while the socket was away. @param {boolean} on */
  #learnRecording(on) {
    const isNews = this.#recording !== undefined && this.#recording !== on;
    this.#recording = on;
    this.#showRecording(on);
    if (isNews) toast(on ? "This session is being recorded now." : "The recording has stopped.");
  }

  /** @param {boolean} on */
  #showRecording(on) {
    $("recording").dataset.on = String(Boolean(on));
    $("recording-words").textContent = on ? "Recording" : "Recorded session";
    if (on) $("recording").hidden = false;
  }
}
