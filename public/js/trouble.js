import { announce } from "./announce.js";

const lobby = document.getElementById("lobby");
const trouble = document.getElementById("trouble");
const heading = document.getElementById("trouble-heading");
const text = document.getElementById("trouble-text");
const titleBefore = document.title;

/** Technical trouble in place of the lobby: `what` is the sentence on top, `why` one or two more. */
export function showTrouble(what, why) {
  const again = !trouble.hidden;
  heading.textContent = what;
  text.textContent = why;
  document.title = what;
  lobby.hidden = true;
  trouble.hidden = false;
  heading.focus();
  // Where the focus was here before, nothing would be spoken.
  if (again) announce(what);
}

export function hideTrouble() {
  trouble.hidden = true;
  lobby.hidden = false;
  document.title = titleBefore;
}
