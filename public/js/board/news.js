import { announce } from "../shared/announce.js";
import { isolated } from "../shared/isolated.js";
import { t } from "../words/words.js";
import { FIRST } from "./pages.js";

/** What comes within this time is one announcement. */
const GROUP_MS = 2500;

/** Tells screen readers what the other one does, politely and grouped. */
export class News {
  /** Sentences of this group. @type {Set<string>} */
  #sentences = new Set();
  #timer = 0;

  /** @param {Board} board */
  constructor(board) {
    this.board = board;
  }

  /** @param {Fields[]} records The other one's. @param {(id: string) => boolean} isKnown Whether it was shown before. */
  add(records, isKnown) {
    for (const record of records) this.#sentences.add(this.#sentence(record, isKnown(record.id)));
    this.#timer ||= window.setTimeout(() => this.#tell(), GROUP_MS);
  }

  #tell() {
    this.#timer = 0;
    if (this.board.isShown) announce([...this.#sentences].filter(Boolean).join(" "));
    this.#sentences.clear();
  }

  /** @param {Fields} record @param {boolean} known */
  #sentence({ id, page, kind, deleted }, known) {
    const { session: { other: { called: name } }, pages } = this.board;
    if (page === undefined) return known || id === FIRST.id ? "" : t("{name} added a page.", { name });
    const values = { name, page: isolated(pages.nameOf(page)) };
    // Translators: {page} is such as "Page 3", or the title that somebody gave to the page.
    if (deleted) return t("{name} removed something from {page}.", values);
    if (known) return t("{name} changed something on {page}.", values);
    if (kind === "text") return t("{name} wrote on {page}.", values);
    if (kind === "image") return t("{name} added a picture to {page}.", values);
    return t("{name} drew on {page}.", values);
  }
}
