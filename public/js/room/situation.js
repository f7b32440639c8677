/**
 * What the room looks like, as a function of what is known: who is there, how the call is, and
 * what the session has come to. Nothing here touches the page.
 *
 * @typedef {object} Known
 * @property {string} name The other person's first name.
 * @property {string} otherRole
 * @property {"online" | "away" | "left"} other
 * @property {"idle" | "connecting" | "connected" | "reconnecting"} call
 * @property {boolean} canCall Whether this browser can make a call between two browsers.
 * @property {boolean} otherCanCall Whether the other person's browser can.
 * @property {boolean} held Whether a provider holds the call.
 * @property {boolean} live Whether the live socket is up.
 * @property {boolean} stuck Whether nothing has helped for a while.
 * @property {boolean} met Whether the two have met in this session.
 * @property {string} status The session's.
 * @property {string | null} noShow Who did not come.
 * @property {boolean} keepsWaiting Whether the viewer has chosen to.
 *
 * @typedef {object} Situation
 * @property {"waiting" | "no_show" | "connecting" | "connected" | "chat_only" | "reconnecting" | "trouble"} state
 * @property {string} words For the cover, the title and for speaking.
 * @property {string} hint
 * @property {"no_show" | "trouble" | null} card
 * @property {string} badge Over the last picture.
 * @property {boolean} dimmed
 */

/** @param {Known} known @returns {Situation} */
export function situationOf(known) {
  const { name, other, call } = known;
  const calm = { hint: "", card: null, badge: "", dimmed: false };
  // Sound and picture do not need the socket: a short loss of it is no alarm.
  const badge = known.live ? "" : "Reconnecting to the session…";
  if (known.held && other === "online") {
    return { ...calm, state: "connected", words: `${name} is in the room`, badge };
  }
  if (!known.held && other === "online" && !(known.canCall && known.otherCanCall)) {
    const whose = known.canCall ? `${name}'s browser` : "This browser";
    const hint = `${whose} cannot make video calls. Chat and files work.`;
    return { ...calm, state: "chat_only", words: `${name} is here, by chat only`, hint, badge };
  }
  if (call === "connected") return { ...calm, state: "connected", words: `Connected with ${name}`, badge };
  if (known.stuck && !known.held && (other !== "left" || !known.live)) {
    return { ...calm, state: "trouble", words: "Unable to connect.", card: "trouble", dimmed: true };
  }
  if ((!known.live && !known.held) || call === "reconnecting" || (other === "away" && (known.met || known.held))) {
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
