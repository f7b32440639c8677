/** The question whether the session may be recorded, and the sign in the header that says whether it is. */

import { announce } from "../shared/announce.js";
import { watchMenus } from "../shared/menus.js";
import { note } from "../shared/toasts.js";
import { focusUnlessWriting } from "../shared/writing.js";
import { t } from "../words/words.js";
import { shownOf } from "./consent_words.js";

const $ = (id) => document.getElementById(id);
const ANSWERS = {
  "recording-agree": true,
  "recording-not-now": false,
  "recording-stop": false,
  "recording-change": true,
  "recording-refuse": false,
};

export class Consent {
  /** @type {import("./consent_words.js").Plan | null} */
  #plan = null;
  #isOn = false;
  /** Whether it was recorded before somebody stopped it. */
  #wasOn = false;
  #spoken = "";
  /** @type {HTMLElement | null} */
  #note = null;

  /**
   * @param {Session} session
   * @param {(answer: { agreed: boolean, words: string }) => boolean} onAnswer Whether it could be sent.
   * @param {AbortSignal} signal
   */
  constructor(session, onAnswer, signal) {
    this.session = session;
    this.onAnswer = onAnswer;
    for (const [id, agreed] of Object.entries(ANSWERS)) $(id).addEventListener("click", () => this.#answer(agreed), { signal });
    this.menus = watchMenus($("recording-place"), signal);
  }

  /** @param {import("./consent_words.js").Plan} plan */
  follow(plan) {
    const isStopped = this.#isOn && plan.state === "refused";
    this.#wasOn = isStopped || (this.#wasOn && plan.state === "refused");
    this.#plan = plan;
    // The room says so in a moment.
    if (plan.state === "refused") this.#isOn = false;
    this.#show();
  }

  /** @param {boolean} on Whether it is being recorded. */
  showOn(on) {
    this.#isOn = on;
    this.#show();
  }

  /** @param {boolean} agreed */
  #answer(agreed) {
    this.menus.close();
    const { version } = $("recording-card").dataset;
    if (!this.onAnswer({ agreed, words: version })) note(t("You are not connected just now. Try again in a moment."));
  }

  #show() {
    if (!this.#plan) return;
    const { role, other: { called: name } } = this.session;
    const { asks, pill, words, offers } = shownOf(this.#plan, { role, name, isOn: this.#isOn, wasOn: this.#wasOn });
    this.#ask(asks, words);
    this.#showPill(pill);
    $("recording-more").textContent = words;
    $("recording-stop").hidden = offers !== "stop";
    $("recording-change").hidden = offers !== "agree";
    $("recording-refuse").hidden = offers !== "refuse";
    if (words && words !== this.#spoken) this.#tell(words, asks);
    this.#spoken = words;
  }

  /** @param {boolean} asks @param {string} words */
  #ask(asks, words) {
    const card = $("recording-card");
    $("recording-so-far").textContent = words;
    if (!asks && card.contains(document.activeElement)) $("room-heading").focus();
    card.hidden = !asks;
  }

  /** @param {string} words */
  #showPill(words) {
    const pill = $("recording");
    pill.dataset.on = $("recording-place").dataset.on = String(this.#isOn);
    $("recording-words").textContent = words;
    if (!words && pill.contains(document.activeElement)) focusUnlessWriting($("room-heading"));
    pill.hidden = !words;
    if (!words) this.menus.close();
  }

  /** What has changed: shown for a while, and spoken. The question is on the screen anyway. @param {string} words @param {boolean} asks */
  #tell(words, asks) {
    this.#note?.remove();
    // The recorder begins in a moment.
    if (this.#plan.state === "agreed" && !this.#isOn) return;
    if (!asks) this.#note = note(words);
    announce(asks ? `${$("recording-question").textContent} ${words}` : words);
  }
}
