/** The player of the recording. Several recordings of a session are parts of one, and are played one after the other. */

import { about } from "../files/file_words.js";
import { clone } from "../files/file_list.js";
import { t } from "../words/words.js";

const place = document.getElementById("players");

/** Goes on with the next part, or with the one that is chosen. @param {SessionWithFiles} session */
export function watchParts(session) {
  place.addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest(".part");
    if (button) play(session, button.closest("li"));
  });
  // The end of a video does not bubble.
  place.addEventListener("ended", () => play(session, place.querySelector("[aria-current=true]")?.closest("li").nextElementSibling), { capture: true });
}

/** @param {SessionWithFiles} session @param {any[]} films Their resources, in the order of their parts. */
export function showFilms(session, films) {
  const ids = films.map(({ id }) => id).join(" ");
  const shown = /** @type {HTMLElement | null} */ (place.firstElementChild);
  if ((shown?.dataset.ids ?? "") === ids) return;
  place.replaceChildren(...(ids ? [player(session, films, shown)] : []));
}

/** @param {SessionWithFiles} session @param {any[]} films @param {HTMLElement | null} before What was shown: a part that plays goes on. */
function player(session, films, before) {
  const figure = clone("player");
  const find = (selector) => figure.querySelector(selector);
  const playing = before?.querySelector("video");
  const goesOn = films.some(({ id }) => playing?.src.endsWith(addressOf(session, id)));
  const current = goesOn ? films.findIndex(({ id }) => playing.src.endsWith(addressOf(session, id))) : 0;
  figure.dataset.ids = films.map(({ id }) => id).join(" ");
  if (goesOn) find("video").replaceWith(playing);
  else Object.assign(find("video"), { src: addressOf(session, films[0].id), ariaLabel: films[0].name });
  find(".file-about").textContent = about(together(films));
  find("a").href = addressOf(session, films[0].id);
  find("a").hidden = films.length > 1;
  find(".parts").hidden = films.length === 1;
  if (films.length > 1) find(".parts").append(...films.map((film, at) => part(session, film, at, at === current)));
  return figure;
}

/** @param {SessionWithFiles} session @param {any} film @param {number} at @param {boolean} isCurrent */
function part(session, film, at, isCurrent) {
  const row = clone("player-part");
  row.dataset.id = film.id;
  row.querySelector(".part").textContent = t("Part {number}", { number: at + 1 });
  row.querySelector(".part").setAttribute("aria-current", String(isCurrent));
  row.querySelector(".file-about").textContent = about(film);
  row.querySelector("a").href = addressOf(session, film.id);
  row.querySelector(".part-number").textContent = String(at + 1);
  return row;
}

/** @param {SessionWithFiles} session @param {Element | null | undefined} row */
function play(session, row) {
  if (!(row instanceof HTMLElement)) return;
  for (const button of place.querySelectorAll(".part")) button.setAttribute("aria-current", String(row.contains(button)));
  const video = place.querySelector("video");
  video.src = addressOf(session, row.dataset.id);
  video.play().catch(() => {});
}

/** @param {any[]} films */
function together(films) {
  const sum = (field) => films.reduce((all, film) => all + film[field], 0);
  const length = films.every((film) => film.duration_seconds !== undefined) ? sum("duration_seconds") : undefined;
  return { size_bytes: sum("size_bytes"), duration_seconds: length };
}

/** @param {SessionWithFiles} session @param {string} id */
function addressOf(session, id) {
  return `/session/${session.id}/resources/${id}`;
}
