/** The session's files in the room: the same list as afterwards, and a note when a file arrives. */

import { isolated } from "../shared/isolated.js";
import { toast } from "../shared/toasts.js";
import { t, tn } from "../words/words.js";

const POLL_MS = 15_000;
const CATCH_UP_MS = 1500;
const KNOWN = "session-room:known-files";
const button = document.getElementById("call-files");
const upload = document.getElementById("upload");

/** Loaded once a page, for all stays in the room. @type {ReturnType<typeof load> | null} */
let opened = null;
/** How often its modules did not load. */
let failures = 0;

export class RoomFiles {
  #unseen = 0;
  #timer = 0;
  /** Ids of files that are not new to this person. @type {Set<string>} */
  #known;
  /** Whether `#known` has the files from before this person joined. */
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
    // Stored before a reload, or in an earlier stay.
    const known = knownFiles(session);
    this.#known = new Set(known);
    this.#isComplete = known !== null;
    // Hidden until its script is loaded.
    if (upload) upload.hidden = !opened;
    panel.addEventListener("change", () => this.#refreshIfOpen(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    this.#count(0);
  }

  /**
   * The list on the server has changed.
   *
   * @param {{ role: string, added: string | null, id?: string | null }} message `added` is a new file's name. A Worker
   *   of the release before sends no `id`.
   */
  onChange({ role, added, id }) {
    if (added && role !== this.session.role) this.#showNews([{ id, name: added }]);
    this.#refreshIfOpen();
  }

  /** The call comes first. */
  catchUpSoon() {
    const timer = setTimeout(() => this.catchUp(), CATCH_UP_MS);
    this.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  /** The socket is up. The first call stores the files; later calls show files that came while the socket was down. */
  async catchUp() {
    // Only the other person's files are news, and only teachers upload.
    if (upload) return;
    // An open list shows them at once.
    if (this.#isComplete) this.#refreshIfOpen();
    // Without an answer the next welcome asks again.
    const answer = await this.session.request("resources").catch(() => null);
    if (!answer || this.signal.aborted) return;
    const files = answer.resources.filter(({ type }) => type !== "recording");
    if (this.#isComplete) this.#showNews(files);
    for (const { id } of files) this.#known.add(id);
    this.#isComplete = true;
    keepKnownFiles(this.session, this.#known);
  }

  /** @param {{ id?: string | null, name: string }[]} files Some of them may be known. */
  #showNews(files) {
    const news = files.filter(({ id }) => !this.#known.has(id));
    if (news.length === 0) return;
    for (const { id } of news) if (id) this.#known.add(id);
    if (this.#isComplete) keepKnownFiles(this.session, this.#known);
    const name = this.session.other.called;
    const words = news.length === 1
      ? t("{name} shared {file}.", { name, file: isolated(news[0].name) })
      : tn("{name} shared {count} file.", "{name} shared {count} files.", news.length, { name });
    toast(words, () => this.panel.show("session"));
    if (this.panel.open !== "session") this.#count(this.#unseen + news.length);
  }

  #refreshIfOpen() {
    clearTimeout(this.#timer);
    if (this.panel.open !== "session") return;
    this.#count(0);
    refreshFiles();
    this.#timer = window.setTimeout(() => this.#refreshIfOpen(), POLL_MS);
  }

  /** @param {number} unseen */
  #count(unseen) {
    this.#unseen = unseen;
    if (unseen === 0) {
      delete button.dataset.unread;
      button.removeAttribute("aria-description");
    } else {
      button.dataset.unread = String(unseen);
      // Translators: {count} files; describes the button "Files".
      button.setAttribute("aria-description", tn("{count} new", "{count} new", unseen));
    }
  }
}

/** @param {{ id: string }} session @returns {string[] | null} Ids; null when this tab has none for this session. */
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
    // After a reload all files are known.
  }
}

/** Request the list and show it. */
export async function refreshFiles() {
  try {
    // Loaded late: most calls never need it.
    opened ??= load();
    await (await opened).refresh();
  } catch {
    // The old list stays until the next request.
  }
}

async function load() {
  try {
    // Fails without a network, before the modules are asked for.
    await fetch(new URL("./file_list.js", import.meta.url));
    const [{ FileList }, { SessionWithFiles }, uploads] = await modules();
    const session = new SessionWithFiles();
    const list = new FileList(session);
    if (uploads) {
      new uploads.Uploads(session, list);
      upload.hidden = false;
    }
    return list;
  } catch (error) {
    // The next request loads it again.
    opened = null;
    throw error;
  }
}

async function modules() {
  try {
    return await Promise.all([import("./file_list.js"), import("./session_files.js"), upload && import("./uploads.js")]);
  } catch (error) {
    failures += 1;
    // Older browsers load a failed module only in a new page.
    if (failures === 2) toast(t("This page did not load completely. Please load it again."));
    throw error;
  }
}
