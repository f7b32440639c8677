/** Full screen, and a screen that stays awake, where the browser can do them. */

import { setPressed } from "./controls.js";

const $ = (id) => document.getElementById(id);

/**
 * Show the whole document, not only the room: announcements and dialogs are outside the room.
 *
 * @param {AbortSignal} signal
 */
export function offerFullScreen(signal) {
  $("call-full").hidden = !document.fullscreenEnabled;
  $("call-full").addEventListener(
    "click",
    () =>
      document.fullscreenElement
        ? document.exitFullscreen()
        : document.documentElement.requestFullscreen().catch(() => {}),
    { signal },
  );
  document.addEventListener(
    "fullscreenchange",
    () => setPressed("call-full", document.fullscreenElement !== null),
    { signal },
  );
}

/** @param {AbortSignal} signal */
export function keepAwake(signal) {
  let lock = null;
  const request = async () => {
    if (document.hidden || signal.aborted) return;
    lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  };
  // A hidden page loses the lock.
  document.addEventListener("visibilitychange", request, { signal });
  signal.addEventListener("abort", () => lock?.release());
  request();
}
