import { announce } from "../shared/announce.js";
import { watchMenus } from "../shared/menus.js";
import { toast } from "../shared/toasts.js";
import { Camera } from "./camera.js";
import { Keys } from "./keys.js";
import { Live } from "./live.js";
import { Mode } from "./mode.js";
import { News } from "./news.js";
import { FIRST, Pages } from "./pages.js";
import { Pictures } from "./pictures.js";
import { Pointers } from "./pointers.js";
import { Selection } from "./selecting.js";
import { drawn } from "./shapes.js";
import { Surface } from "./surface.js";
import { Sync, idOf } from "./sync.js";
import { Texts } from "./texts.js";
import { Toolbar } from "./toolbar.js";
import { Tools } from "./tools.js";
import { unsentChanges } from "./unsent_changes.js";

const LONGEST_NAME = 60;

/** The board on the stage. It exists from its first opening until the person leaves the room. */
export class Board {
  page = FIRST.id;
  isShown = false;
  #isComplete = false;
  /** @type {Map<string, string>} */
  #words;
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
    this.element = this.find("board-surface");
    const terms = [...this.root.querySelectorAll("#board-words dt")];
    this.#words = new Map(terms.map((term) => [term.textContent, term.nextElementSibling.textContent]));
    this.sync = new Sync({
      role: session.role,
      send,
      store: unsentChanges(session),
      onChange: (ids) => this.#onChange(ids),
      onRefused: ({ message }) => toast(message),
      onRemote: (records) => this.news.add(records, (id) => this.#seen.has(id)),
    });
    this.mode = new Mode(this);
    this.camera = new Camera(this);
    this.surface = new Surface(this);
    this.live = new Live(this);
    this.selection = new Selection(this);
    this.texts = new Texts(this);
    this.pages = new Pages(this);
    this.pictures = new Pictures(this);
    this.news = new News(this);
    this.pointers = new Pointers(this);
    this.keys = new Keys(this);
    this.menus = watchMenus(this.root, signal);
    this.tools = new Tools(this);
    this.toolbar = new Toolbar(this);
    this.camera.addEventListener("change", () => this.#onCamera(), { signal });
    this.root.addEventListener("formula", () => this.selection.show(), { signal });
    this.showPage(this.page);
  }

  /** @param {string} id @returns {any} */
  find(id) {
    return this.root.querySelector(`#${id}`);
  }

  /** The board's words, which its template has. @param {string} key @param {{ [name: string]: any }} [parts] @returns {string} */
  word = (key, parts = {}) => {
    const words = this.#words.get(key);
    return words.replace(/\{(\w+)\}/g, (_all, name) => String(parts[name] ?? ""));
  };

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
    this.keys.lift();
    this.texts.finish();
    this.live.point(null);
  }

  get allowsSingleKeys() {
    return /** @type {HTMLInputElement} */ (document.getElementById("shortcuts-on")).checked;
  }

  /** @param {Fields[]} elements New ones. */
  add(elements) {
    if (this.mode.mayDraw) this.sync.change([...this.pages.needed, ...elements.map((put) => ({ put }))]);
  }

  /** Change or delete elements. Who may only read sees again what is there. @param {Fields[]} ops */
  change(ops) {
    if (this.mode.mayDraw) this.sync.change(ops);
    else for (const op of ops) this.redraw(idOf(op));
  }

  /** @param {Iterable<string>} ids */
  remove(ids) {
    this.change(Array.from(ids, (id) => ({ delete: id })));
  }

  editText() {
    const [record, ...others] = this.selection.records;
    if (record?.kind === "text" && others.length === 0 && this.mode.mayDraw) this.texts.edit(record);
  }

  selectAll() {
    this.tools.choose("select");
    this.selection.set(this.surface.ids);
  }

  clear() {
    this.remove(this.surface.ids);
    this.tell("cleared");
  }

  /** @param {boolean} redo */
  undo(redo) {
    const { history } = this.sync;
    if (!(redo ? history.redo() : history.undo())) this.tell("left-alone");
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
    this.texts.finish();
    this.page = id;
    this.selection.ids.clear();
    this.surface.show(this.sync.elements(id));
    this.selection.show();
    this.live.clear();
    this.toolbar.show();
    this.mode.lead();
    if (!tell) return;
    // A page that the room does not know yet can be nobody's.
    if (this.sync.shown(id) && !this.sync.shown(id).pending) this.send({ type: "board_mode", page: id });
    announce(this.pages.nameOf(id));
  }

  /** @param {string} id Show again what the board has. */
  redraw(id) {
    const record = this.sync.shown(id);
    this.surface.update(id, record?.page === this.page ? record : undefined);
  }

  /** What our tool draws just now. @param {Fields | null} record */
  preview(record) {
    this.find("board-preview").replaceChildren(...(record ? [drawn(record, "")] : []));
  }

  /** Shown and spoken. @param {string} key @param {{ [name: string]: any }} [parts] */
  tell = (key, parts) => toast(this.word(key, parts));

  /** @param {string} key */
  say(key) {
    announce(this.word(key));
  }

  focusTools() {
    const folded = this.find("board-tool");
    const chosen = /** @type {HTMLElement} */ (this.root.querySelector("[data-tool][aria-pressed=true]"));
    (folded.offsetParent ? folded : chosen).focus();
  }

  focusSurface() {
    this.element.focus({ preventScroll: true });
  }

  /** For screen readers. @param {Fields} record */
  nameOf({ kind, text, label = "", highlighter, by }) {
    const short = String(text ?? "").slice(0, LONGEST_NAME);
    const what = this.word(highlighter ? "kind-marker" : `kind-${kind}`, { text: short, label });
    return this.word(by === this.session.role ? "by-me" : "by-other", { what });
  }

  /** @param {Set<string>} ids */
  #onChange(ids) {
    let pagesChanged = false;
    for (const id of ids) {
      const record = this.sync.shown(id);
      pagesChanged ||= record?.page === undefined;
      if (record?.page !== undefined || this.surface.node(id)) this.redraw(id);
      this.live.settle(id);
      this.#seen.add(id);
    }
    if (pagesChanged) this.#leaveDeletedPage();
    this.selection.show();
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
    this.selection.show();
    this.live.place();
    this.toolbar.showZoom();
    this.mode.lead();
  }
}
