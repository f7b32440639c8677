import { announce } from "../shared/announce.js";
import { isolated } from "../shared/isolated.js";
import { watchMenus } from "../shared/menus.js";
import { toast } from "../shared/toasts.js";
import { Sheet } from "../sheet/sheet.js";
import { t } from "../words/words.js";
import { Keys } from "./keys.js";
import { Live } from "./live.js";
import { Mode } from "./mode.js";
import { News } from "./news.js";
import { FIRST, Pages } from "./pages.js";
import { Pictures } from "./pictures.js";
import { Sync, idOf } from "./sync.js";
import { Toolbar } from "./toolbar.js";
import { unsentChanges } from "./unsent_changes.js";

const LONGEST_NAME = 60;

/** A sheet that the two people of a room share, on the stage, from its first opening until the person leaves. @implements {Keeper} */
export class Board {
  isShown = false;
  #isComplete = false;
  /** Ids of records that were shown already, for the words "drew" and "changed". @type {Set<string>} */
  #seen = new Set();

  /**
   * @param {object} with
   * @param {Session} with.session
   * @param {(message: object) => boolean} with.send
   * @param {AbortSignal} with.signal
   */
  constructor({ session, send, signal }) {
    this.session = session;
    this.send = send;
    this.signal = signal;
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("board-template"));
    this.root = /** @type {HTMLElement} */ (template.content.firstElementChild.cloneNode(true));
    this.root.hidden = true;
    document.getElementById("stage-area").append(this.root);
    signal.addEventListener("abort", () => this.root.remove());
    this.sync = new Sync({
      role: session.role,
      send,
      store: unsentChanges(session),
      onChange: (ids) => this.#onChange(ids),
      onRefused: ({ code }) => toast(refusalOf(code)),
      onRemote: (records) => this.news.add(records, (id) => this.#seen.has(id)),
    });
    this.mode = new Mode(this);
    this.live = new Live(this);
    const images = `/session/${session.id}/board/images/`;
    this.sheet = new Sheet({ root: this.root, images, keeper: this, onlooker: this.live, signal });
    this.pages = new Pages(this);
    this.pictures = new Pictures(this);
    this.news = new News(this);
    this.menus = watchMenus(this.root, signal);
    this.toolbar = new Toolbar(this);
    new Keys(this);
    this.sheet.addEventListener("change", () => this.toolbar.show(), { signal });
    this.sheet.camera.addEventListener("change", () => this.#onCamera(), { signal });
    this.showPage(FIRST.id);
  }

  /** @param {string} id @returns {any} */
  find(id) {
    return this.root.querySelector(`#${id}`);
  }

  /** A message of the room. @param {any} message */
  receive(message) {
    const { type, role } = message;
    const isTheirs = role !== this.session.role;
    this.sync.receive(message);
    if (type === "welcome") this.mode.set(message.board);
    if (type === "board_mode") this.mode.set(message);
    if (type === "board_live" && isTheirs) this.live.receive(message);
    if (type === "presence" && isTheirs && message.state === "left") this.live.clear();
    if (type === "presence" && isTheirs && message.state === "online") this.mode.lead();
    if (type === "board_state" && message.last) this.#onComplete();
  }

  down() {
    this.sync.down();
    this.live.clear();
    this.toolbar.show();
  }

  /** @param {boolean} shown */
  show(shown) {
    if (this.isShown === shown) return;
    this.isShown = shown;
    this.root.hidden = !shown;
    if (shown) return;
    this.sheet.cross.lift();
    this.sheet.texts.finish();
    this.live.point(null);
  }

  get page() {
    return this.sheet.page;
  }

  get mayDraw() {
    return this.mode.mayDraw;
  }

  /** Who is led neither moves nor enlarges the page. */
  get mayMove() {
    return !this.mode.isLed;
  }

  get allowsSingleKeys() {
    return /** @type {HTMLInputElement} */ (document.getElementById("shortcuts-on")).checked;
  }

  /** @param {string} page */
  elements(page) {
    return this.sync.elements(page);
  }

  /** @param {string} id */
  shown(id) {
    return this.sync.shown(id);
  }

  /** @param {Fields[]} elements New ones. */
  add(elements) {
    if (this.mayDraw) this.sync.change([...this.pages.needed, ...elements.map((put) => ({ put }))]);
  }

  /** Change or delete elements. Who may only read sees again what is there. @param {Fields[]} ops */
  change(ops) {
    if (this.mayDraw) this.sync.change(ops);
    else for (const op of ops) this.sheet.redraw(idOf(op));
  }

  clear() {
    this.sheet.remove(this.sheet.surface.ids);
    toast(t("Page cleared. Undo brings it back."));
  }

  /** @param {boolean} redo */
  undo(redo) {
    const { history } = this.sync;
    const { other: { called: name } } = this.session;
    if (!(redo ? history.redo() : history.undo())) toast(t("{name} has changed it since: it stays.", { name }));
    this.toolbar.show();
  }

  /** @param {number} step */
  turn(step) {
    const { all } = this.pages;
    const next = all[this.pages.numberOf(this.page) - 1 + step];
    if (next) this.showPage(next.id, { tell: true });
  }

  /** @param {string} id @param {{ tell?: boolean }} [options] `tell`: by this person. */
  showPage(id, { tell = false } = {}) {
    if (tell && this.mode.isLed) return;
    this.sheet.show(id);
    this.live.clear();
    this.toolbar.show();
    this.mode.lead();
    if (!tell) return;
    // A page that the room does not know yet can be nobody's.
    if (this.sync.shown(id) && !this.sync.shown(id).pending) this.send({ type: "board_mode", page: id });
    announce(this.pages.nameOf(id));
  }

  focusTools() {
    const folded = this.find("board-tool");
    const chosen = /** @type {HTMLElement} */ (this.root.querySelector("[data-tool][aria-pressed=true]"));
    (folded.offsetParent ? folded : chosen).focus();
  }

  /** For screen readers. @param {Fields} record */
  nameOf(record) {
    const values = { what: whatIs(record), name: this.session.other.called };
    // Translators: {what} is what the board has, such as "Line" or "Picture photo.jpg".
    return record.by === this.session.role ? t("{what} by you", values) : t("{what} by {name}", values);
  }

  /** @param {Set<string>} ids */
  #onChange(ids) {
    let pagesChanged = false;
    for (const id of ids) {
      const record = this.sync.shown(id);
      pagesChanged ||= record?.page === undefined;
      if (record?.page !== undefined || this.sheet.surface.node(id)) this.sheet.redraw(id);
      this.live.settle(id);
      this.#seen.add(id);
    }
    if (pagesChanged) this.#leaveDeletedPage();
    this.sheet.selection.show();
    this.toolbar.show();
  }

