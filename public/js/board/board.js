import { announce } from "../shared/announce.js";
import { toast } from "../shared/toasts.js";
import { Camera } from "./camera.js";
import { Eraser, Laser, Pen, Shape } from "./drawing.js";
import { Keys } from "./keys.js";
import { Live, previewIn } from "./live.js";
import { watchMenus } from "./menus.js";
import { News } from "./news.js";
import { FIRST, Pages } from "./pages.js";
import { Pictures } from "./pictures.js";
import { Pointers } from "./pointers.js";
import { Selection } from "./selecting.js";
import { Surface } from "./surface.js";
import { Sync } from "./sync.js";
import { Texts } from "./texts.js";
import { Toolbar } from "./toolbar.js";
import { unsentChanges } from "./unsent_changes.js";
import { wordsOf } from "./words.js";

const PEN_SIZES = [3, 6, 12];
const SIZES = { highlighter: [18, 32, 48], text: [28, 40, 64] };
const LONGEST_NAME = 60;

/** @typedef {import("./sync.js").Fields} Fields */

/** The board on the stage. It exists from its first opening until the person leaves the room. */
export class Board {
  page = FIRST.id;
  /** The page that the other one looks at, as far as it is known. */
  otherPage = "";
  isShown = false;
  /** Whether only the teacher may write. */
  #readOnly = false;
  #follow = false;
  #state = { tool: "pen", colour: "ink", size: 1 };

  /**
   * @param {object} with
   * @param {Session} with.session
   * @param {(message: object) => boolean} with.send
   * @param {AbortSignal} with.signal
   */
  constructor({ session, send, signal }) {
    this.session = session;
    this.send = send;
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("board-template"));
    const root = /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
    this.root = root;
    root.hidden = true;
    document.getElementById("stage-area").append(root);
    signal.addEventListener("abort", () => root.remove());
    const find = (id) => /** @type {any} */ (root.querySelector(`#${id}`));
    this.element = find("board-surface");
    this.word = wordsOf(root);
    this.sync = new Sync({
      role: session.role,
      send,
      store: unsentChanges(session),
      onChange: (ids) => this.#onChange(ids),
      onRefused: ({ message }) => toast(message),
      onRemote: (_by, records) => this.news.add(records, (id) => this.#seen.has(id)),
    });
    this.camera = new Camera(this.element, /** @type {any[]} */ ([...root.querySelectorAll(".board-drawing")]), signal);
    this.surface = new Surface(find("board-elements"), `/session/${session.id}/board/images/`, (record) => this.#nameOf(record));
    this.live = new Live(this, find("board-ink"), find("board-cursor"), send);
    this.preview = previewIn(find("board-preview"));
    this.selection = new Selection(this, find("board-selection"));
    this.texts = new Texts(this, find("board-field"), signal);
    this.pages = new Pages(this, root, signal);
    this.pictures = new Pictures(this, root, signal);
    this.news = new News(this);
    this.pointers = new Pointers(this, this.element, signal);
    this.keys = new Keys(this, this.element, find("board-cross"), signal);
    this.menus = watchMenus(root, signal);
    this.toolbar = new Toolbar(this, root, signal);
    this.#tools = {
      select: this.selection,
      text: this.texts,
      pen: new Pen(this, false),
      highlighter: new Pen(this, true),
      eraser: new Eraser(this),
      line: new Shape(this, "line"),
      arrow: new Shape(this, "arrow"),
      rectangle: new Shape(this, "rectangle"),
      ellipse: new Shape(this, "ellipse"),
      laser: new Laser(this),
    };
    this.camera.addEventListener("change", () => this.#onCamera(), { signal });
    root.addEventListener("formula", () => this.selection.show(), { signal });
    this.showPage(this.page);
  }

  /** @type {{ [name: string]: import("./drawing.js").Tool }} */
  #tools;
  /** Ids of records that were shown already, for the words "drew" and "changed". @type {Set<string>} */
  #seen = new Set();

  /** A message of the room. @param {any} message */
  receive(message) {
    this.sync.receive(message);
    if (message.type === "welcome") this.#onMode({ ...message.board, by: "" });
    else if (message.type === "board_mode") this.#onMode(message);
    else if (message.type === "board_live" && message.role !== this.session.role) this.live.receive(message);
    else if (message.type === "presence" && message.role !== this.session.role) this.#onPresence(message.state);
    if (message.type === "board_state" && message.last) this.#onComplete();
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
    if (!shown) {
      this.keys.lift();
      this.texts.finish();
      this.live.point(null);
    }
  }

  get mayDraw() {
    return this.session.role === "teacher" || !this.#readOnly;
  }

  get isLed() {
    return this.#follow && this.session.role === "student";
  }

  get #leads() {
    return this.#follow && this.session.role === "teacher";
  }

