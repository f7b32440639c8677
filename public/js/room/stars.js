/** The stars, after leaving a lesson that has taken place: saved as in the page afterwards. */

import { saveAtOnce } from "../afterwards/feedback.js";
import { SessionWithFiles } from "../files/session_files.js";
import "../shared/too_long.js";

const STYLE = new URL("../../css/afterwards/afterwards.css", import.meta.url).href;

/** Once a page. @param {HTMLFormElement} form */
export function showStars(form) {
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: STYLE }));
  saveAtOnce(form, new SessionWithFiles());
  document.getElementById("left-feedback").hidden = false;
}
