/** Mixes the voices of both. Their tracks may change at any time. */

import { releaseAudio, useAudio } from "../devices/page_audio.js";

export class Sound {
  #context = useAudio();
  /** @type {AudioWorkletNode | null} */
  #node = null;
  /** @type {Map<MediaStreamTrack, MediaStreamAudioSourceNode>} */
  #sources = new Map();
  #isClosed = false;

  get rate() {
    return this.#context.sampleRate;
  }

  /** @param {(packet: Float32Array) => void} onPacket */
  async open(onPacket) {
    const context = this.#context;
    await context.audioWorklet.addModule(new URL("sound_worklet.js", import.meta.url).href);
    if (this.#isClosed) return;
    const mono = { channelCount: 1, channelCountMode: /** @type {const} */ ("explicit"), numberOfInputs: 1, outputChannelCount: [1] };
    this.#node = new AudioWorkletNode(context, "recorded-sound", mono);
    this.#node.port.onmessage = ({ data }) => onPacket(data);
    // It gives silence: a node that leads nowhere may not run.
    this.#node.connect(context.destination);
  }

  /** @param {MediaStreamTrack[]} tracks What is heard from now on. */
  hear(tracks) {
    if (!this.#node) return;
    for (const [track, source] of this.#sources) {
      if (tracks.includes(track)) continue;
      source.disconnect();
      this.#sources.delete(track);
    }
    for (const track of tracks) {
      if (this.#sources.has(track)) continue;
      const source = this.#context.createMediaStreamSource(new MediaStream([track]));
      source.connect(this.#node);
      this.#sources.set(track, source);
    }
    // The system may have taken the sound away.
    if (this.#context.state !== "running") this.#context.resume().catch(() => {});
  }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.hear([]);
    this.#node?.disconnect();
    this.#node?.port.close();
    releaseAudio();
  }
}
