/** How microphone, camera and screen are sent. Speech and faces need no more between two. */

const MAX_BITRATE = { usual: [64_000, 1_500_000, 2_500_000], small: [64_000, 136_000, 250_000] };
/** Of letters on a screen as many as possible; a small picture of a face moves. */
const SMALL = [{}, { lines: 240, maxFramerate: 15 }, { lines: Infinity, maxFramerate: 5 }];
const USUAL_FRAMERATE = 30;
/**
 * A connection begins at 300 kbit/s. Browsers leave out the first pictures that are too large for it
 * (Chromium four of them, from 640x480 on), and need long to send the next one.
 */
const FIRST_LINES = 360;

/**
 * @param {number} index 0: microphone, 1: camera, 2: screen.
 * @param {MediaStreamTrack | null} track
 * @param {{ small?: boolean, paused?: boolean, first?: boolean }} how `paused`: no picture is sent. `first`: of a
 *   connection that has just begun.
 * @returns {RTCRtpEncodingParameters}
 */
export function encodingOf(index, track, { small = false, paused = false, first = false }) {
  const maxBitrate = MAX_BITRATE[small ? "small" : "usual"][index];
  if (index === 0) return { maxBitrate };
  const active = !paused;
  const usual = { lines: first && index === 1 ? FIRST_LINES : Infinity, maxFramerate: USUAL_FRAMERATE };
  const { lines, maxFramerate } = small ? SMALL[index] : usual;
  const { width = lines, height = lines } = track?.getSettings() ?? {};
  return { active, maxBitrate, maxFramerate, scaleResolutionDownBy: Math.max(1, Math.min(width, height) / lines) };
}
