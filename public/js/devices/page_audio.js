/** One AudioContext for the page: each takes a thread, and 30 ms of the page in which it is made. */

/** @type {AudioContext | null} */
let context = null;
let users = 0;

/** Each use ends with `releaseAudio`. @returns {AudioContext} */
export function useAudio() {
  users += 1;
  return (context ??= new AudioContext());
}

export function releaseAudio() {
  users -= 1;
  if (users > 0) return;
  context.close();
  context = null;
}
