import { announce } from "../shared/announce.js";
import { t } from "../words/words.js";
import { showFilms } from "./player.js";

const $ = (id) => document.getElementById(id);

/**
 * The recording: in preparation, ready to play, or failed.
 *
 * @param {SessionWithFiles} session @param {{ resources: any[], recording: string }} state
 */
export function showRecording(session, { resources, recording }) {
  const section = $("recording");
  const before = section.dataset.state;
  section.dataset.state = recording;
  section.hidden = recording === "none";
  $("recording-wait").hidden = recording !== "preparing";
  $("recording-failed").hidden = recording !== "failed";
  showFilms(session, resources.filter((resource) => resource.type === "recording"));
  if (before === "preparing" && recording === "ready") announce(t("The recording is ready."));
}
