import { announce } from "../shared/announce.js";

const $ = (id) => document.getElementById(id);
const lobby = $("lobby");
const trouble = $("trouble");
const heading = $("trouble-heading");
const text = $("trouble-text");
let title = document.title;

/** Technical trouble in place of the lobby. @param {string} what On top. @param {"ours" | "network"} why */
export function showTrouble(what, why) {
  const again = !trouble.hidden;
  if (!again) title = document.title;
  heading.textContent = what;
  text.textContent = text.dataset[why];
  document.title = what;
  lobby.hidden = true;
  trouble.hidden = false;
  heading.focus();
  // The focus was here already: nothing is spoken.
  if (again) announce(what);
}

export function hideTrouble() {
  trouble.hidden = true;
  lobby.hidden = false;
  // The room may have set its own meanwhile.
  if (document.title === heading.textContent) document.title = title;
}
