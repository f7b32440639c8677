/** The pages: the list with small pictures, their names and order. */

import { newId } from "../sheet/ids.js";
import { SmallPages } from "../sheet/small.js";
import { t } from "../words/words.js";

/** Both people's first page has this id: it is one page, even if both begin at once. */
export const FIRST = { id: "firstpage", title: "", position: 1 };
const MOST = 50;

export class Pages {
  /** @param {Board} board */
  constructor(board) {
    const { signal } = board;
    this.board = board;
    this.small = new SmallPages(board.sheet.images);
    this.list = board.find("board-thumbs");
    this.button = board.find("board-page");
    this.item = /** @type {HTMLTemplateElement} */ (board.find("board-thumb"));
    this.button.addEventListener("open", () => this.show(), { signal });
    this.list.addEventListener("click", (event) => this.#onClick(/** @type {Element} */ (event.target)), { signal });
    this.list.addEventListener("change", (event) => this.#rename(/** @type {HTMLInputElement} */ (event.target)), { signal });
  }

  /** @returns {Fields[]} At least one: the first page is made with the first element on it. */
  get all() {
    const pages = this.board.sync.pages();
    return pages.length > 0 ? pages : [FIRST];
  }

  /** @param {string} id */
  numberOf(id) {
    return this.all.findIndex((page) => page.id === id) + 1;
  }

  /** @param {string} id @returns {string} In words. */
  nameOf(id) {
    const page = this.all.find((each) => each.id === id);
    return page?.title || t("Page {number}", { number: this.numberOf(id) });
  }

  /** What a change needs first, if the board has no page yet. @returns {Fields[]} */
  get needed() {
    return this.board.sync.shown(this.board.page) ? [] : [{ put_page: { ...FIRST, id: this.board.page } }];
  }

  /** After the shown one. @returns {Fields | null} Null when there is no more room. */
  next() {
    const { all } = this;
    const at = this.numberOf(this.board.page);
    return all.length < MOST ? { id: newId(), title: "", position: between(all[at - 1], all[at], 1) } : null;
  }

  add() {
    const page = this.next();
    if (!page || !this.board.mode.mayDraw) return;
    this.board.sync.change([...this.needed, { put_page: page }]);
    this.board.showPage(page.id);
  }

  /** The focus stays on the same control of the same page, and a name that is being written stays too. */
  show() {
    const focused = this.list.contains(document.activeElement) ? document.activeElement : null;
    if (focused instanceof HTMLInputElement && focused.value !== focused.defaultValue) return;
    const page = focused?.closest("li").dataset.page;
    const act = focused?.getAttribute("data-page-act");
    this.list.replaceChildren(...this.all.map((each, index) => this.#draw(each, index + 1)));
    if (!focused) return;
    const same = this.list.querySelector(`[data-page="${page}"] ${act ? `[data-page-act="${act}"]` : "input"}`);
    /** @type {HTMLElement} */ (same ?? this.button).focus();
  }

  /** @param {Fields} page @param {number} number */
  #draw({ id, title }, number) {
    const { board } = this;
    const item = /** @type {HTMLElement} */ (this.item.content.firstElementChild.cloneNode(true));
    const find = (selector) => /** @type {any} */ (item.querySelector(selector));
    item.dataset.page = id;
    find(".board-name").textContent = this.nameOf(id);
    find(".board-here").hidden = id !== board.mode.otherPage;
    find(".board-thumb").setAttribute("aria-current", String(id === board.page));
    Object.assign(find("input"), { defaultValue: title, placeholder: t("Page {number}", { number }) });
    find("input").setAttribute("aria-label", t("Title of page {number}", { number }));
    for (const control of /** @type {NodeListOf<HTMLInputElement>} */ (item.querySelectorAll("input, .board-row button"))) {
      control.disabled = !board.mode.mayDraw;
    }
    void this.small.draw(find("canvas"), board.sync.elements(id), getComputedStyle(board.root));
    return item;
  }

  /** @param {Element} target */
  #onClick(target) {
    const act = target.closest("[data-page-act]")?.getAttribute("data-page-act");
    const id = /** @type {HTMLElement} */ (target.closest("li"))?.dataset.page;
    if (act === "show") this.board.showPage(id, { tell: true });
    if (act === "delete") this.#delete(id);
    if (act === "up") this.#move(id, -1);
    if (act === "down") this.#move(id, 1);
  }

  /** The last page is emptied instead. @param {string} id */
  #delete(id) {
    const { all, board } = this;
    if (all.length === 1) return board.sheet.remove(board.sync.elements(id).map((element) => element.id));
    const at = this.numberOf(id) - 1;
    board.sync.change([{ delete_page: id }]);
    if (id === board.page) board.showPage(all[at === 0 ? 1 : at - 1].id, { tell: true });
    this.show();
  }

  /** @param {string} id @param {number} step */
  #move(id, step) {
    const { all } = this;
    const at = this.numberOf(id) - 1;
    if (all[at + step]) this.#put(id, { position: between(all[at + step], all[at + 2 * step], step) });
  }

  /** @param {HTMLInputElement} field */
  #rename(field) {
    field.defaultValue = field.value;
    this.#put(field.closest("li").dataset.page, { title: field.value.trim() });
  }

  /** @param {string} page @param {Fields} fields What changes. */
  #put(page, fields) {
    const { id, title, position } = this.all.find((each) => each.id === page);
    this.board.sync.change([{ put_page: { id, title, position, ...fields } }]);
    this.show();
  }
}

/** @param {Fields | undefined} near @param {Fields | undefined} far @param {number} step Where there is no further page. */
function between(near, far, step) {
  const position = near?.position ?? 0;
  return far ? (position + far.position) / 2 : position + step;
}
