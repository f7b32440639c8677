/** The bar of controls: buttons, single-key shortcuts, hiding and showing. */

import { announce } from "../shared/announce.js";
import { FIELDS } from "../shared/writing.js";
import { t } from "../words/words.js";

const HIDE_AFTER_MS = 4000;
const SWITCHED_OFF = "session-room:shortcuts-off";
const KEYS = { m: "call-microphone", v: "call-camera", s: "call-screen", b: "call-board", c: "call-chat", l: "call-files", o: "call-more", f: "call-full", p: "call-pip" };

const $ = (id) => document.getElementById(id);
const room = $("room");
/** The edges stay shown with the keyboard's focus on them, or with a mouse over them. */
const FOCUSED = ":is(.room-top, .room-bar) :is(button, a):focus-visible, :is(#quality-details, #recording-details, #leave-choice):not([hidden])";
const HOVERED = ":is(.room-top, .room-bar):hover";
/** The button whose key was pressed, until its state changes. */
let pressedByKey = "";

/** @param {string} id @param {boolean} on */
export function setPressed(id, on) {
  const button = $(id);
  const changed = button.getAttribute("aria-pressed") !== String(on);
  button.setAttribute("aria-pressed", String(on));
  if (!changed || pressedByKey !== id) return;
  pressedByKey = "";
  // The focus is elsewhere: screen readers do not speak the change.
  const control = button.getAttribute("aria-label") ?? button.textContent.trim();
  // Translators: {control} is a button's name, such as Camera, Chat or Full screen; best with a colon, such as "Camera: on".
  const spoken = on ? t("{control} on", { control }) : t("{control} off", { control });
  announce(spoken);
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
    // The choice lasts for this visit only.
  }
}

/**
 * Hide the edges after a while without pointer, touch, key or focus. They stay while they have the
 * keyboard's focus, and while `mayHide` returns false.
 *
 * @param {() => boolean} mayHide
 * @param {AbortSignal} signal
 */
export function autoHide(mayHide, signal) {
  let timer = 0;
  const hide = () => {
    const hovered = matchMedia("(hover: hover)").matches && room.querySelector(HOVERED);
    if (!mayHide() || hovered || room.querySelector(FOCUSED)) return show();
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
