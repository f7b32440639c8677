/** The rules of an upload: its parts, which errors are worth another try, and how long to wait before it. */

const TRIES = 6;
const LONGEST_PAUSE_MS = 15_000;

/**
 * The parts that the server does not have yet.
 *
 * @param {number} size Bytes of the whole file.
 * @param {number} partBytes
 * @param {Iterable<number>} arrived Numbers of parts, from 1.
 * @returns {{ number: number, start: number, end: number }[]} `end` is exclusive.
 */
export function missingParts(size, partBytes, arrived) {
  const known = new Set(arrived);
  const parts = [];
  for (let start = 0, number = 1; start < size; start += partBytes, number += 1) {
    if (!known.has(number)) parts.push({ number, start, end: Math.min(start + partBytes, size) });
  }
  return parts;
}

/**
 * How long to wait before the next try of a request by itself; null when it is not tried again.
 *
 * @param {number} status Of the failed answer; 0 without an answer.
 * @param {number} tries So far.
 * @returns {number | null} Milliseconds.
 */
export function pauseBeforeRetry(status, tries) {
  const isTemporary = status === 0 || status >= 500;
  return isTemporary && tries < TRIES ? Math.min(LONGEST_PAUSE_MS, 500 * 2 ** tries) : null;
}

/** Whether a Retry button can help. @param {number} status Of the failed answer; 0 without an answer. */
export function canRetry(status) {
  return [0, 400, 429].includes(status) || status >= 500;
}
