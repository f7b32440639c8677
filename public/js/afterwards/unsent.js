/** After the session: the chat's unsent messages and draft, to be copied. */

import { announce } from "../shared/announce.js";
import { forgetUnsent, unsent } from "../chat/chat_draft.js";
import { t } from "../words/words.js";

const $ = (id) => document.getElementById(id);

/** @param {Session} session */
export function giveBackUnsent(session) {
  const { draft, waiting } = unsent(session);
  const words = [...waiting.map(([, each]) => each), draft].filter((each) => each.trim()).join("\n\n");
  if (!words) return;
  const text = /** @type {HTMLTextAreaElement} */ ($("unsent-text"));
  text.value = words;
  $("unsent").hidden = false;
  $("unsent-copy").addEventListener("click", async () => {
    text.select();
    const copied = await navigator.clipboard?.writeText(words).then(() => true, () => false);
    announce(copied ? t("Copied.") : t("Selected: copy it with your keyboard."));
    if (copied) $("unsent-copy").textContent = t("Copied");
  });
  $("unsent-discard").addEventListener("click", () => {
    forgetUnsent(session);
    $("unsent").hidden = true;
    $("heading").focus();
  });
}
