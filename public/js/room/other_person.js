import { announce } from "../shared/announce.js";
import { chime } from "./chime.js";
import { longestGap } from "../call/media_flow.js";
import { toast } from "../shared/toasts.js";

/** The other person, as the room tells of them. */
export class OtherPerson {
  /** @type {"online" | "away" | "left"} */
  state = "left";
  /** Their page, for signals. @type {string | null} */
  page = null;
  /** @type {{ microphone: boolean, camera: boolean, screen: boolean, call?: boolean } | null} */
  #media = null;
  #found = false;

  /** @param {Session} session */
  constructor(session) {
    this.name = session.otherFirstName;
    this.role = session.role === "student" ? "teacher" : "student";
  }

  /** What they let be seen and heard: until told, everything. */
  get media() {
    return this.#media ?? { microphone: true, camera: true, screen: false };
  }

  /** Whether their browser can make a call between two browsers. */
  get canCall() {
    return this.#media?.call !== false;
  }

  /** The longest gap between two packets of theirs, in milliseconds, while all is well. */
  get longestGap() {
    return longestGap(this.media, this.state === "online");
  }

  /**
   * As the room's welcome has them. A later welcome may tell of what happened while our socket was away.
   *
   * @returns {{ from: string, isNewPage: boolean }} What has changed.
   */
  find({ state, page, media }) {
    const from = this.state;
    const isNewPage = page !== this.page;
    if (this.#found) {
      this.see({ state, page });
      if (media) this.hearMedia(media);
    }
    this.#found = true;
    Object.assign(this, { state, page });
    this.#media = media;
    return { from, isNewPage };
  }

  /** They came, dropped, or left. @returns {{ from: string, isNewPage: boolean }} What has changed. */
  see({ state, page }) {
    const from = this.state;
    const isNewPage = page !== this.page;
    if (isNewPage) this.#media = null;
    Object.assign(this, { state, page });
    if (state === "online" && from === "left") {
      chime();
      toast(`${this.name} is here.`);
    }
    return { from, isNewPage };
  }

  /** They switched something on or off. */
  hearMedia({ microphone, camera, screen, call }) {
    const before = this.#media;
    this.#media = { microphone, camera, screen, call };
    if (before && before.microphone !== microphone) {
      announce(`${this.name} ${microphone ? "is no longer muted" : "is muted"}.`);
    }
    if (screen && !before?.screen) toast(`${this.name} shares the screen.`);
  }
}
