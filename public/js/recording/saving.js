/** Sends what is left of a recording after the room, and says so. */

import { announce } from "../shared/announce.js";
import { t } from "../words/words.js";
import { Leftovers } from "./leftovers.js";

const $ = (id) => document.getElementById(id);

/** @param {Session} session @param {{ finish: boolean }} how Whether the session is over. */
export async function saveRecording(session, how) {
  const leftovers = await Leftovers.of(session);
  const end = new AbortController();
  const { signal } = end;
  leftovers.addEventListener("change", () => show(leftovers));
  addEventListener("online", () => leftovers.hurry(), { signal });
  addEventListener("beforeunload", (event) => leftovers.waiting > 0 && event.preventDefault(), { signal });
  await leftovers.send(how);
  end.abort();
  if (leftovers.isRefused) return showRefused();
  if (!$("recording-saving").hidden) announce(t("The recording is saved."));
  $("recording-saving").hidden = true;
}

/** @param {Leftovers} leftovers */
function show({ waiting, progress }) {
  if (waiting === 0) return;
  const percent = Math.floor(progress * 100);
  const words = t("Saving the recording: {percent} %. Keep this page open.", { percent });
  if ($("recording-saving").hidden) announce(words);
  $("recording-saving").hidden = false;
  $("recording-saving-words").textContent = words;
  /** @type {HTMLProgressElement} */ ($("recording-saving-bar")).value = progress;
}

function showRefused() {
  $("recording-saving").hidden = false;
  $("recording-saving-bar").hidden = true;
  $("recording-saving-words").textContent = t("A part of the recording is still on this device. Sign in and open this page again to save it.");
}
