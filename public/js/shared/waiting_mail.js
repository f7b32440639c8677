/** "E-mail Amara", in the lobby and in the room: one mail says that this person waits. */

import { announce } from "./announce.js";
import { t } from "../words/words.js";

const places = () => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-waiting-mail]"));

/** Connect the buttons. @param {Session} session */
export function offerWaitingMail(session) {
  const name = session.other.called;
  const answers = {
    on_its_way: t("We are e-mailing {name} that you are waiting.", { name }),
    sent: t("{name} has an e-mail from us already.", { name }),
    unreachable: t("We can't e-mail {name}. If you can, try another way.", { name }),
  };
  const show = (words, done) => {
    for (const place of places()) {
      const [answer, button] = [place.querySelector("p"), place.querySelector("button")];
      const hadFocus = document.activeElement === button;
      answer.textContent = words;
      button.hidden = done;
      // The focus must not stay on a hidden button.
      if (done && hadFocus) answer.focus();
    }
    announce(words);
  };
  const send = async () => {
    try {
      const { mail } = await session.request("waiting", { method: "POST" });
      show(answers[mail], true);
    } catch (error) {
      show(error.status === 409 ? error.message : t("That did not work. Try again in a moment."), false);
    }
  };
  for (const place of places()) place.querySelector("button").onclick = send;
}

/** @param {boolean} shown */
export function showWaitingMail(shown) {
  for (const place of places()) place.hidden = !shown;
}
