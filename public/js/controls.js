/** The controls bar: its buttons, their single-key shortcuts, and its coming and going. */

import { announce } from "./announce.js";

const HIDE_AFTER_MS = 4000;
const SWITCHED_OFF = "session-room:shortcuts-off";
const KEYS = { m: "call-microphone", v: "call-camera", s: "call-screen", c: "call-chat", o: "call-more", f: "call-full", p: "call-pip" };

const $ = (id) => document.getElementById(id);
const room = $("room");
const bar = $("room-bar");

/** @param {string} id @param {boolean} on */
export function press(id, on) {
  $(id).setAttribute("aria-pressed", String(on));
}

/** @param {AbortSignal} signal Ends it all. */
export function watchShortcuts(signal) {
  const box = /** @type {HTMLInputElement} */ ($("shortcuts-on"));
  box.checked = localStorage.getItem(SWITCHED_OFF) === null;
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(SWITCHED_OFF);
    else localStorage.setItem(SWITCHED_OFF, "1");
  });
  const onKey = (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const button = /** @type {HTMLButtonElement | null} */ ($(KEYS[event.key.toLowerCase()]));
    if (!button || button.hidden || button.disabled) return;
    event.preventDefault();
    button.click();
    // The focus is elsewhere, so nothing would be spoken of what the key did.
    const label = button.querySelector(".control-label").textContent;
    queueMicrotask(() => announce(`${label} ${button.getAttribute("aria-pressed") === "true" ? "on" : "off"}`));
  };
  addEventListener("keydown", onKey, { signal });
}

/**
 * Hide the bar while nobody needs it. It comes back on any pointer, touch, key or focus, and stays
 * while it has the focus, while the panel is open, and for as long as `mayHide` says no.
 *
 * @param {() => boolean} mayHide
 * @param {AbortSignal} signal
 */
export function autoHide(mayHide, signal) {
  let timer = 0;
  const hide = () => {
    const needed = !mayHide() || bar.matches(":focus-within, :hover");
    if (needed) return show();
    room.dataset.controls = "hidden";
  };
  const show = () => {
    room.dataset.controls = "shown";
    clearTimeout(timer);
    timer = window.setTimeout(hide, HIDE_AFTER_MS);
  };
  for (const event of ["pointermove", "pointerdown", "keydown", "focusin"]) {
    room.addEventListener(event, show, { signal, passive: true });
  }
  signal.addEventListener("abort", () => clearTimeout(timer));
  show();
}
