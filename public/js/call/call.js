/**
 * The call between two browsers: one Peer at a time, a new one for each page of the other person.
 * It does not touch the page.
 *
 * Events: `state` (CustomEvent: "idle", "connecting", "connected", "reconnecting"), `tracks`
 * (CustomEvent: the remote [microphone, camera, screen]), `stuck`.
 */

import { MediaFlow } from "./media_flow.js";
import { Peer } from "./peer.js";
import { QualityMeter } from "./quality_meter.js";

/** @type {boolean | undefined} */
let possible;

export class Call extends EventTarget {
  /** @type {Peer | null} */
  #peer = null;
  #page = "";
  #wasConnected = false;
  #mediaFlow = new MediaFlow();
  /** @type {(MediaStreamTrack | null)[]} */
  #tracks = [null, null, null];
  meter = new QualityMeter();

  /**
   * @param {LiveSocket} live
   * @param {RTCIceServer[]} iceServers
   */
  constructor(live, iceServers) {
    super();
    this.live = live;
    this.iceServers = iceServers;
    this.polite = false;
    this.#mediaFlow.addEventListener("change", () => this.#changed());
    /** Whether the room passes on the number of an offer. */
    this.numbersOffers = false;
  }

  /** Whether this browser can make a call between two browsers. */
  static get isPossible() {
    return (possible ??= canConnect());
  }

  /** @returns {"idle" | "connecting" | "connected" | "reconnecting"} */
  get state() {
    if (!this.#peer) return "idle";
    if (this.#peer.state === "connected" && !this.#mediaFlow.stalled) return "connected";
    return this.#wasConnected ? "reconnecting" : "connecting";
  }

  /** @param {number} longestGap Between two packets, in milliseconds; Infinity when none should arrive. */
  expectMedia(longestGap) {
    this.#mediaFlow.expect(longestGap);
  }

  /**
   * Call this page of the other person; a call to the same page goes on.
   *
   * @param {string} page Empty for a person who is only in the provider's call.
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
    peer.sendTracks(this.#tracks);
    this.#changed();
  }

  /** For the running call and later ones. @param {RTCIceServer[]} iceServers */
  useServers(iceServers) {
    this.iceServers = iceServers;
    this.#peer?.useServers(iceServers);
  }

  /** Try again after `stuck`, on a button. */
  retry() {
    this.#peer?.retry();
  }

  hangUp() {
    this.#peer?.close();
    this.#peer = null;
    this.#mediaFlow.stop();
    this.#page = "";
    this.#wasConnected = false;
    this.#changed();
  }

  /** @param {{ from: string } & import("./peer.js").Signal} signal */
  receive(signal) {
    if (signal.from === this.#page) this.#peer?.receive(signal);
  }

  /** @param {(MediaStreamTrack | null)[]} tracks Microphone, camera, screen. */
  async sendTracks(tracks) {
    this.#tracks = tracks;
    await this.#peer?.sendTracks(tracks);
  }

  #changed() {
    const peer = this.#peer;
    if (this.state === "connected" && !this.#wasConnected) {
      this.#wasConnected = true;
      this.#mediaFlow.watch(() => peer.getStats());
    }
    // Packets lost in an outage are not measured.
    if (this.state === "connected") this.meter.start(() => peer.getStats());
    else this.meter.stop();
    this.dispatchEvent(new CustomEvent("state", { detail: this.state }));
  }
}

/** A blocker of WebRTC may leave a class that throws. */
function canConnect() {
  try {
    new RTCPeerConnection().close();
    return true;
  } catch {
    return false;
  }
}
