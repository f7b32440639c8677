/** "You left": camera and microphone are off, and one click leads back in. */

import { announce } from "./announce.js";
import { Follower } from "./follow.js";
import { refreshFiles } from "./room_files.js";
import { RequestError } from "./session.js";

const $ = (id) => document.getElementById(id);
const place = $("left");
const heading = $("left-heading");
const rejoin = $("rejoin");
const note = $("left-note");

/**
 * @param {import("./session.js").Session} session
 * @param {() => Promise<void>} comeBack Into the room. Throws what keeps people out.
 */
export function showLeft(session, comeBack) {
  const follower = new Follower(session);
  const home = $("files").parentElement;
  follower.addEventListener("state", (event) => showState(session, event["detail"]));
  follower.refresh();
  rejoin.onclick = async () => {
    if (rejoin.getAttribute("aria-busy") === "true") return;
    rejoin.setAttribute("aria-busy", "true");
    note.textContent = "";
    try {
      await comeBack();
      follower.stop();
      place.hidden = true;
      home.append($("files"));
    } catch (error) {
      refuse(error);
    } finally {
      rejoin.setAttribute("aria-busy", "false");
    }
  };
  note.textContent = "";
  // As it is, uploads and all.
  $("left-files").append($("files"));
  refreshFiles();
  place.hidden = false;
  scrollTo(0, 0);
  document.title = heading.textContent;
  heading.focus();
}

/** @param {import("./session.js").Session} session @param {any} state GET /state */
function showState(session, { participants, words }) {
  const other = participants.find((person) => person.role !== session.role);
  const where = `${session.otherFirstName} is ${other.present ? "still" : "not"} in the room.`;
  if (words) $("status-label").textContent = words.status;
  if ($("left-who").textContent === where) return;
  $("left-who").textContent = where;
  announce(where);
}

/** @param {unknown} error */
function refuse(error) {
  const status = error instanceof RequestError ? error.status : 0;
  note.textContent = status ? error["message"] : "Unable to connect. Check your internet connection, then try again.";
  announce(note.textContent);
}
