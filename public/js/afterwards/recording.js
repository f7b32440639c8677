import { announce } from "../shared/announce.js";
import { about } from "../files/file_words.js";
import { clone } from "../files/file_list.js";


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
  const films = resources.filter((resource) => resource.type === "recording");
  for (const film of films) {
    if (!$("players").querySelector(`[data-id="${CSS.escape(film.id)}"]`)) $("players").append(player(session, film));
  }
  for (const shown of /** @type {HTMLElement[]} */ ([...$("players").children])) {
    if (!films.some((film) => film.id === shown.dataset.id)) shown.remove();
  }
  if (before === "preparing" && recording === "ready") announce("The recording is ready.");
}

/** @param {SessionWithFiles} session @param {any} film */
function player(session, film) {
  const figure = clone("player");
  const url = `/session/${session.id}/resources/${film.id}`;
  figure.dataset.id = film.id;
  figure.querySelector("video").src = url;
  figure.querySelector("video").setAttribute("aria-label", film.name);
  figure.querySelector(".file-about").textContent = about(film);
  figure.querySelector("a").href = url;
  return figure;
}
