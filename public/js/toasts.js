/** Short notes over the picture. */

import { announce } from "./announce.js";

const SHOWN_MS = 8000;
/** More would cover what they are about. */
const MOST = 3;

/** Shown and spoken. @param {string} words */
export function toast(words) {
  note(words);
  announce(words);
}

/** Shown only: what is spoken already. Returned, to be removed sooner. @param {string} words */
export function note(words) {
  const place = document.getElementById("toasts");
  const shown = document.createElement("p");
  shown.className = "toast";
  shown.textContent = words;
  place.append(shown);
  if (place.children.length > MOST) place.firstElementChild.remove();
  setTimeout(() => shown.remove(), SHOWN_MS);
  return shown;
}
