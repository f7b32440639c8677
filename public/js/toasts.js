/** Short notes over the picture, spoken as well. */

import { announce } from "./announce.js";

const SHOWN_MS = 8000;

/** @param {string} words */
export function toast(words) {
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = words;
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
  announce(words);
}
