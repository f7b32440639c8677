import { isolated } from "../shared/isolated.js";
import { t } from "../words/words.js";

/** Another device than expected is in use: in words. Loaded when that happens. */

const WHY = {
  camera: {
    gone: t("Your usual camera is not connected."),
    busy: t("The chosen camera could not be started."),
    unplugged: t("Your camera was disconnected."),
    back: t("Your usual camera is back."),
    changed: t("Your usual camera has changed."),
  },
  microphone: {
    gone: t("Your usual microphone is not connected."),
    busy: t("The chosen microphone could not be started."),
    unplugged: t("Your microphone was disconnected."),
    back: t("Your usual microphone is back."),
    changed: t("Your usual microphone has changed."),
  },
};
const ANOTHER = { camera: t("Using another camera now."), microphone: t("Using another microphone now.") };

/** Two sentences. @param {Notice} notice */
export function noticeInWords({ kind, reason, name }) {
  // Translators: {name} is a camera or a microphone, by its own name.
  const now = name ? t("Using {name} now.", { name: isolated(name) }) : ANOTHER[kind];
  return `${WHY[kind][reason]} ${now}`;
}
