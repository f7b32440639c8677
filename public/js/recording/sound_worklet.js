/** Hands the page the sound that reaches it, in packets. */

const PACKET = 2048;

class RecordedSound extends AudioWorkletProcessor {
  #packet = new Float32Array(PACKET);
  #filled = 0;

  /** @param {Float32Array[][]} inputs Without a source there is no channel: silence. */
  process([[samples]]) {
    const count = samples?.length ?? 128;
    if (samples) this.#packet.set(samples, this.#filled);
    else this.#packet.fill(0, this.#filled, this.#filled + count);
    this.#filled += count;
    if (this.#filled === PACKET) {
      this.port.postMessage(this.#packet, [this.#packet.buffer]);
      this.#packet = new Float32Array(PACKET);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor("recorded-sound", RecordedSound);
