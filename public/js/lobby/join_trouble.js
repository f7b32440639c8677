import { announce } from "../shared/announce.js";

const $ = (id) => document.getElementById(id);
const lobby = $("lobby");
const trouble = $("trouble");
const heading = $("trouble-heading");
const text = $("trouble-text");
let title = document.title;

/** Show a technical problem in place of the lobby. @param {string} what The heading. @param {"ours" | "network"} why */
export function showTrouble(what, why) {
  const again = !trouble.hidden;
  if (!again) title = document.title;
  heading.textContent = what;
  text.textContent = text.dataset[why];
  document.title = what;
  lobby.hidden = true;
  trouble.hidden = false;
  heading.focus();
  // Focusing it again speaks nothing.
  if (again) announce(what);
}

export function hideTrouble() {
  trouble.hidden = true;
  lobby.hidden = false;
  // The room may have set its own title.
  if (document.title === heading.textContent) document.title = title;
}
