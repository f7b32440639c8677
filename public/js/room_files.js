/** The session's files in the room: the same list as afterwards, and a word when a file arrives. */

import { toast } from "./toasts.js";

const POLL_MS = 15_000;
const button = document.getElementById("call-files");
const upload = document.getElementById("upload");

/** Once a page, however often the room is entered from it. @type {ReturnType<typeof load> | null} */
let opened = null;

export class RoomFiles {
  #unseen = 0;
  #timer = 0;

  /**
   * @param {import("./panel.js").Panel} panel
   * @param {import("./session.js").Session} session
   * @param {AbortSignal} signal
   */
  constructor(panel, session, signal) {
    this.panel = panel;
    this.session = session;
    // Shown when it works.
    if (upload) upload.hidden = !opened;
    panel.addEventListener("change", () => this.#look(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    this.#count(0);
  }

  /** The list has changed. @param {{ role: string, added: string | null }} message `added` is a new file's name. */
  hear({ role, added }) {
    if (added && role !== this.session.role) this.#tell(added);
    this.#look();
  }

  /** @param {string} name */
  #tell(name) {
    toast(`${this.session.otherFirstName} shared ${name}.`, () => this.panel.show("session"));
    if (this.panel.open !== "session") this.#count(this.#unseen + 1);
  }

  #look() {
    clearTimeout(this.#timer);
    if (this.panel.open !== "session") return;
    this.#count(0);
    refreshFiles();
    this.#timer = window.setTimeout(() => this.#look(), POLL_MS);
  }

  /** @param {number} unseen */
  #count(unseen) {
    this.#unseen = unseen;
    if (unseen === 0) {
      delete button.dataset.unread;
      button.removeAttribute("aria-description");
    } else {
      button.dataset.unread = String(unseen);
      button.setAttribute("aria-description", `${unseen} new`);
    }
  }
}

/** Show what there is now, wherever on the page the list is. */
export async function refreshFiles() {
  try {
    // What most calls never need is loaded now.
    opened ??= load();
    await (await opened).refresh();
  } catch {
    // What is shown stays: the next look may succeed.
  }
}

async function load() {
  try {
    const [{ FileList }, { SessionWithFiles }] = await Promise.all([import("./files.js"), import("./session_files.js")]);
    const session = new SessionWithFiles();
    const list = new FileList(session);
    if (upload) {
      new (await import("./upload.js")).Uploads(session, list);
      upload.hidden = false;
    }
    return list;
  } catch (error) {
    // The next look tries again.
    opened = null;
    throw error;
  }
}
