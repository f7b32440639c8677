/** Which container and codecs this browser can record in, the best first. WebM only where MP4's codecs are not there. */

export const WIDTH = 1280;
export const HEIGHT = 720;
/** How wide the two people are beside what is shared. */
export const STRIP = 240;
export const FRAMES = 24;
export const VIDEO_BITS = 1_000_000;
export const AUDIO_BITS = 64_000;
export const RATE = 48_000;

/** By their names in mediabunny, with the full ones. @type {{ container: "mp4" | "webm", video: string, string: string }[]} */
const VIDEO = [
  { container: "mp4", video: "avc", string: "avc1.4d001f" },
  { container: "mp4", video: "avc", string: "avc1.42001f" },
  { container: "mp4", video: "vp9", string: "vp09.00.31.08" },
  { container: "webm", video: "vp8", string: "vp8" },
];
const AUDIO = [
  { audio: "aac", string: "mp4a.40.2", containers: ["mp4"] },
  { audio: "opus", string: "opus", containers: ["mp4", "webm"] },
];

/**
 * @typedef {object} Format
 * @property {"mp4" | "webm"} container
 * @property {string} video @property {string} videoString
 * @property {string} audio @property {string} audioString
 */

/** @returns {Promise<Format[]>} None: this browser cannot record. */
export async function formats() {
  const [videos, audios] = await Promise.all([supported(VIDEO, isVideo), supported(AUDIO, isAudio)]);
  return videos.flatMap(({ container, video, string }) => {
    const sound = audios.find(({ containers }) => containers.includes(container));
    return sound ? [{ container, video, videoString: string, audio: sound.audio, audioString: sound.string }] : [];
  });
}

/** @template T @param {T[]} all @param {(each: T) => Promise<boolean>} test @returns {Promise<T[]>} */
async function supported(all, test) {
  const answers = await Promise.all(all.map((each) => test(each).catch(() => false)));
  return all.filter((_each, at) => answers[at]);
}

async function isVideo({ string }) {
  const size = { width: WIDTH, height: HEIGHT, framerate: FRAMES, bitrate: VIDEO_BITS };
  const { supported } = await VideoEncoder.isConfigSupported({ codec: string, ...size, latencyMode: "realtime" });
  return supported;
}

async function isAudio({ string }) {
  const { supported } = await AudioEncoder.isConfigSupported({ codec: string, sampleRate: RATE, numberOfChannels: 1, bitrate: AUDIO_BITS });
  return supported;
}
