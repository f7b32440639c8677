/**
 * The connection to the other person's page. The teacher's side makes all offers. The other side,
 * called polite, answers and sends `restart` when it needs a restart of ICE. So offers never collide:
 * after a rollback before the first picture, Chromium shows no picture at all.
 *
 * The first offer has three lines: microphone, camera, screen. Later tracks change by `replaceTrack`
 * alone, so only restarts of ICE negotiate again.
 *
 * Events: `change` when `state` changes; `tracks` once the other side's tracks are known; `failing`
 * (CustomEvent: how many restarts have not helped); `stuck` when restarts have not helped for 12 s.
 */

import { Recovery } from "./recovery.js";
import { connectionOf } from "./sdp.js";
import { Senders } from "./senders.js";

const KINDS = ["audio", "video", "video"];
/** Without an answer by then, the offer was lost with a socket and is sent again. */
const ANSWER_DUE_MS = 5000;

/**
 * @typedef {RTCSessionDescriptionInit & { offer?: number }} Description `offer` is the number of the
 *   offer that this is, or that this answers. Pages of an earlier release leave it out.
 * @typedef {{ description?: Description, candidate?: RTCIceCandidateInit, restart?: true }} Signal
 */

export class Peer extends EventTarget {
  #polite;
  #numbersOffers;
  #send;
  /** @type {RTCPeerConnection} */
  #pc;
  #recovery;
  /** @type {RTCIceCandidateInit[]} They came before their description. */
  #earlyCandidates = [];
  #stream = new MediaStream();
  #answerTimer = 0;
  #isOffering = false;
  /** The number of the newest offer, ours or theirs; undefined when theirs has none. @type {number | undefined} */
  #offerNumber;
  /** Connected, but no media comes. */
  #isStalled = false;
  /** Applies signals one after the other. */
  #inbox = Promise.resolve();

