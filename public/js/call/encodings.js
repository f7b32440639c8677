/** How microphone, camera and screen are sent. Speech and faces need no more between two. */

const MAX_BITRATE = { usual: [64_000, 1_500_000, 2_500_000], small: [64_000, 136_000, 250_000] };
/** Of letters on a screen as many as possible; a small picture of a face moves. */
const SMALL = [{}, { lines: 240, maxFramerate: 15 }, { lines: Infinity, maxFramerate: 5 }];
const USUAL_FRAMERATE = 30;

/**
 * @param {number} index 0: microphone, 1: camera, 2: screen.
 * @param {MediaStreamTrack | null} track
 * @param {boolean} small
 * @param {boolean} paused Whether no picture is sent.
 * @returns {RTCRtpEncodingParameters}
 */
export function encodingOf(index, track, small, paused) {
  const maxBitrate = MAX_BITRATE[small ? "small" : "usual"][index];
  if (index === 0) return { maxBitrate };
  const active = !paused;
  if (!small) return { active, maxBitrate, maxFramerate: USUAL_FRAMERATE, scaleResolutionDownBy: 1 };
  const { lines, maxFramerate } = SMALL[index];
  const { width = lines, height = lines } = track?.getSettings() ?? {};
  return { active, maxBitrate, maxFramerate, scaleResolutionDownBy: Math.max(1, Math.min(width, height) / lines) };
}
