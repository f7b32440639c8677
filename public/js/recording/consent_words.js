/**
 * What a person reads about the recording, as a pure function of the plan.
 *
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
  if (isOn) return { asks: false, pill: "Recording", words: `This session is being recorded. ${name} and you can watch it afterwards.`, offers: "stop" };
  const refused = wasOn ? `${name} stopped the recording.` : `${name} chose Not now: this session is not recorded.`;
  if (own === null && other === false) return { asks: false, pill: "Not recorded", words: refused, offers: "agree" };
  if (own === null) return { asks: true, pill: "", words: before(other, name), offers: "" };
  if (own === false) {
    const words = wasOn ? "You stopped the recording." : "You chose Not now: this session is not recorded.";
    return { asks: false, pill: "Not recorded", words, offers: "agree" };
  }
  if (other === false) return { asks: false, pill: "Not recorded", words: refused, offers: "refuse" };
  if (other === null) return { asks: false, pill: "Not recorded yet", words: `You agreed. Nothing is recorded until ${name} agrees, too.`, offers: "refuse" };
  if (plan.state === "unable") {
    const words = "You both agreed, but neither of your browsers can record. Another browser may: this session is not recorded.";
    return { asks: false, pill: "Not recorded", words, offers: "refuse" };
  }
  return { asks: false, pill: "Not recorded yet", words: "You both agreed. The recording begins when you are connected.", offers: "refuse" };
}

/** @param {boolean | null} other @param {string} name */
function before(other, name) {
  return other ? `${name} agreed. Nothing is recorded until you agree, too.` : "Nothing is recorded until you have both agreed.";
}
