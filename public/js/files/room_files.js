/** The session's files in the room: the same list as afterwards, and a word when a file arrives. */

import { isolated } from "../shared/isolated.js";
import { toast } from "../shared/toasts.js";

const POLL_MS = 15_000;
const KNOWN = "session-room:known-files";
const button = document.getElementById("call-files");
const upload = document.getElementById("upload");

/** Once a page, however often the room is entered from it. @type {ReturnType<typeof load> | null} */
let opened = null;

export class RoomFiles {
  #unseen = 0;
  #timer = 0;
  /** The ids of the files that are no news to this person. @type {Set<string>} */
  #known;
  /** Whether `#known` has the files from before this person came in. */
  #isComplete;

  /**
   * @param {Panel} panel
   * @param {Session} session
   * @param {AbortSignal} signal
   */
  constructor(panel, session, signal) {
    this.panel = panel;
    this.session = session;
    this.signal = signal;
    // From before a reload, or before this person left and came back.
    const known = knownFiles(session);
    this.#known = new Set(known);
    this.#isComplete = known !== null;
    // Shown when it works.
    if (upload) upload.hidden = !opened;
    panel.addEventListener("change", () => this.#look(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    this.#count(0);
  }

  /**
   * The list has changed.
   *
   * @param {{ role: string, added: string | null, id?: string | null }} message `added` is a new file's name. A Worker
   *   of the release before sends no `id`.
   */
  hear({ role, added, id }) {
    if (added && role !== this.session.role) this.#tell([{ id, name: added }]);
    this.#look();
  }

  /** The socket is up. The first call learns the files; later calls tell the files that came while the socket was down. */
  async catchUp() {
    // Only the other person's files are news, and only teachers upload.
    if (upload) return;
    // A list that is open shows them at once.
    if (this.#isComplete) this.#look();
    // Without an answer the next welcome asks again.
    const answer = await this.session.request("resources").catch(() => null);
    if (!answer || this.signal.aborted) return;
    const files = answer.resources.filter(({ type }) => type !== "recording");
    if (this.#isComplete) this.#tell(files);
    for (const { id } of files) this.#known.add(id);
    this.#isComplete = true;
    keepKnownFiles(this.session, this.#known);
  }

  /** @param {{ id?: string | null, name: string }[]} files Some of them may be known. */
  #tell(files) {
    const news = files.filter(({ id }) => !this.#known.has(id));
    if (news.length === 0) return;
    for (const { id } of news) if (id) this.#known.add(id);
    if (this.#isComplete) keepKnownFiles(this.session, this.#known);
    const what = news.length === 1 ? isolated(news[0].name) : `${news.length} files`;
    toast(`${this.session.otherFirstName} shared ${what}.`, () => this.panel.show("session"));
    if (this.panel.open !== "session") this.#count(this.#unseen + news.length);
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

/** @param {{ id: string }} session @returns {string[] | null} Ids; null when this tab has kept none of this session. */
function knownFiles({ id }) {
  try {
    const [of, ...ids] = sessionStorage.getItem(KNOWN).split("\n");
    return of === id ? ids : null;
  } catch {
    return null;
  }
}

/** @param {{ id: string }} session @param {Iterable<string>} ids */
function keepKnownFiles({ id }, ids) {
  try {
    sessionStorage.setItem(KNOWN, [id, ...ids].join("\n"));
  } catch {
    // Then a reload takes all files for known ones.
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
    const [{ FileList }, { SessionWithFiles }] = await Promise.all([import("./file_list.js"), import("./session_files.js")]);
    const session = new SessionWithFiles();
    const list = new FileList(session);
    if (upload) {
      new (await import("./uploads.js")).Uploads(session, list);
      upload.hidden = false;
    }
    return list;
  } catch (error) {
    // The next look tries again.
    opened = null;
    throw error;
  }
}
