import { announce } from "../shared/announce.js";
import { FIRST } from "./pages.js";

/** What comes within this time is one announcement. */
const GROUP_MS = 2500;
const KINDS = { stroke: "drew", line: "drew", arrow: "drew", rectangle: "drew", ellipse: "drew", text: "wrote", image: "added-image" };

/** Tells screen readers what the other one does, politely and grouped. */
export class News {
  /** @type {Set<string>} Sentences of this group. */
  #sentences = new Set();
  #timer = 0;

  /** @param {import("./board.js").Board} board */
  constructor(board) {
    this.board = board;
  }

  /** @param {import("./sync.js").Fields[]} records The other one's. @param {(id: string) => boolean} isKnown Whether it was shown before. */
  add(records, isKnown) {
    for (const record of records) this.#sentences.add(this.#sentence(record, isKnown(record.id)));
    this.#timer ||= window.setTimeout(() => this.#tell(), GROUP_MS);
  }

  #tell() {
    this.#timer = 0;
    if (this.board.isShown) announce([...this.#sentences].filter(Boolean).join(" "));
    this.#sentences.clear();
  }

  /** @param {import("./sync.js").Fields} record @param {boolean} known */
  #sentence(record, known) {
    const { word, pages } = this.board;
    if (record.page === undefined) return known || record.id === FIRST.id ? "" : word("new-page");
    const page = pages.nameOf(record.page);
    const what = record.deleted ? "removed" : known ? "changed" : KINDS[record.kind];
    return word(what, { page });
  }
}
