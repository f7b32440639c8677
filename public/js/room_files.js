/** The session's files in the room's side panel, asked for whenever it opens. */

import { about } from "./file_words.js";

const $ = (id) => document.getElementById(id);

/**
 * @param {import("./session.js").Session} session
 * @param {import("./panel.js").Panel} panel
 * @param {AbortSignal} signal
 */
export function showFiles(session, panel, signal) {
  const look = async () => {
    if (panel.open !== "session") return;
    try {
      show(session.id, (await session.request("resources")).resources);
    } catch {
      // What is shown stays: the next opening asks again.
    }
  };
  panel.addEventListener("change", look, { signal });
}

/** @param {string} sessionId @param {any[]} files */
function show(sessionId, files) {
  $("room-no-files").hidden = files.length > 0;
  $("room-files").replaceChildren(
    ...files.map((file) => {
      const row = document.createElement("li");
      const link = document.createElement("a");
      const size = document.createElement("span");
      link.href = `/session/${sessionId}/resources/${file.id}`;
      link.download = "";
      link.textContent = file.name;
      size.textContent = ` (${about(file)})`;
      row.append(link, size);
      return row;
    }),
  );
}
