import { showDeviceZone } from "../shared/device_zone.js";
import { endedBy } from "../shared/ended_by.js";
import { saveAtOnce } from "./feedback.js";
import { FileList } from "../files/file_list.js";
import { showRecording } from "./recording.js";
import { watchParts } from "./player.js";
import { SessionWithFiles } from "../files/session_files.js";
import "../shared/too_long.js";
import { giveBackUnsent } from "./unsent.js";
import { Uploads } from "../files/uploads.js";

/** The page after a session: connects the other modules. */

const POLL_MS = 20_000;

const session = new SessionWithFiles();
const form = document.getElementById("feedback-form");
if (form instanceof HTMLFormElement) saveAtOnce(form, session);
if (document.getElementById("files")) followFiles();
if (document.getElementById("players")) watchParts(session);
const by = endedBy(session);
document.getElementById("ended-by").hidden = !by || by === session.role;
giveBackUnsent(session);
if (document.getElementById("recording-saving")) import("../recording/saving.js").then(({ saveRecording }) => saveRecording(session, { finish: true }));
showDeviceZone();

function followFiles() {
  const files = new FileList(session);
  if (document.getElementById("upload")) new Uploads(session, files);
  const refresh = async () => {
    if (document.hidden) return;
    try {
      showRecording(session, await files.refresh());
    } catch {
      // The old list stays until the next request.
    }
  };
  // Spread over the pages.
  setInterval(refresh, POLL_MS * (0.8 + 0.4 * Math.random()));
  document.addEventListener("visibilitychange", refresh);
}
