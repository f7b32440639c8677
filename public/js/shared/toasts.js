/** Short notes over the picture, which go by themselves. */

import { announce } from "./announce.js";

const SHOWN_MS = 8000;
/** More would cover the picture. */
const MOST = 3;

/** Shown and spoken. @param {string} words @param {(() => void) | null} [onClick] */
export function toast(words, onClick = null) {
  note(words, onClick);
  announce(words);
}

/**
 * Shown, not spoken: screen readers have other words for it.
 *
 * @param {string} words
 * @param {(() => void) | null} [onClick] A shortcut; the keyboard has another way.
 * @returns {HTMLElement} For an earlier removal.
 */
export function note(words, onClick = null) {
  const place = document.getElementById("toasts");
  const shown = onClick ? button(onClick) : document.createElement("p");
  shown.className = "toast";
  shown.textContent = words;
  place.append(shown);
  if (place.children.length > MOST) place.firstElementChild.remove();
  setTimeout(() => shown.remove(), SHOWN_MS);
  return shown;
}

/** @param {() => void} onClick */
function button(onClick) {
  const made = document.createElement("button");
  made.type = "button";
  // Not for the keyboard, nor for screen readers.
  made.tabIndex = -1;
  made.addEventListener("click", () => {
    made.remove();
    onClick();
  });
  return made;
}
