import { encodingOf } from "./encodings.js";

/** After a connection for so long its line is known. */
const FIRST_MS = 2000;

/** What a connection sends: its tracks (microphone, camera, screen), and how large their pictures are. */
export class Senders {
  #pc;
  /** @type {(MediaStreamTrack | null)[]} */
  #tracks = [null, null, null];
  #how = { small: false, paused: false, first: true };
  #firstTimer = 0;
  /** Applies tracks one after the other: a second `replaceTrack` would overtake the first. */
  #applying = Promise.resolve();

  /** @param {RTCPeerConnection} pc */
  constructor(pc) {
    this.#pc = pc;
    pc.addEventListener("connectionstatechange", () => this.#onState());
  }

  /** Send these from now on. @param {(MediaStreamTrack | null)[]} tracks */
  send(tracks) {
    this.#tracks = tracks;
    return this.apply();
  }

  /** @param {{ small?: boolean, paused?: boolean, first?: boolean }} changes See encodings.js. */
  change(changes) {
    const before = JSON.stringify(this.#how);
    Object.assign(this.#how, changes);
    return JSON.stringify(this.#how) === before ? this.#applying : this.apply();
  }

  /** Also for lines that a description has brought. */
  apply() {
    const applyAll = () => Promise.all(this.#pc.getTransceivers().map(({ sender }, index) => this.#sendOn(sender, index)));
    this.#applying = this.#applying.then(applyAll).then(
      () => {},
      (error) => console.error("a track cannot be sent", error),
    );
    return this.#applying;
  }

  stop() {
    clearTimeout(this.#firstTimer);
  }

  #onState() {
    if (this.#pc.connectionState !== "connected") return;
    this.#firstTimer ||= window.setTimeout(() => this.change({ first: false }), FIRST_MS);
  }

  /** First the size: a track begins to be sent at once. @param {RTCRtpSender} sender @param {number} index */
  async #sendOn(sender, index) {
    const track = this.#tracks[index] ?? null;
    await setEncoding(sender, encodingOf(index, track, this.#how));
    if (sender.track !== track) await sender.replaceTrack(track);
  }
}

/** @param {RTCRtpSender} sender @param {RTCRtpEncodingParameters} wanted */
async function setEncoding(sender, wanted) {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings ?? [];
  if (!encoding || Object.keys(wanted).every((name) => encoding[name] === wanted[name])) return;
  Object.assign(encoding, wanted);
  // A browser that refuses sends at its own rate.
  await sender.setParameters(parameters).catch(() => {});
}
