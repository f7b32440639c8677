/**
 * Pictures and sound become a film: one run of MP4 in fragments, or of WebM in clusters. Each is handed over whole, so what
 * was handed over can always be played.
 */

import { AUDIO_BITS, FRAMES, RATE, VIDEO_BITS } from "./formats.js";
import { joined, withRoom } from "./webm_room.js";

/** Seconds of a fragment, and between two key frames: a browser that dies loses no more of what it recorded. */
const FRAGMENT = 4;
/** Sound that the encoder has not taken yet, in packets, before some is left out. */
const MOST_SOUND = 50;

export class Film {
  /** Seconds up to the last fragment that was handed over. */
  #isOver = false;
  #isEncoding = false;
  #soundWaits = 0;
  /** Bytes that belong before the next fragment. @type {Uint8Array[]} */
  #before = [];

  /**
   * @param {any} library mediabunny
   * @param {object} with
   * @param {import("./formats.js").Format} with.format
   * @param {HTMLCanvasElement} with.canvas
   * @param {(bytes: Uint8Array) => void} with.onFragment
   * @param {(error: Error) => void} with.onBroken An encoder has failed.
   */
  constructor(library, { format, canvas, onFragment, onBroken }) {
    this.library = library;
    this.onFragment = onFragment;
    this.onBroken = onBroken;
    this.video = new library.CanvasSource(canvas, {
      codec: format.video,
      fullCodecString: format.videoString,
      quality: new library.Quality({ bitrate: VIDEO_BITS }),
      keyFrameInterval: FRAGMENT,
      latencyMode: "realtime",
    });
    this.audio = new library.AudioSampleSource({
      codec: format.audio,
      fullCodecString: format.audioString,
      quality: new library.Quality({ bitrate: AUDIO_BITS }),
      transform: { sampleRate: RATE, numberOfChannels: 1 },
    });
    this.output = new library.Output({ format: this.#container(format), target: new library.NullTarget() });
    this.output.addVideoTrack(this.video, { frameRate: FRAMES });
    this.output.addAudioTrack(this.audio);
  }

  /** What comes at the end of a file (mfra, Cues) is left out: the server makes its own. @param {import("./formats.js").Format} format */
  #container({ container }) {
    const keep = (bytes) => void this.#before.push(bytes.slice());
    const hand = (bytes) => this.onFragment(joined([...this.#before.splice(0), bytes]));
    if (container === "mp4") {
      const how = { fastStart: "fragmented", minimumFragmentDuration: FRAGMENT - 0.5 };
      return new this.library.Mp4OutputFormat({ ...how, onFtyp: keep, onMoov: keep, onMoof: keep, onMdat: hand });
    }
    const how = { appendOnly: true, minimumClusterDuration: FRAGMENT - 0.5 };
    return new this.library.WebMOutputFormat({ ...how, onEbmlHeader: keep, onSegmentHeader: (bytes) => keep(withRoom(bytes)), onCluster: hand });
  }

  start() {
    return this.output.start();
  }

  /** Take the canvas as it is; false while the encoder is busy. @param {number} at Seconds. @param {number} rate Pictures a second. */
  addPicture(at, rate) {
    if (this.#isOver || this.#isEncoding) return false;
    this.#isEncoding = true;
    this.video.add(at, 1 / rate).then(
      () => (this.#isEncoding = false),
      (error) => this.#break(error),
    );
    return true;
  }

  /** @param {number} at Seconds. @param {Float32Array} samples @param {number} sampleRate */
  addSound(at, samples, sampleRate) {
    if (this.#isOver || this.#soundWaits > MOST_SOUND) return;
    this.#soundWaits += 1;
    const sample = new this.library.AudioSample({ data: samples, format: "f32", numberOfChannels: 1, sampleRate, timestamp: at });
    this.audio.add(sample).then(
      () => {
        this.#soundWaits -= 1;
        sample.close();
      },
      (error) => this.#break(error),
    );
  }

  /** Hand over what is left. */
  async finish() {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.output.finalize().catch((error) => this.onBroken(error));
  }

  /** @param {Error} error */
  #break(error) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.output.cancel().catch(() => {});
    this.onBroken(error);
  }
}
