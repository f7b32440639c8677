/**
 * The connection to the other person's page. One side (the teacher's) makes all offers, the
 * polite one answers, and asks for a restart of ICE when it wants one. So offers never collide:
 * Chromium shows nothing of what it gets when an offer is taken back before the first picture.
 *
 * The first offer lays out three lines: microphone, camera, screen. From then on tracks change by
 * `replaceTrack` alone, so that nothing is negotiated again in mid-call but restarts of ICE.
 *
 * Events: `change` when `state` changes; `tracks` once the other side's tracks are known;
 * `stuck` when nothing has helped for a while.
 */

import { Recovery } from "./recovery.js";

const KINDS = ["audio", "video", "video"];
/** Microphone, camera, screen: bits per second. Speech and faces need no more between two. */
const MAX_BITRATE = [64_000, 1_500_000, 2_500_000];
/** An offer without an answer was lost with a socket: it is made again. */
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
  /** @type {RTCIceCandidateInit[]} Those that came before their description. */
  #early = [];
  /** @type {(MediaStreamTrack | null)[]} */
  #tracks = [null, null, null];
  #stream = new MediaStream();
  #answerTimer = 0;
  /** The number of the newest offer, ours or theirs; undefined when theirs has none. @type {number | undefined} */
  #offerNumber = 0;
  #offerFailed = false;
  /** Descriptions and candidates are taken in one after the other. */
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
  async show(tracks) {
    this.#tracks = tracks;
    await this.#applyTracks();
  }

  /** @param {RTCIceServer[]} iceServers */
  useServers(iceServers) {
    this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers });
    this.restart();
  }

  /** Look for a way anew; what plays goes on playing meanwhile. */
  restart() {
    if (this.#pc.signalingState === "closed") return;
    if (this.#polite) return this.#send({ restart: true });
    this.#pc.restartIce();
    // The browser asks for an offer once: it does not ask again for one that could not be made.
    if (this.#offerFailed) this.#offer();
  }

  /** Try again on request, after `stuck`. */
  retry() {
    this.#recovery.again();
  }

  /** The socket is back: what was lost with it has to be said again. */
  resume() {
    if (this.#pc.signalingState === "have-local-offer") this.#describe();
    if (this.state !== "connected" && this.#pc.remoteDescription) this.restart();
  }

  /** Take in what the other page sent. @param {Signal} signal */
  receive({ description, candidate, restart }) {
    if (restart) this.restart();
    this.#inbox = this.#inbox
      .then(() => (description ? this.#hear(description) : candidate && this.#add(candidate)))
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
    this.#describe();
  }

  #describe() {
    const { type, sdp } = this.#pc.localDescription;
    const offer = this.#numbersOffers ? this.#offerNumber : undefined;
    this.#send({ description: { type, sdp, offer } });
    clearTimeout(this.#answerTimer);
    if (type !== "offer") return;
    this.#answerTimer = setTimeout(() => {
      if (this.#pc.signalingState === "have-local-offer") this.#describe();
    }, ANSWER_DUE_MS);
  }

  /** @param {Description} description */
  async #hear({ type, sdp, offer }) {
    const pc = this.#pc;
    if (type !== (this.#polite ? "offer" : "answer")) return;
    // An offer that was made again is answered twice: the second answer may come after the next offer.
    if (type === "answer" && pc.signalingState !== "have-local-offer") return;
    if (type === "answer" && offer !== undefined && offer !== this.#offerNumber) return;
    await pc.setRemoteDescription({ type, sdp });
    await this.#addEarly();
    if (type === "offer") {
      this.#offerNumber = offer;
      this.#takeUpLines();
      await pc.setLocalDescription();
      this.#describe();
    }
    await this.#applyTracks();
    this.dispatchEvent(new Event("tracks"));
  }

  /** Send on the lines that the other side laid out, too. */
  #takeUpLines() {
    for (const line of this.#pc.getTransceivers()) {
      if (line.direction === "sendrecv") continue;
      line.direction = "sendrecv";
      line.sender.setStreams(this.#stream);
    }
  }

  /** @param {RTCIceCandidateInit} candidate */
  async #add(candidate) {
    if (!this.#pc.remoteDescription) {
      this.#early.push(candidate);
      return;
    }
    await this.#pc.addIceCandidate(candidate);
  }

  async #addEarly() {
    for (const candidate of this.#early.splice(0)) await this.#add(candidate);
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
    // A browser that will not have it sends at its own rate.
    await sender.setParameters(parameters).catch(() => {});
  }

  #changed() {
    this.#recovery.see(this.state);
    this.dispatchEvent(new Event("change"));
  }
}
