/**
 * Where the call is held: between the two browsers, or at a provider in a frame; and the way from
 * the first to the second, which both people go together and nobody goes back.
 *
 * Events: `moved` when our own call has to make room; `left` when the provider's call is over
 * for this person.
 */

import { Embed } from "./embed.js";
import { toast } from "./toasts.js";

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

export class Held extends EventTarget {
  #epoch = 0;
  #first;

  /**
   * @param {import("./session.js").Session} session
   * @param {import("./live.js").Live} live
   * @param {{ provider: string, url?: string }} grant
   * @param {AbortSignal} signal Ends it.
   */
  constructor(session, live, grant, signal) {
    super();
    this.live = live;
    this.#first = grant.url;
    this.byProvider = grant.provider !== "peer";
    this.mayMove = session.canMove && !this.byProvider;
    this.embed = new Embed(session, signal);
    this.embed.addEventListener("left", () => this.dispatchEvent(new Event("left")));
    $("recording").hidden = !(session.recorded && this.byProvider);
  }

  /** The room is on the screen. */
  open() {
    this.#offerToMove();
    if (this.byProvider) this.#hold(this.#first);
  }

  /** Take in a message of the room. */
  hear(message) {
    if (message.type === "mode") this.#follow(message.epoch, WHY[message.reason]);
    else if (message.type === "welcome") {
      this.#follow(message.epoch, WHY.asked);
      this.#showRecording(message.recording);
    } else if (message.type === "in_call") {
      this.embed.works();
    } else if (message.type === "recording") {
      this.#showRecording(message.on);
      toast(message.on ? "This session is being recorded now." : "The recording has stopped.");
    }
  }

  /** Say that this way does not work, or is not wanted. @param {keyof typeof WHY} reason */
  ask(reason) {
    return this.mayMove && this.live.send({ type: "move", epoch: this.#epoch, reason });
  }

  /** @param {number} epoch @param {string} why */
  #follow(epoch, why) {
    if (!(epoch > this.#epoch)) return;
    this.#epoch = epoch;
    if (this.byProvider) return;
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

  /** @param {string | undefined} url Without one, a way in is asked for. */
  #hold(url) {
    $("room").dataset.held = "provider";
    putAwayOurCall();
    // Devices first: many cannot be opened twice.
    this.dispatchEvent(new Event("moved"));
    if (url) this.embed.show(url);
    else this.embed.open();
  }

  /** @param {boolean} on */
  #showRecording(on) {
    $("recording").dataset.on = String(Boolean(on));
    $("recording-words").textContent = on ? "Recording" : "Recorded session";
    if (on) $("recording").hidden = false;
  }
}
