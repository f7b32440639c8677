/** Full screen, and a screen that stays awake: each where the browser has it. */

import { press } from "./controls.js";

const $ = (id) => document.getElementById(id);

/**
 * The whole document, not only the room: what is spoken and asked lies outside of that.
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
    () => press("call-full", document.fullscreenElement !== null),
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
  // The lock is lost whenever the page is hidden.
  document.addEventListener("visibilitychange", request, { signal });
  signal.addEventListener("abort", () => lock?.release());
  request();
}
