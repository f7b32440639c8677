/**
 * What the room shows, as a pure function of presence, call and session.
 *
 * @typedef {object} Known
 * @property {string} name The other person's first name.
 * @property {string} otherRole
 * @property {"online" | "away" | "left"} other
 * @property {"idle" | "connecting" | "connected" | "reconnecting"} call
 * @property {boolean} canCall Whether this browser can make a call between two browsers.
 * @property {boolean} otherCanCall Whether the other person's browser can.
 * @property {boolean} byProvider Whether the call is at a provider.
 * @property {boolean} live Whether the live socket is up.
 * @property {boolean} stuck Whether restarts have not helped for 15 s.
 * @property {boolean} met Whether the two were connected in this session.
 * @property {string} status The session's.
 * @property {string | null} noShow The role that did not come.
 * @property {boolean} keepsWaiting Whether the viewer has chosen "Keep waiting".
 *
 * @typedef {object} Situation
 * @property {"waiting" | "no_show" | "connecting" | "connected" | "chat_only" | "reconnecting" | "trouble"} state
 * @property {string} words For the cover, the title and screen readers.
 * @property {string} hint
 * @property {"no_show" | "trouble" | null} card
 * @property {string} badge Over the last picture.
 * @property {boolean} dimmed
 */

/** @param {Known} known @returns {Situation} */
export function situationOf(known) {
  const { name, other, call } = known;
  const calm = { hint: "", card: null, badge: "", dimmed: false };
  // Sound and picture do not need the socket: a short loss is only a badge.
  const badge = known.live ? "" : "Reconnecting to the session…";
  if (known.byProvider && other === "online") {
    return { ...calm, state: "connected", words: `${name} is in the room`, badge };
  }
  if (!known.byProvider && other === "online" && !(known.canCall && known.otherCanCall)) {
    const whose = known.canCall ? `${name}'s browser` : "This browser";
    const hint = `${whose} cannot make video calls. Chat and files work.`;
    return { ...calm, state: "chat_only", words: `${name} is here, by chat only`, hint, badge };
  }
  if (call === "connected") return { ...calm, state: "connected", words: `Connected with ${name}`, badge };
  if (known.stuck && !known.byProvider && (other !== "left" || !known.live)) {
    return { ...calm, state: "trouble", words: "Unable to connect.", card: "trouble", dimmed: true };
  }
  if ((!known.live && !known.byProvider) || call === "reconnecting" || (other === "away" && (known.met || known.byProvider))) {
    return { ...calm, state: "reconnecting", words: "Reconnecting…", badge: "Reconnecting…", dimmed: true };
  }
  if (other !== "left") {
    return { ...calm, state: "connecting", words: `Connecting with ${name}…`, hint: "This takes a moment." };
  }
  if (known.status === "no_show" && known.noShow === known.otherRole && !known.keepsWaiting) {
    return { ...calm, state: "no_show", words: `${name} hasn't joined`, card: "no_show" };
  }
  const words = known.met ? `${name} has left` : `Waiting for ${name}`;
  const hint = known.met
    ? `${name} can come back as long as the room is open.`
    : `You will hear it here when ${name} comes in.`;
  return { ...calm, state: "waiting", words, hint, badge };
}
