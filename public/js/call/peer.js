/**
 * The connection to the other person's page. The teacher's side makes all offers. The other side,
 * called polite, answers and sends `restart` when it needs a restart of ICE. So offers never collide:
 * after a rollback before the first picture, Chromium shows no picture at all.
 *
 * The first offer has three lines: microphone, camera, screen. Later tracks change by `replaceTrack`
 * alone, so only restarts of ICE negotiate again.
 *
 * Events: `change` when `state` changes; `tracks` once the other side's tracks are known;
 * `stuck` when restarts have not helped for 15 s.
 */

import { Recovery } from "./recovery.js";

const KINDS = ["audio", "video", "video"];
/** Microphone, camera, screen: bits per second. Speech and faces need no more between two. */
const MAX_BITRATE = [64_000, 1_500_000, 2_500_000];
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
  /** @type {(MediaStreamTrack | null)[]} */
  #tracks = [null, null, null];
  #stream = new MediaStream();
  #answerTimer = 0;
  /** The number of the newest offer, ours or theirs; undefined when theirs has none. @type {number | undefined} */
  #offerNumber = 0;
  #offerFailed = false;
  /** Applies descriptions and candidates one after the other. */
  #inbox = Promise.resolve();

  /**
   * @param {{ iceServers: RTCIceServer[], polite: boolean, numbersOffers: boolean,
   *   send: (signal: object) => boolean }} how `numbersOffers`: the room takes an offer's number.
   */
  constructor({ iceServers, polite, numbersOffers, send }) {
    super();
    this.#polite = polite;
    this.#numbersOffers = numbersOffers;
    this.#send = send;
    this.#pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.#pc.onicecandidate = ({ candidate }) => candidate && send({ candidate: candidate.toJSON() });
    this.#pc.onconnectionstatechange = () => this.#changed();
    this.#recovery = new Recovery({
      restart: () => this.restart(),
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

  /** Send these from now on. @param {(MediaStreamTrack | null)[]} tracks Microphone, camera, screen. */
  async sendTracks(tracks) {
    this.#tracks = tracks;
    await this.#applyTracks();
  }

  /** @param {RTCIceServer[]} iceServers */
  useServers(iceServers) {
    this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers });
    this.restart();
  }

  /** Find a network path again; media goes on meanwhile. */
  restart() {
    if (this.#pc.signalingState === "closed") return;
    if (this.#polite) return this.#send({ restart: true });
    this.#pc.restartIce();
    // The browser asks once for an offer, also when that offer failed.
    if (this.#offerFailed) this.#offer();
  }

  /** Try again after `stuck`, on a button. */
  retry() {
    this.#recovery.retry();
  }

  /** The socket is back: send again what may be lost. */
  resume() {
    if (this.#pc.signalingState === "have-local-offer") this.#sendDescription();
    if (this.state !== "connected" && this.#pc.remoteDescription) this.restart();
  }

  /** Apply a signal of the other page. @param {Signal} signal */
  receive({ description, candidate, restart }) {
    if (restart) this.restart();
    this.#inbox = this.#inbox
      .then(() => (description ? this.#onDescription(description) : candidate && this.#addCandidate(candidate)))
      .catch((error) => console.error("signal not understood", error));
    return this.#inbox;
  }

  close() {
    this.#recovery.stop();
    clearTimeout(this.#answerTimer);
    this.#pc.onconnectionstatechange = null;
    this.#pc.close();
  }

  async #offer() {
    this.#offerFailed = false;
    try {
      await this.#pc.setLocalDescription();
    } catch (error) {
      // The next restart tries again.
      this.#offerFailed = true;
      console.error("no offer could be made", error);
      return;
    }
    this.#offerNumber += 1;
    this.#sendDescription();
  }

  #sendDescription() {
    const { type, sdp } = this.#pc.localDescription;
    const offer = this.#numbersOffers ? this.#offerNumber : undefined;
    this.#send({ description: { type, sdp, offer } });
    clearTimeout(this.#answerTimer);
    if (type !== "offer") return;
    this.#answerTimer = setTimeout(() => {
      if (this.#pc.signalingState === "have-local-offer") this.#sendDescription();
    }, ANSWER_DUE_MS);
  }

  /** @param {Description} description */
  async #onDescription({ type, sdp, offer }) {
    const pc = this.#pc;
    if (type !== (this.#polite ? "offer" : "answer")) return;
    // An offer that was sent again has two answers: the second may come after the next offer.
    if (type === "answer" && pc.signalingState !== "have-local-offer") return;
    if (type === "answer" && offer !== undefined && offer !== this.#offerNumber) return;
    await pc.setRemoteDescription({ type, sdp });
    await this.#addEarlyCandidates();
    if (type === "offer") {
      this.#offerNumber = offer;
      this.#sendOnAllLines();
      await pc.setLocalDescription();
      this.#sendDescription();
    }
    await this.#applyTracks();
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
    await this.#pc.addIceCandidate(candidate);
  }

  async #addEarlyCandidates() {
    for (const candidate of this.#earlyCandidates.splice(0)) await this.#addCandidate(candidate);
  }

  async #applyTracks() {
    const lines = this.#pc.getTransceivers();
    await Promise.all(lines.map(({ sender }, index) => this.#apply(sender, index)));
  }

  /** @param {RTCRtpSender} sender @param {number} index */
  async #apply(sender, index) {
    const track = this.#tracks[index] ?? null;
    if (sender.track !== track) await sender.replaceTrack(track);
    const parameters = sender.getParameters();
    if (!parameters.encodings?.length) return;
    if (parameters.encodings[0].maxBitrate === MAX_BITRATE[index]) return;
    parameters.encodings[0].maxBitrate = MAX_BITRATE[index];
    // A browser that refuses sends at its own rate.
    await sender.setParameters(parameters).catch(() => {});
  }

  #changed() {
    this.#recovery.onState(this.state);
    this.dispatchEvent(new Event("change"));
  }
}
