import { announce } from "../shared/announce.js";
import { focusUnlessWriting } from "../shared/writing.js";
import { t } from "../words/words.js";

const $ = (id) => document.getElementById(id);
const room = $("room");
const heading = $("room-heading");
const themes = [...document.querySelectorAll("meta[name=theme-color]")];
const colours = themes.map((theme) => theme.getAttribute("content"));

/** Shows a situation in the header, on the covers and cards, and in the title. */
export class RoomView {
  #spoken = "";

  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
  }

  open() {
    document.body.dataset.room = "open";
    room.hidden = false;
    for (const theme of themes) theme.setAttribute("content", getComputedStyle(room).backgroundColor);
    heading.focus();
  }

  /** Hide the room. */
  close() {
    delete document.body.dataset.room;
    room.hidden = true;
    themes.forEach((theme, index) => theme.setAttribute("content", colours[index]));
    if (document.fullscreenElement) document.exitFullscreen();
  }

  /**
   * @param {import("./situation.js").Situation} situation
   * @param {{ other: import("./other_person.js").OtherPerson, met: boolean, byProvider: boolean }} known
   */
  show({ state, words, hint, card, why, badge, dimmed }, { other, met, byProvider }) {
    const { media, name } = other;
    const seen = state === "connected" || (dimmed && met);
    room.dataset.state = state;
    $("room-status-words").textContent = badge || words;
    showQualityButton(state === "connected" && (byProvider || media.camera || media.screen));
    const isAlone = !seen && other.state === "left";
    this.stage.showCovers({ camera: media.camera, screen: media.screen, here: seen, isAlone });
    const lack = media.camera ? t("{name}'s picture is coming…", { name }) : t("{name}'s camera is off", { name });
    this.stage.setCoverText(seen ? lack : words, seen ? "" : hint);
    this.stage.showReconnecting(badge, dimmed);
    this.stage.showMuted(!byProvider && state === "connected" && !media.microphone);
    $("waiting-board").hidden = $("board-key").hidden = $("call-board").hidden;
    $("other-state").textContent = stateInWords(other.state);
    if (why) $("trouble-why").textContent = why;
    showCard(card);
    this.#speak(words);
  }

  /** The room is over for this page. @param {"replaced" | "over"} how */
  end(how) {
    room.dataset.state = how;
    showCard(how);
    document.title = document.querySelector(`[data-card="${how}"] h2`).textContent;
  }

  /** @param {string} words Each change once: in the title, and for screen readers. */
  #speak(words) {
    if (words === this.#spoken) return;
    if (this.#spoken) announce(words);
    this.#spoken = words;
    document.title = words;
  }
}

/** @param {"online" | "away" | "left"} state */
function stateInWords(state) {
  // Translators: the three states stand after the other person's name, in the list of people.
  return { online: t("here"), away: t("reconnecting"), left: t("not here") }[state];
}

/** @param {boolean} shown False while no picture arrives: there is no quality to show. */
function showQualityButton(shown) {
  const button = $("quality");
  if (!shown && button.contains(document.activeElement)) heading.focus();
  button.hidden = !shown;
  if (shown) return;
  $("quality-details").hidden = true;
  button.setAttribute("aria-expanded", "false");
}

/** @param {string | null} name */
function showCard(name) {
  room.toggleAttribute("data-has-card", name !== null);
  for (const card of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#room [data-card]"))) {
    const shown = card.dataset.card === name;
    if (shown && card.hidden) queueMicrotask(() => focusUnlessWriting(card.querySelector("h2")));
    if (!shown && card.contains(document.activeElement)) heading.focus();
    card.hidden = !shown;
  }
}
