/** Short notes over the picture. */

import { announce } from "./announce.js";

const SHOWN_MS = 8000;
/** More would cover what they are about. */
const MOST = 3;

/** Shown and spoken. @param {string} words @param {(() => void) | null} [onClick] */
export function toast(words, onClick = null) {
  note(words, onClick);
  announce(words);
}

/**
 * Shown only: what is spoken already.
 *
 * @param {string} words
 * @param {(() => void) | null} [onClick] A short way; the keyboard has another one.
 * @returns {HTMLElement} To be removed sooner.
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
  // Screen readers are told of it in other words.
  made.tabIndex = -1;
  made.addEventListener("click", () => {
    made.remove();
    onClick();
  });
  return made;
}
