/** What a person reads about the recording, as a pure function of the plan. */

import { t } from "../words/words.js";

/**
 * @typedef {object} Plan See docs/protocol.md.
 * @property {string} words
 * @property {{ student: boolean | null, teacher: boolean | null }} agreed
 * @property {"asking" | "refused" | "agreed" | "unable" | "off"} state
 * @property {string} page
 *
 * @typedef {object} Shown
 * @property {boolean} asks Whether the question is on the screen.
 * @property {string} pill In the header; empty: none.
 * @property {string} words The sentence behind it, which is spoken when it changes.
 * @property {"agree" | "stop" | "refuse" | ""} offers What a press can change.
 */

/**
 * @param {Plan} plan
 * @param {{ role: "student" | "teacher", name: string, isOn: boolean, wasOn: boolean }} known `name`: the other person's;
 *   `isOn`: it is being recorded; `wasOn`: it was, before somebody stopped it.
 * @returns {Shown}
 */
export function shownOf(plan, { role, name, isOn, wasOn }) {
  if (plan.state === "off") return { asks: false, pill: "", words: "", offers: "" };
  const own = plan.agreed[role];
  const other = plan.agreed[role === "student" ? "teacher" : "student"];
  // Translators: "Recording", "Not recorded" and "Not recorded yet" are a sign in the header, as short as possible.
  const pills = { on: t("Recording"), no: t("Not recorded"), notYet: t("Not recorded yet") };
  if (isOn) {
    const words = t("This session is being recorded. {name} and you can watch it afterwards.", { name });
    return { asks: false, pill: pills.on, words, offers: "stop" };
  }
  // Translators: "Not now" is the button that refuses.
  const refused = wasOn ? t("{name} stopped the recording.", { name }) : t("{name} chose Not now: this session is not recorded.", { name });
  if (own === null && other === false) return { asks: false, pill: pills.no, words: refused, offers: "agree" };
  if (own === null) return { asks: true, pill: "", words: before(other, name), offers: "" };
  if (own === false) {
    const words = wasOn ? t("You stopped the recording.") : t("You chose Not now: this session is not recorded.");
    return { asks: false, pill: pills.no, words, offers: "agree" };
  }
  if (other === false) return { asks: false, pill: pills.no, words: refused, offers: "refuse" };
  if (other === null) {
    const words = t("You agreed. Nothing is recorded until {name} agrees, too.", { name });
    return { asks: false, pill: pills.notYet, words, offers: "refuse" };
  }
  if (plan.state === "unable") {
    const words = t("You both agreed, but neither of your browsers can record. This session is not recorded. Another browser may be able to.");
    return { asks: false, pill: pills.no, words, offers: "refuse" };
  }
  return { asks: false, pill: pills.notYet, words: t("You both agreed. The recording begins when you are connected."), offers: "refuse" };
}

/** @param {boolean | null} other @param {string} name */
function before(other, name) {
  return other ? t("{name} agreed. Nothing is recorded until you agree, too.", { name }) : t("Nothing is recorded until you have both agreed.");
}
