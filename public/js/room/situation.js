import { t } from "../words/words.js";

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
 * @property {boolean} offline Whether this device has no network, as far as the page knows.
 * @property {boolean} stuck Whether restarts have not helped for 12 s.
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
 * @property {string} why The reason that the card of trouble gives.
 * @property {string} badge Over the last picture.
 * @property {boolean} dimmed
 */

const OFFLINE = t("Check your Wi-Fi, cable or mobile data. The session goes on when your internet is back.");

/** @param {Known} known @returns {Situation} */
export function situationOf(known) {
  const { name, other, call } = known;
  const calm = { hint: "", card: null, why: "", badge: "", dimmed: false };
  // Sound and picture do not need the socket: a short loss is only a badge.
  const badge = known.offline ? t("You are offline. Reconnecting…") : known.live ? "" : t("Reconnecting to the session…");
  if (known.offline && !known.byProvider) {
    return { ...calm, state: "reconnecting", words: t("You are offline"), hint: OFFLINE, badge, dimmed: true };
  }
  if (known.byProvider && other === "online") {
    return { ...calm, state: "connected", words: t("{name} is in the room", { name }), badge };
  }
  if (!known.byProvider && other === "online" && !(known.canCall && known.otherCanCall)) {
    const hint = known.canCall
      ? t("{name}'s browser cannot make video calls. Chat and files work.", { name })
      : t("This browser cannot make video calls. Chat and files work.");
    return { ...calm, state: "chat_only", words: t("{name} is here, by chat only", { name }), hint, badge };
  }
  if (call === "connected") return { ...calm, state: "connected", words: t("Connected with {name}", { name }), badge };
  // While the other person is away there is nobody to connect with.
  if (known.stuck && !known.byProvider && (other === "online" || !known.live)) {
    return { ...calm, state: "trouble", words: t("Unable to connect."), card: "trouble", why: whyOf(known), dimmed: true };
  }
  if ((!known.live && !known.byProvider) || call === "reconnecting" || (other === "away" && (known.met || known.byProvider))) {
    const words = t("Reconnecting…");
    return { ...calm, state: "reconnecting", words, badge: words, dimmed: true };
  }
  if (other !== "left") {
    return { ...calm, state: "connecting", words: t("Connecting with {name}…", { name }), hint: t("This takes a moment.") };
  }
  if (known.status === "no_show" && known.noShow === known.otherRole && !known.keepsWaiting) {
    return { ...calm, state: "no_show", words: t("{name} hasn't joined", { name }), card: "no_show" };
  }
  const words = known.met ? t("{name} has left", { name }) : t("Waiting for {name}", { name });
  const hint = known.met
    ? t("{name} can come back as long as the room is open.", { name })
    : t("We'll play a sound when {name} joins.", { name });
  return { ...calm, state: "waiting", words, hint, badge };
}

/** @param {Known} known Of a call that is stuck. */
function whyOf({ name, live, met }) {
  if (!live) return t("This device does not reach our server.");
  if (met) return t("The connection to {name} is lost.", { name });
  return t("Your network and {name}'s network do not let you connect directly.", { name });
}