  /**
   * @param {{ iceServers: RTCIceServer[], polite: boolean, numbersOffers: boolean,
   *   send: (signal: object) => boolean, offersBefore?: number }} how `numbersOffers`: the room takes
   *   an offer's number. `offersBefore`: of earlier connections between the two pages.
   */
  constructor({ iceServers, polite, numbersOffers, send, offersBefore = 0 }) {
    super();
    this.#offerNumber = offersBefore;
    this.#polite = polite;
    this.#numbersOffers = numbersOffers;
    this.#send = send;
    this.#pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.senders = new Senders(this.#pc);
    this.#pc.onicecandidate = ({ candidate }) => candidate && send({ candidate: candidate.toJSON() });
    this.#pc.onconnectionstatechange = () => this.#changed();
    this.#recovery = new Recovery({
      restart: () => this.#restart(),
      onFailing: (restarts) => this.dispatchEvent(new CustomEvent("failing", { detail: restarts })),
      onStuck: () => this.dispatchEvent(new Event("stuck")),
    });
    if (!polite) {
      this.#pc.onnegotiationneeded = () => this.#offer();
      for (const kind of KINDS) {
        this.#pc.addTransceiver(kind, { direction: "sendrecv", streams: [this.#stream] });
      }
    }
  }

  /** @returns {RTCPeerConnectionState} */
  get state() {
    return this.#pc.connectionState;
  }

  /** @returns {MediaStreamTrack[]} Microphone, camera and screen of the other side, once known. */
  get remoteTracks() {
    return this.#pc.getTransceivers().map(({ receiver }) => receiver.track);
  }

  getStats() {
    return this.#pc.getStats();
  }

  /** The number of the newest offer, for the connection that replaces this one. */
  get offers() {
    return this.#offerNumber ?? 0;
  }

  /** @param {RTCIceServer[]} iceServers */
  useServers(iceServers) {
    this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers });
    this.restart();
  }

  /** Find a network path again; media goes on meanwhile. */
  restart() {
    this.#recovery.restartNow();
  }

  /** A socket of one of the two is new: signals to the old one may be lost. */
  resume() {
    this.#recovery.suspect();
    const isWell = this.state === "connected" && !this.#isStalled;
    if (this.#pc.remoteDescription && !isWell) this.#recovery.beginAnew();
    else this.#sendPendingOffer();
  }

  /** @param {boolean} stalled Whether the media of a connection that is up has stopped. */
  setStalled(stalled) {
    this.#isStalled = stalled;
    this.#tellRecovery();
  }

  /**
   * Whether the other page has made a new connection since the last description. Then this side
   * needs a new one as well.
   *
   * @param {Description} description
   */
  isReplacedBy({ type, sdp, offer }) {
    const isLate = type === "answer" && offer !== undefined && offer !== this.#offerNumber;
    const before = this.#pc.remoteDescription;
    return !isLate && before !== null && connectionOf(before.sdp) !== connectionOf(sdp);
  }

  /** Apply a signal of the other page. @param {Signal} signal */
  receive(signal) {
    this.#inbox = this.#inbox
      .then(() => this.#apply(signal))
      .catch((error) => console.error("signal not understood", error));
    return this.#inbox;
  }

  close() {
    this.#recovery.stop();
    clearTimeout(this.#answerTimer);
    this.senders.stop();
    this.#pc.onconnectionstatechange = null;
    this.#pc.close();
  }

  #restart() {
    if (this.state === "closed") return;
    if (this.#polite) return this.#send({ restart: true });
    // A second request would make a second offer after the answer to the first.
    if (this.#isOffering) return;
    this.#pc.restartIce();
    this.#offer();
  }

  /** @param {Signal} signal */
  async #apply({ description, candidate, restart }) {
    if (this.#pc.signalingState === "closed") return;
    if (description) await this.#onDescription(description);
    else if (candidate) await this.#addCandidate(candidate);
    // The polite side had not seen this offer: it serves as the restart.
    else if (restart && !this.#sendPendingOffer()) this.restart();
  }

  /** @returns {boolean} Whether there is one. */
  #sendPendingOffer() {
    if (this.#isOffering) return true;
    const isPending = this.#pc.signalingState === "have-local-offer";
    if (isPending) this.#sendDescription();
    return isPending;
  }

  async #offer() {
    if (this.#isOffering) return;
    this.#isOffering = true;
    // First: a late answer to the offer before does not fit this one.
    this.#offerNumber += 1;
    try {
      await this.#pc.setLocalDescription();
      this.#sendDescription();
    } catch (error) {
      // The next restart tries again.
      console.error("no offer could be made", error);
    } finally {
      this.#isOffering = false;
    }
  }

  #sendDescription() {
    const { type, sdp } = this.#pc.localDescription;
    const offer = this.#numbersOffers ? this.#offerNumber : undefined;
    this.#send({ description: { type, sdp, offer } });
    clearTimeout(this.#answerTimer);
    if (type !== "offer") return;
    this.#answerTimer = setTimeout(() => this.#sendPendingOffer(), ANSWER_DUE_MS);
  }

  /** @param {Description} description */
  async #onDescription({ type, sdp, offer }) {
    const pc = this.#pc;
    if (type !== (this.#polite ? "offer" : "answer")) return;
    // An offer that was sent again has two answers: the second may come after the next offer.
    if (type === "answer" && pc.signalingState !== "have-local-offer") return;
    if (type === "answer" && offer !== undefined && offer !== this.#offerNumber) return;
    if (type === "offer") this.#recovery.hasBegun();
    await pc.setRemoteDescription({ type, sdp });
    await this.#addEarlyCandidates();
    if (type === "offer") {
      this.#offerNumber = offer;
      this.#sendOnAllLines();
      await pc.setLocalDescription();
      this.#sendDescription();
    }
    await this.senders.apply();
    this.dispatchEvent(new Event("tracks"));
  }

  /** Send on the lines of the other side's offer as well. */
  #sendOnAllLines() {
    for (const line of this.#pc.getTransceivers()) {
      if (line.direction === "sendrecv") continue;
      line.direction = "sendrecv";
      line.sender.setStreams(this.#stream);
    }
  }

  /** @param {RTCIceCandidateInit} candidate */
  async #addCandidate(candidate) {
    if (!this.#pc.remoteDescription) {
      this.#earlyCandidates.push(candidate);
      return;
    }
    // One of an earlier connection fits no description any more.
    await this.#pc.addIceCandidate(candidate).catch((error) => console.info("candidate not used", error));
  }

  async #addEarlyCandidates() {
    for (const candidate of this.#earlyCandidates.splice(0)) await this.#addCandidate(candidate);
  }

  #changed() {
    this.#tellRecovery();
    this.dispatchEvent(new Event("change"));
  }

  #tellRecovery() {
    this.#recovery.onState(this.state === "connected" && this.#isStalled ? "stalled" : this.state);
  }
}
