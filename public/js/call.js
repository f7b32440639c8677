/**
 * The call: one Peer after another (the other person may reload their page), with our tracks in
 * and theirs out. It knows nothing of the page around it.
 *
 * Events: `state` (CustomEvent: "idle", "connecting", "connected", "reconnecting"), `tracks`
 * (CustomEvent: the remote [microphone, camera, screen]), `stuck`.
 */

import { Peer } from "./peer.js";
import { QualityMeter } from "./stats.js";

export class Call extends EventTarget {
  /** @type {Peer | null} */
  #peer = null;
  #page = "";
  #wasConnected = false;
  /** @type {(MediaStreamTrack | null)[]} */
  #tracks = [null, null, null];
  meter = new QualityMeter();

  /**
   * @param {import("./live.js").Live} live
   * @param {RTCIceServer[]} iceServers
   */
  constructor(live, iceServers) {
    super();
    this.live = live;
    this.iceServers = iceServers;
    this.polite = false;
    /** Whether the room passes on which offer an answer belongs to. */
    this.numbersOffers = false;
  }

  /** @returns {"idle" | "connecting" | "connected" | "reconnecting"} */
  get state() {
    if (!this.#peer) return "idle";
    if (this.#peer.state === "connected") return "connected";
    return this.#wasConnected ? "reconnecting" : "connecting";
  }

  /**
   * Call this page of the other person; one that is called already goes on.
   *
   * @param {string} page Empty for somebody whom only the provider's call knows: there is nobody to call.
   */
  call(page) {
    if (this.#peer && page === this.#page) return this.#peer.resume();
    this.hangUp();
    if (!page) return;
    this.#page = page;
    const send = (signal) => this.live.send({ type: "signal", to: page, ...signal });
    const { iceServers, polite, numbersOffers } = this;
    const peer = new Peer({ iceServers, polite, numbersOffers, send });
    this.#peer = peer;
    peer.addEventListener("change", () => this.#changed());
    peer.addEventListener("stuck", () => this.dispatchEvent(new Event("stuck")));
    peer.addEventListener("tracks", () =>
      this.dispatchEvent(new CustomEvent("tracks", { detail: peer.remoteTracks })),
    );
    peer.show(this.#tracks);
    this.#changed();
  }

  /** From now on, and for the call that is on. @param {RTCIceServer[]} iceServers */
  useServers(iceServers) {
    this.iceServers = iceServers;
    this.#peer?.useServers(iceServers);
  }

  /** Try again on request, after `stuck`. */
  retry() {
    this.#peer?.retry();
  }

  hangUp() {
    this.meter.stop();
    this.#peer?.close();
    this.#peer = null;
    this.#page = "";
    this.#wasConnected = false;
    this.#changed();
  }

  /** @param {{ from: string } & import("./peer.js").Signal} signal */
  receive(signal) {
    if (signal.from === this.#page) this.#peer?.receive(signal);
  }

  /** Send these. @param {(MediaStreamTrack | null)[]} tracks Microphone, camera, screen. */
  async show(tracks) {
    this.#tracks = tracks;
    await this.#peer?.show(tracks);
  }

  #changed() {
    if (this.state === "connected" && !this.#wasConnected) {
      this.#wasConnected = true;
      const peer = this.#peer;
      this.meter.start(() => peer.getStats());
    }
    this.dispatchEvent(new CustomEvent("state", { detail: this.state }));
  }
}
