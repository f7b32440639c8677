import { announce } from "../shared/announce.js";
import { t } from "../words/words.js";

const PAUSE_IN_TYPING_MS = 900;
const RETRY_MS = 4000;
/** @type {Record<number, string>} By HTTP status. */
const NEEDS_SIGN_IN = {
  401: t("Not saved: you are signed out."),
  403: t("Not saved: you are signed in as somebody else."),
};

/**
 * Quick feedback: saved at each change, one request at a time, the newest state last.
 *
 * @param {HTMLFormElement} form
 * @param {SessionWithFiles} session
 */
export function saveAtOnce(form, session) {
  const status = form.querySelector("#feedback-status");
  const icon = document.getElementById("saved-icon");
  let timer = 0;
  let saving = false;
  let changed = false;
  let failed = false;

  form.querySelector("#feedback-send").remove();
  form.dataset.enhanced = "true";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  form.addEventListener("change", () => save());
  form.elements["comment"].addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_IN_TYPING_MS);
  });
  document.addEventListener("visibilitychange", () => {
    // A hidden page may be closed. After a return the person may have signed in again.
    if (document.hidden ? timer : failed) save();
  });
  addEventListener("online", () => failed && save());

  async function save() {
    clearTimeout(timer);
    timer = 0;
    const feedback = read(form);
    // Tags and comment are saved together with stars.
    if (!feedback.rating) return;
    // too_long.js shows by how much.
    if (!form.elements["comment"].validity.valid) return show(t("Not saved: the text is too long."));
    changed = true;
    if (saving) return;
    saving = true;
    // A click on the link ends the typing, which saves: the link must stay for the click.
    if (!status.querySelector("a")) show(t("Saving…"));
    while (changed) {
      changed = false;
      failed = !(await send(read(form)));
    }
    saving = false;
    if (failed) return;
    show(t("Saved"), icon);
    announce(t("Feedback saved."));
  }

  /** @param {object} feedback */
  async function send(feedback) {
    try {
      await session.sendFeedback(feedback);
      session.happened("feedback");
      return true;
    } catch (error) {
      const words = NEEDS_SIGN_IN[error.status];
      if (words) {
        if (!status.textContent.startsWith(words)) show(words, null, signInLink(session));
      } else show(error.status ? error.message : t("Not saved: you are offline. We try again."));
      announce(status.textContent);
      const mayPass = !error.status || error.status === 429 || error.status >= 500;
      if (mayPass) timer = setTimeout(save, RETRY_MS);
      return false;
    }
  }

  /** @param {string} words @param {HTMLElement | null} [picture] A template. @param {HTMLElement[]} more */
  function show(words, picture = null, ...more) {
    const text = document.createElement("span");
    text.textContent = words;
    const pictures = picture ? [picture["content"].cloneNode(true)] : [];
    status.replaceChildren(...pictures, text, ...more);
  }
}

/** To the session's page in another tab, which leads to the sign-in. @param {SessionWithFiles} session */
function signInLink(session) {
  const link = document.createElement("a");
  link.href = `/session/${session.id}?saved=elsewhere`;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = t("Sign in (new tab)");
  return link;
}

/** @param {HTMLFormElement} form */
function read(form) {
  const data = new FormData(form);
  return {
    rating: Number(data.get("rating")) || undefined,
    comment: data.get("comment"),
    tags: data.getAll("tags"),
  };
}
