import { announce } from "../shared/announce.js";
import { FIRST } from "./pages.js";

/** What comes within this time is one announcement. */
const GROUP_MS = 2500;
const KINDS = { text: "wrote", image: "added-image" };

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
    const { word, pages } = this.board;
    if (page === undefined) return known || id === FIRST.id ? "" : word("new-page");
    return word(deleted ? "removed" : known ? "changed" : (KINDS[kind] ?? "drew"), { page: pages.nameOf(page) });
  }
}
