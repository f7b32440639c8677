import { announce } from "../shared/announce.js";
import { chime } from "./chime.js";
import { longestGap } from "../call/media_flow.js";
import { toast } from "../shared/toasts.js";
import { t } from "../words/words.js";

/** The other person, from the room's messages. */
export class OtherPerson {
  /** @type {"online" | "away" | "left"} */
  state = "left";
  /** Their page, for signals. @type {string | null} */
  page = null;
  /** @type {{ microphone: boolean, camera: boolean, screen: boolean, call?: boolean, saves?: boolean } | null} */
  #media = null;
  #isKnown = false;

  /** @param {Session} session */
  constructor(session) {
    this.name = session.other.called;
    this.role = session.role === "student" ? "teacher" : "student";
  }

  /** What they have switched on: until the first message, everything but the screen. */
  get media() {
    return this.#media ?? { microphone: true, camera: true, screen: false };
  }

  /** Whether their browser can make a call between two browsers. */
  get canCall() {
    return this.#media?.call !== false;
  }

  /** Whether they ask for a small picture. */
  get savesData() {
    return Boolean(this.#media?.saves);
  }

  /** The longest gap between two of their packets while the network is in order, in milliseconds. */
  get longestGap() {
    return longestGap(this.media, this.state === "online");
  }

  /**
   * From the room's welcome. A later welcome has changes from while our socket was away.
   *
   * @returns {{ from: string, isNewPage: boolean }} What has changed.
   */
  onWelcome({ state, page, media }) {
    const from = this.state;
    const isNewPage = page !== this.page;
    if (this.#isKnown) {
      this.onPresence({ state, page });
      if (media) this.onMedia(media);
    }
    this.#isKnown = true;
    Object.assign(this, { state, page });
    this.#media = media;
    return { from, isNewPage };
  }

  /** They came, lost the connection, or left. @returns {{ from: string, isNewPage: boolean }} What has changed. */
  onPresence({ state, page }) {
    const from = this.state;
    const isNewPage = page !== this.page;
    if (isNewPage) this.#media = null;
    Object.assign(this, { state, page });
    if (state === "online" && from === "left") {
      chime();
      toast(t("{name} is here.", { name: this.name }));
    }
    return { from, isNewPage };
  }

  /** They switched something on or off. */
  onMedia({ microphone, camera, screen, call, saves }) {
    const before = this.#media;
    this.#media = { microphone, camera, screen, call, saves };
    if (before && before.microphone !== microphone) {
      const { name } = this;
      announce(microphone ? t("{name} is no longer muted.", { name }) : t("{name} is muted.", { name }));
    }
    if (screen && !before?.screen) toast(t("{name} shares the screen.", { name: this.name }));
  }
}
