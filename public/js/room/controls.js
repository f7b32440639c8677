/** The controls bar: its buttons, their single-key shortcuts, and its coming and going. */

import { announce } from "../shared/announce.js";
import { FIELDS } from "../shared/writing.js";

const HIDE_AFTER_MS = 4000;
const SWITCHED_OFF = "session-room:shortcuts-off";
const KEYS = { m: "call-microphone", v: "call-camera", s: "call-screen", c: "call-chat", l: "call-files", o: "call-more", f: "call-full", p: "call-pip" };

const $ = (id) => document.getElementById(id);
const room = $("room");
/** What keeps the edges in sight: the keyboard's focus on them, and a pointer that can rest there. */
const NEEDED = ":is(.room-top, .room-bar) :is(button, a):focus-visible, #quality-details:not([hidden])";
const RESTED_ON = ":is(.room-top, .room-bar):hover";
/** The button whose key was pressed, until it has changed. */
let pressedByKey = "";

/** @param {string} id @param {boolean} on */
export function press(id, on) {
  const button = $(id);
  const changed = button.getAttribute("aria-pressed") !== String(on);
  button.setAttribute("aria-pressed", String(on));
  if (!changed || pressedByKey !== id) return;
  pressedByKey = "";
  // The focus is elsewhere, so nothing would be spoken of what the key did.
  announce(`${button.querySelector(".control-label").textContent} ${on ? "on" : "off"}`);
}

/** @param {AbortSignal} signal Ends it all. */
export function watchShortcuts(signal) {
  const box = /** @type {HTMLInputElement} */ ($("shortcuts-on"));
  box.checked = !areSwitchedOff();
  box.addEventListener("change", () => rememberSwitchedOff(!box.checked), { signal });
  const onKey = (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
    const button = /** @type {HTMLButtonElement | null} */ ($(KEYS[event.key.toLowerCase()]));
    if (!button || button.hidden || button.disabled) return;
    event.preventDefault();
    pressedByKey = button.id;
    button.click();
  };
  addEventListener("keydown", onKey, { signal });
}

function areSwitchedOff() {
  try {
    return localStorage.getItem(SWITCHED_OFF) !== null;
  } catch {
    return false;
  }
}

/** @param {boolean} off */
function rememberSwitchedOff(off) {
  try {
    if (off) localStorage.setItem(SWITCHED_OFF, "1");
    else localStorage.removeItem(SWITCHED_OFF);
  } catch {
    // Then the choice lasts for this visit only.
  }
}

/**
 * Hide the edges while nobody needs them. They come back on any pointer, touch, key or focus, and
 * stay while they have the keyboard's focus, and for as long as `mayHide` says no.
 *
 * @param {() => boolean} mayHide
 * @param {AbortSignal} signal
 */
export function autoHide(mayHide, signal) {
  let timer = 0;
  const hide = () => {
    const rested = matchMedia("(hover: hover)").matches && room.querySelector(RESTED_ON);
    if (!mayHide() || rested || room.querySelector(NEEDED)) return show();
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