  get mode() {
    return { readOnly: this.#readOnly, follow: this.#follow };
  }

  get allowsSingleKeys() {
    return /** @type {HTMLInputElement} */ (document.getElementById("shortcuts-on")).checked;
  }

  get style() {
    const { tool, colour, size } = this.#state;
    return { tool, colour, size: (SIZES[tool] ?? PEN_SIZES)[size], step: size };
  }

  /** The tool that a pointer gets; null moves the page. */
  tool() {
    const { tool } = this.#state;
    const needsNothing = tool === "laser" || tool === "select";
    return this.mayDraw || needsNothing ? (this.#tools[tool] ?? null) : null;
  }

  /** @param {string} tool */
  choose(tool) {
    this.texts.finish();
    this.#state.tool = tool;
    if (tool !== "select" && this.selection.ids.size > 0) this.selection.set([]);
    this.toolbar.show();
  }

  /** Colour or width, also of what is selected. @param {{ colour?: string, size?: number }} what */
  restyle(what) {
    Object.assign(this.#state, what);
    const edits = this.selection.records.filter(({ kind }) => kind !== "image").map(({ id, kind, highlighter }) => ({
      id,
      ...(what.colour === undefined ? {} : { colour: what.colour }),
      ...(what.size === undefined ? {} : { size: (SIZES[highlighter ? "highlighter" : kind] ?? PEN_SIZES)[what.size] }),
    }));
    this.edit(edits);
    this.toolbar.show();
  }

  /** @param {Fields[]} elements New ones. */
  add(elements) {
    if (this.mayDraw) this.sync.change([...this.pages.needed, ...elements.map((put) => ({ put }))]);
  }

  /** @param {Fields[]} edits */
  edit(edits) {
    if (this.mayDraw) this.sync.change(edits.map((edit) => ({ edit })));
    else for (const { id } of edits) this.redraw(id);
  }

  /** @param {Iterable<string>} ids */
  remove(ids) {
    if (this.mayDraw) this.sync.change(Array.from(ids, (id) => ({ delete: id })));
    else for (const id of ids) this.redraw(id);
  }

  /** @param {string} text In the middle of what is seen. */
  addText(text) {
    this.choose("text");
    this.texts.start(this.camera.centre);
    this.texts.end();
    this.texts.field.value = text.slice(0, this.texts.field.maxLength);
    this.texts.finish();
  }

  editText() {
    const [record, ...others] = this.selection.records;
    if (record?.kind === "text" && others.length === 0 && this.mayDraw) this.texts.edit(record);
  }

  selectAll() {
    this.choose("select");
    this.selection.set(this.surface.ids);
  }

  clear() {
    this.remove(this.surface.ids);
    this.tell(this.word("cleared"));
  }

  /** @param {boolean} redo */
  undo(redo) {
    const { history } = this.sync;
    if (!(redo ? history.redo() : history.undo())) this.tell(this.word("left-alone"));
    this.toolbar.show();
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    if (!this.isLed) this.camera.pan(dx, dy);
  }

  /** @param {number} factor @param {{ x: number, y: number }} [place] */
  zoomBy(factor, place) {
    if (!this.isLed) this.camera.zoomBy(factor, place);
  }

  /** The part that the teacher sees. @param {Fields} view */
  follow({ page, x, y, w, h }) {
    if (!this.isLed) return;
    if (page !== this.page) this.showPage(page);
    this.camera.fit({ x, y, w, h });
  }

  /** @param {number} step */
  turn(step) {
    const { all } = this.pages;
    const next = all[this.pages.numberOf(this.page) - 1 + step];
    if (next) this.showPage(next.id, { tell: true });
  }

  /** @param {string} id @param {{ tell?: boolean }} [options] `tell`: by this person. */
  showPage(id, { tell = false } = {}) {
    if (tell && this.isLed) return;
    this.texts.finish();
    this.page = id;
    this.selection.ids.clear();
    const records = this.sync.elements(id);
    this.surface.show(records);
    this.selection.show();
    this.live.clear();
    this.toolbar.show();
    if (this.#leads) this.live.view();
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

  onSelect() {
    this.toolbar.show();
  }

  /** A press on the page. */
  onPress() {
    this.menus.close();
    this.keys.lift();
  }

  /** @param {string} words Shown and spoken. */
  tell(words) {
    toast(words);
  }

  /** @param {string} key */
  say(key) {
    announce(this.word(key));
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    this.toolbar.busy = busy;
    this.toolbar.show();
  }

  focusTools() {
    const folded = /** @type {HTMLElement} */ (this.root.querySelector("#board-tool"));
    const chosen = /** @type {HTMLElement} */ (this.root.querySelector("[data-tool][aria-pressed=true]"));
    (folded.offsetParent ? folded : chosen).focus();
  }

  focusSurface() {
    this.element.focus({ preventScroll: true });
  }

  /** @param {string} state Of the other one. */
  #onPresence(state) {
    if (state === "left") this.live.clear();
    if (state === "online" && this.#leads) this.live.view();
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
    if (pagesChanged && !this.pages.all.some(({ id }) => id === this.page)) this.showPage(this.pages.all[0].id);
    this.selection.show();
    this.toolbar.show();
  }

  /** All records are here: open the page that was looked at last. */
  #onComplete() {
    const { all } = this.pages;
    const wanted = all.find(({ id }) => id === this.#lastPage)?.id;
    if (wanted && !this.#isComplete) this.showPage(wanted);
    else if (!all.some(({ id }) => id === this.page)) this.showPage(all[0].id);
    this.#isComplete = true;
    this.toolbar.offerEarlier();
  }

  #isComplete = false;
  #lastPage = "";

  /** @param {any} mode */
  #onMode({ read_only, follow, page, by }) {
    const wasReadOnly = this.#readOnly;
    this.#readOnly = read_only;
    this.#follow = follow;
    if (by === "") this.#lastPage = page ?? "";
    else if (by !== this.session.role && page) this.otherPage = page;
    if (this.session.role === "student" && wasReadOnly !== read_only) {
      if (by) this.tell(this.word(read_only ? "read-only" : "writable"));
      this.selection.set([]);
    }
    if (this.#leads) this.live.view();
    this.toolbar.show();
  }

  #onCamera() {
    this.selection.show();
    this.live.place();
    this.toolbar.showZoom();
    if (this.#leads) this.live.view();
  }

  /** @param {Fields} record */
  #nameOf({ kind, text, label, highlighter, by }) {
    const short = String(text ?? "").slice(0, LONGEST_NAME);
    const what = this.word(highlighter ? "kind-marker" : `kind-${kind}`, { text: short, label: label ?? "" });
    return this.word(by === this.session.role ? "by-me" : "by-other", { what });
  }
}