  #leaveDeletedPage() {
    const { all } = this.pages;
    if (!all.some(({ id }) => id === this.page)) this.showPage(all[0].id);
  }

  /** All records are here. */
  #onComplete() {
    const wanted = this.pages.all.find(({ id }) => id === this.mode.lastPage);
    if (wanted && !this.#isComplete) this.showPage(wanted.id);
    else this.#leaveDeletedPage();
    this.#isComplete = true;
    this.toolbar.offerEarlier();
  }

  #onCamera() {
    this.live.place();
    this.toolbar.showZoom();
    this.mode.lead();
  }
}

/** Why the room refused a change. @param {string} code See docs/protocol.md. */
function refusalOf(code) {
  switch (code) {
    case "board_full":
      return t("There is no room for it: this page or the whole board is full.");
    case "board_read_only":
      return t("The board can only be read now.");
    case "board_unknown":
      return t("The board has no such element, page or picture.");
    default:
      return t("The board could not take this change.");
  }
}

/** @param {Fields} record */
function whatIs({ kind, text, label, highlighter }) {
  if (highlighter) return t("Highlighter");
  switch (kind) {
    case "line":
      return t("Line");
    case "arrow":
      return t("Arrow");
    case "rectangle":
      return t("Rectangle");
    case "ellipse":
      return t("Ellipse");
    case "text":
      return t("Text “{text}”", { text: isolated(text.slice(0, LONGEST_NAME)) });
    case "image":
      // Translators: {label} is the name of its file, or such as "photo".
      return t("Picture {label}", { label: isolated(label ?? "") });
    default:
      // Translators: what a pen has drawn, a noun.
      return t("Stroke");
  }
}
