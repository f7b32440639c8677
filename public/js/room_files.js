/** The session's files in the room's side panel: the same list as afterwards, alive while it is open. */

const POLL_MS = 15_000;

/** Once a page, however often the room is entered from it. @type {ReturnType<typeof open> | null} */
let opened = null;

/** @param {import("./panel.js").Panel} panel @param {AbortSignal} signal */
export function showFiles(panel, signal) {
  const upload = document.getElementById("upload");
  // Shown when it works.
  if (upload) upload.hidden = !opened;
  let timer = 0;
  const look = async () => {
    clearTimeout(timer);
    if (panel.open !== "session" || signal.aborted) return;
    try {
      opened ??= open();
      await (await opened).refresh();
    } catch {
      // What is shown stays: the next look may succeed.
    }
    timer = setTimeout(look, POLL_MS);
  };
  panel.addEventListener("change", look, { signal });
}

/** What most calls never need is loaded now; should that fail, the next look tries again. */
async function open() {
  try {
    return await load();
  } catch (error) {
    opened = null;
    throw error;
  }
}

async function load() {
  const [{ FileList }, { SessionWithFiles }] = await Promise.all([import("./files.js"), import("./session_files.js")]);
  const session = new SessionWithFiles();
  const list = new FileList(session);
  const upload = document.getElementById("upload");
  if (upload) {
    new (await import("./upload.js")).Uploads(session, list);
    upload.hidden = false;
  }
  return list;
}
