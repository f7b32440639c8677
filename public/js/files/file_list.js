import { announce } from "../shared/announce.js";
import { about } from "./file_words.js";
import { isolated } from "../shared/isolated.js";
import { t } from "../words/words.js";

const KINDS = { image: "image", audio: "audio", video: "film" };
/** Types that browsers show in a tab. This only chooses the link; the server decides. */
const SHOWN = /^(application\/pdf|image\/(png|jpeg|gif|webp|avif)|audio\/(mpeg|mp4|wav|ogg|flac)|video\/(mp4|webm))$/;

/** The list of files, with Delete and Undo. */
export class FileList {
  #list = document.getElementById("file-list");
  #empty = document.getElementById("no-files");
  /** Counts files that this page has added. */
  #arrived = 0;

  /** @param {SessionWithFiles} session */
  constructor(session) {
    this.session = session;
    this.#list.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest(".file-delete");
      if (button) this.#delete(button.closest("li"));
    });
  }

  /** Request the list and show it. Throws: RequestError. */
  async refresh() {
    const before = this.#arrived;
    const state = await this.session.fetchResources();
    // A file that was added meanwhile may be missing in this answer.
    if (before === this.#arrived) this.#show(state.resources);
    return state;
  }

  /** Rows that are shown already stay. @param {any[]} resources */
  #show(resources) {
    const files = resources.filter((resource) => resource.type !== "recording");
    const rows = /** @type {HTMLElement[]} */ ([...this.#list.children]);
    const known = new Map(rows.map((row) => [row.dataset.id, row]));
    for (const file of files) {
      if (!known.has(file.id)) this.add(file, { quietly: true });
      known.delete(file.id);
    }
    for (const row of known.values()) {
      if (!row.matches(".deleted-row") && !row.contains(document.activeElement)) row.remove();
    }
    this.#showEmpty();
  }

  /** @param {any} file @param {{ quietly?: boolean, before?: Element | null }} [options] */
  add(file, { quietly = false, before = null } = {}) {
    if (this.#list.querySelector(`[data-id="${CSS.escape(file.id)}"]:not(.deleted-row)`)) return null;
    const row = this.#row(file);
    this.#list.insertBefore(row, before);
    this.#arrived += 1;
    this.#showEmpty();
    if (!quietly) announce(t("{name} uploaded.", { name: isolated(file.name) }));
    return row;
  }

  /** @param {any} file */
  #row(file) {
    const row = clone("file-row");
    const url = `/session/${this.session.id}/resources/${file.id}`;
    row.dataset.id = file.id;
    const icon = document.getElementById(`icon-${KINDS[file.type.split("/")[0]] ?? "file"}`);
    row.querySelector(".file-icon").replaceChildren(icon["content"].cloneNode(true));
    const name = row.querySelector(".file-name");
    name.textContent = file.name;
    name.href = SHOWN.test(file.type) ? `${url}?view=1` : url;
    if (SHOWN.test(file.type)) Object.assign(name, { target: "_blank", rel: "noopener" });
    row.querySelector(".file-about").textContent = about(file);
    row.querySelector(".file-download").href = url;
    for (const label of row.querySelectorAll(".file-label")) label.textContent = file.name;
    return row;
  }

  /** @param {any} row */
  async #delete(row) {
    const name = row.querySelector(".file-name").textContent;
    const button = row.querySelector(".file-delete");
    // Not `disabled`: that would lose the focus.
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      await this.session.deleteResource(row.dataset.id);
    } catch (error) {
      button.setAttribute("aria-busy", "false");
      if (error.status !== 404) return notDeleted(row, [t("Not deleted."), error.message].join(" "));
    }
    const gone = clone("deleted-row");
    gone.dataset.id = row.dataset.id;
    // Translators: shown in the place of a file, beside a button "Undo".
    gone.querySelector(".file-gone").textContent = t("{name} deleted", { name: isolated(name) });
    gone.querySelector(".file-label").textContent = name;
    const undo = gone.querySelector(".file-undo");
    undo.addEventListener("click", () => this.#restore(gone));
    const hadFocus = row.contains(document.activeElement);
    row.replaceWith(gone);
    if (hadFocus) undo.focus();
    announce(t("{name} deleted.", { name: isolated(name) }));
    this.#showEmpty();
  }

  /** @param {any} gone */
  async #restore(gone) {
    const undo = gone.querySelector(".file-undo");
    if (undo.getAttribute("aria-busy") === "true") return;
    undo.setAttribute("aria-busy", "true");
    try {
      const file = await this.session.restoreResource(gone.dataset.id);
      const row = this.add(file, { quietly: true, before: gone });
      const hadFocus = gone.contains(document.activeElement);
      gone.remove();
      if (hadFocus) row?.querySelector(".file-name").focus();
      announce(t("{name} is back.", { name: isolated(file.name) }));
    } catch (error) {
      undo.setAttribute("aria-busy", "false");
      gone.querySelector(".file-gone").textContent = error.message;
      announce(error.message);
    }
  }

  #showEmpty() {
    this.#empty.hidden = this.#list.children.length > 0;
  }
}

/** @param {any} row @param {string} words */
function notDeleted(row, words) {
  row.dataset.state = "failed";
  row.querySelector(".file-about").textContent = words;
  announce(`${isolated(row.querySelector(".file-name").textContent)}: ${words}`);
}

/** @param {string} id Of the template. @returns {any} Its element. */
export function clone(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return template.content.firstElementChild.cloneNode(true);
}
