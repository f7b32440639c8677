/** "E-mail Amara", in the lobby and in the room: one mail says that somebody waits. */

import { announce } from "./announce.js";

const places = () => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-waiting-mail]"));

/** Let the buttons send it. @param {import("./session.js").Session} session */
export function offerWaitingMail(session) {
  const name = session.otherFirstName;
  const answers = {
    on_its_way: `We are e-mailing ${name} that you are waiting.`,
    sent: `${name} has an e-mail from us already.`,
    unreachable: `We cannot e-mail ${name}. If you can, try another way.`,
  };
  const say = (words, done) => {
    for (const place of places()) {
      const [answer, button] = [place.querySelector("p"), place.querySelector("button")];
      const hadFocus = document.activeElement === button;
      answer.textContent = words;
      button.hidden = done;
      // Where the focus goes, the words are read.
      if (done && hadFocus) answer.focus();
    }
    announce(words);
  };
  const send = async () => {
    try {
      const { mail } = await session.request("waiting", { method: "POST" });
      say(answers[mail], true);
    } catch (error) {
      say(error.status === 409 ? error.message : "That did not work. Try again in a moment.", false);
    }
  };
  for (const place of places()) place.querySelector("button").onclick = send;
}

/** @param {boolean} shown */
export function showWaitingMail(shown) {
  for (const place of places()) place.hidden = !shown;
}
