/**
 * The call between two browsers: one Peer at a time, a new one for each page of the other person.
 * It does not touch the page.
 *
 * Events: `state` (CustomEvent: "idle", "connecting", "connected", "reconnecting"), `tracks`
 * (CustomEvent: the remote [microphone, camera, screen]), `dropped` when media stops, `failing` when a
 * restart has not helped, `stuck`, `frozen` when sound comes and no picture, `anew` when one of the two
 * has begun a new connection.
 */

import { MediaFlow } from "./media_flow.js";
import { Peer } from "./peer.js";
import { QualityMeter } from "./quality_meter.js";

/** Restarts without media over a path that works, before a new connection is made. */
const RENEW_AFTER = 2;
const RENEW_AGAIN_MS = 60_000;

/** @type {boolean | undefined} */
let possible;

export class Call extends EventTarget {
  /** @type {Peer | null} */
  #peer = null;
  #page = "";
  #wasConnected = false;
  #lastState = "idle";
  /** The page for which a new connection was made because its picture had stopped. */
  #frozenPage = "";
  /** When a new connection was made because nothing came over the old one. */
  #renewedAt = -Infinity;
  #mediaFlow = new MediaFlow();
  /** @type {(MediaStreamTrack | null)[]} */
  #tracks = [null, null, null];
  #isSmall = false;
  #isPaused = false;
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
    this.#mediaFlow.addEventListener("change", () => this.#onFlow());
    this.#mediaFlow.addEventListener("frozen", () => this.#onFrozen());
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

  /**
   * @param {number} longestGap Between two packets, in milliseconds; Infinity when none should arrive.
   * @param {boolean} picture Whether the other one's camera is on.
   */
  expectMedia(longestGap, picture) {
    this.#mediaFlow.expect(longestGap, picture);
  }

  /** The network may have changed. */
  doubt() {
    this.#mediaFlow.doubt();
  }

  /** For the running call and later ones. @param {boolean} paused Whether no packet can arrive. */
  pausePictures(paused) {
    if (paused === this.#isPaused) return;
    this.#isPaused = paused;
    this.#peer?.senders.change({ paused });
  }

  /**
   * Call this page of the other person; a call to the same page goes on.
   *
   * @param {string} page Empty for a person who is only in the provider's call.
   */
  call(page) {
    if (this.#peer && page === this.#page) return this.#peer.resume();
    if (this.#peer) this.hangUp();
    if (!page) return;
    this.#page = page;
    this.#connect(0);
  }

  /** For the running call and later ones. @param {RTCIceServer[]} iceServers */
  useServers(iceServers) {
    this.iceServers = iceServers;
    this.#peer?.useServers(iceServers);
  }

  /** Try again after `stuck`, on a button: with a new connection, so that the other page does so too. */
  retry() {
    if (!this.#peer) return;
    this.#renew();
    if (this.polite) this.#peer.restart();
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
    if (signal.from !== this.#page || !this.#peer) return;
    const isAnother = signal.description && this.#peer.isReplacedBy(signal.description);
    if (isAnother) {
      this.#renew();
      this.dispatchEvent(new Event("anew"));
      // An answer to the old connection is of no use to the new one.
      if (!this.polite) return;
    }
    this.#peer.receive(signal);
  }

  /** @param {(MediaStreamTrack | null)[]} tracks Microphone, camera, screen. */
  async sendTracks(tracks) {
    this.#tracks = tracks;
    await this.#peer?.senders.send(tracks);
  }

  /** For the running call and later ones. @param {boolean} small */
  sendSmallPicture(small) {
    this.#isSmall = small;
    this.#peer?.senders.change({ small });
  }

  /** Microphone, camera, screen, as this page sends them. */
  get ownTracks() {
    return this.#tracks;
  }

  /** The other person's microphone, camera and screen; none without a connection. @returns {MediaStreamTrack[]} */
  get otherTracks() {
    return this.#peer?.remoteTracks ?? [];
  }

  /** The statistics of the running call; undefined without one. */
  async getStats() {
    return this.#peer?.getStats();
  }

  /** @param {number} offersBefore */
  #connect(offersBefore) {
    const to = this.#page;
    const send = (signal) => this.live.send({ type: "signal", to, ...signal });
    const { iceServers, polite, numbersOffers } = this;
    const peer = new Peer({ iceServers, polite, numbersOffers, send, offersBefore });
    this.#peer = peer;
    peer.addEventListener("change", () => this.#changed());
    peer.addEventListener("failing", (event) => this.#onFailing(event["detail"]));
    peer.addEventListener("stuck", () => this.dispatchEvent(new Event("stuck")));
    peer.addEventListener("tracks", () =>
      this.dispatchEvent(new CustomEvent("tracks", { detail: peer.remoteTracks })),
    );
    peer.senders.change({ small: this.#isSmall, paused: this.#isPaused });
    peer.senders.send(this.#tracks);
    this.#changed();
  }

  /** A new connection to the same page. */
  #renew() {
    const before = this.#peer;
    before.close();
    this.#mediaFlow.stop();
    this.#connect(before.offers);
  }

  /** Media has stopped, or comes again. */
  #onFlow() {
    const { stalled } = this.#mediaFlow;
    this.#peer?.setStalled(stalled);
    this.#changed();
  }

  /** A new connection, once a page: a camera that gives no picture must not interrupt the sound again and again. */
  #onFrozen() {
    if (this.#frozenPage === this.#page) return;
    this.#frozenPage = this.#page;
    this.dispatchEvent(new Event("frozen"));
    this.retry();
  }

  /** @param {number} restarts */
  #onFailing(restarts) {
    this.dispatchEvent(new Event("failing"));
    // With a network path it is the connection that does not work.
    const isConnected = this.#peer.state === "connected";
    const now = performance.now();
    if (restarts < RENEW_AFTER || !isConnected || now - this.#renewedAt < RENEW_AGAIN_MS) return;
    this.#renewedAt = now;
    this.retry();
  }

  #changed() {
    const peer = this.#peer;
    const { state } = this;
    if (peer?.state === "connected" && !this.#mediaFlow.isWatching) this.#mediaFlow.watch(() => peer.getStats());
    if (state === "connected") {
      this.#wasConnected = true;
      // Packets lost in an outage are not measured.
      this.meter.start(() => peer.getStats());
    } else {
      this.meter.stop();
    }
    if (state === "reconnecting" && this.#lastState === "connected") this.dispatchEvent(new Event("dropped"));
    this.#lastState = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
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
