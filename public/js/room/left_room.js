/**
 * "You left": camera and microphone are off, and one click leads back in. A provider may send out
 * this page before the room knows that its person joins in another place. So the screen says that
 * later, once the record has this person back.
 */

import { announce } from "../shared/announce.js";
import { StateFollower } from "../shared/state_follower.js";
import { learnTimes } from "./room_clock.js";
import { refreshFiles } from "../files/room_files.js";
import { RequestError } from "../shared/session.js";

const $ = (id) => document.getElementById(id);
const place = $("left");
const heading = $("left-heading");
const rejoin = $("rejoin");
const note = $("left-note");
const LEFT = { heading: "You left", button: "Rejoin session" };
const ELSEWHERE = { heading: "You joined in another place", button: "Use it here" };

/** Keeps "You left" on the screen for as long as its person may come back in. */
class LeftFollower extends StateFollower {
  /** Whether the room's part of this page shows old facts, such as a name. */
  isOutdated = false;

  /** @param {Session} session */
  constructor(session) {
    super(session);
    this.session = session;
  }

  /** @param {any} state GET /state */
  isAnotherPage(state) {
    learnTimes(this.session, state);
    this.isOutdated ||= super.isAnotherPage(state);
    return !state.can_join;
  }
}

/**
 * @param {Session} session
 * @param {() => Promise<void>} comeBack Into the room. Throws what keeps people out.
 * @param {boolean} onRecord Whether the record has this person as gone. It may take a while else.
 */
export function showLeft(session, comeBack, onRecord) {
  let hasGone = onRecord;
  const follower = new LeftFollower(session);
  const home = $("files").parentElement;
  follower.addEventListener("state", (event) => {
    const state = event["detail"];
    const isHere = state.participants.find((person) => person.role === session.role).present;
    hasGone ||= !isHere;
    showState(session, state, hasGone && isHere);
  });
  follower.refresh();
  rejoin.onclick = async () => {
    if (rejoin.getAttribute("aria-busy") === "true") return;
    rejoin.setAttribute("aria-busy", "true");
    note.textContent = "";
    try {
      if (follower.isOutdated) return await joinInNewPage(session);
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
  say(LEFT);
  // As it is, uploads and all.
  $("left-files").append($("files"));
  refreshFiles();
  place.hidden = false;
  scrollTo(0, 0);
  heading.focus();
}

/** @param {{ heading: string, button: string }} words */
function say(words) {
  heading.textContent = document.title = words.heading;
  rejoin.textContent = words.button;
}

/** @param {Session} session @param {any} state GET /state @param {boolean} elsewhere */
function showState(session, { participants, words }, elsewhere) {
  const other = participants.find((person) => person.role !== session.role);
  const where = elsewhere
    ? "The session goes on in your other window or on your other device."
    : `${session.otherFirstName} is ${other.present ? "still" : "not"} in the room.`;
  if (words) $("status-label").textContent = words.status;
  if ($("left-who").textContent === where) return;
  $("left-who").textContent = where;
  say(elsewhere ? ELSEWHERE : LEFT);
  announce(elsewhere ? `${ELSEWHERE.heading}. ${where}` : where);
}

/** Throws without a network, where there would be no new page. @param {Session} session */
async function joinInNewPage(session) {
  await session.fetchState();
  history.replaceState({ join: "all" }, "");
  location.reload();
}

/** @param {unknown} error */
function refuse(error) {
  const status = error instanceof RequestError ? error.status : 0;
  note.textContent = status ? error["message"] : "Unable to connect. Check your internet connection, then try again.";
  announce(note.textContent);
}
