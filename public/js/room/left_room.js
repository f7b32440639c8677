/**
 * "You left": camera and microphone are off, and one click joins again. A provider may end the call
 * of this page before the room knows that the person joined in another place. Then the screen says
 * so later, once the record has the person as present again.
 */

import { announce } from "../shared/announce.js";
import { StateFollower } from "../shared/state_follower.js";
import { updateTimes } from "./room_clock.js";
import { refreshFiles } from "../files/room_files.js";
import { RequestError } from "../shared/session.js";
import { t } from "../words/words.js";

const $ = (id) => document.getElementById(id);
const place = $("left");
const heading = $("left-heading");
const rejoinButton = $("rejoin");
const note = $("left-note");
/** Whether the stars are shown, once a page. */
let asksForStars = false;
const LEFT = { heading: t("You left"), button: t("Rejoin session") };
const ELSEWHERE = { heading: t("You joined in another place"), button: t("Continue here") };

/** Keeps "You left" on the screen for as long as the person may join again. */
class LeftFollower extends StateFollower {
  /** Whether the room's markup in this page is old, such as a name. */
  isOutdated = false;

  /** @param {Session} session */
  constructor(session) {
    super(session);
    this.session = session;
  }

  /** @param {any} state GET /state */
  isAnotherPage(state) {
    updateTimes(this.session, state);
    this.isOutdated ||= super.isAnotherPage(state);
    return !state.can_join;
  }
}

/**
 * @param {Session} session
 * @param {() => Promise<void>} rejoin Throws the reason of a refusal.
 * @param {boolean} onRecord Whether the record has this person as left; else that may take a while.
 */
export function showLeft(session, rejoin, onRecord) {
  let hasLeft = onRecord;
  const follower = new LeftFollower(session);
  const home = $("files").parentElement;
  follower.addEventListener("state", (event) => {
    const state = event["detail"];
    const isHere = state.participants.find((person) => person.role === session.role).present;
    hasLeft ||= !isHere;
    showState(session, state, hasLeft && isHere);
    if (state.can_rate) askForStars();
  });
  follower.refresh();
  rejoinButton.onclick = async () => {
    if (rejoinButton.getAttribute("aria-busy") === "true") return;
    rejoinButton.setAttribute("aria-busy", "true");
    note.textContent = "";
    try {
      if (follower.isOutdated) return await joinInNewPage(session);
      await rejoin();
      follower.stop();
      place.hidden = true;
      home.append($("files"));
    } catch (error) {
      showError(error);
    } finally {
      rejoinButton.setAttribute("aria-busy", "false");
    }
  };
  note.textContent = "";
  setWords(LEFT);
  $("left-board").hidden = !("board" in $("room").dataset);
  // The element itself: uploads in it go on.
  $("left-files").append($("files"));
  refreshFiles();
  place.hidden = false;
  scrollTo(0, 0);
  heading.focus();
}

/** @param {{ heading: string, button: string }} words */
function setWords(words) {
  heading.textContent = document.title = words.heading;
  rejoinButton.textContent = words.button;
}

/** @param {Session} session @param {any} state GET /state @param {boolean} elsewhere */
function showState(session, { participants, words }, elsewhere) {
  const other = participants.find((person) => person.role !== session.role);
  const where = elsewhere ? t("The session goes on in your other window or on your other device.") : whereIs(other, session);
  if (words) $("status-label").textContent = words.status;
  if ($("left-who").textContent === where) return;
  $("left-who").textContent = where;
  setWords(elsewhere ? ELSEWHERE : LEFT);
  announce(elsewhere ? `${ELSEWHERE.heading}. ${where}` : where);
}

/** @param {{ present: boolean }} other @param {Session} session */
function whereIs({ present }, { other: { called: name } }) {
  return present ? t("{name} is still in the room.", { name }) : t("{name} is not in the room.", { name });
}

/** The lesson has taken place. */
async function askForStars() {
  const form = document.getElementById("feedback-form");
  if (asksForStars || !(form instanceof HTMLFormElement)) return;
  asksForStars = true;
  try {
    (await import("./stars.js")).showStars(form);
  } catch {
    // Offline: the next state loads it again.
    asksForStars = false;
  }
}

/** Throws while offline, when there is no new page. @param {Session} session */
async function joinInNewPage(session) {
  await session.fetchState();
  history.replaceState({ join: "all" }, "");
  location.reload();
}

/** @param {unknown} error */
function showError(error) {
  const status = error instanceof RequestError ? error.status : 0;
  note.textContent = status ? error["message"] : t("Unable to connect. Check your internet connection, then try again.");
  announce(note.textContent);
}
