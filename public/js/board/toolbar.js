/** The buttons around the page, and what they show. */

const ZOOM = 1.25;
const MANY = 5;
const GRID = "session-room:board-grid";

export class Toolbar {
  busy = false;
  #earlier = "";
  #shownZoom = 0;

  /** @param {import("./board.js").Board} board @param {HTMLElement} root @param {AbortSignal} signal */
  constructor(board, root, signal) {
    this.board = board;
    this.root = root;
    this.actions = {
      undo: () => board.undo(false),
      redo: () => board.undo(true),
      duplicate: () => (board.selection.copy(), board.selection.paste()),
      delete: () => board.selection.remove(),
      clear: () => board.clear(),
      picture: () => board.pictures.choose(),
      photo: () => board.pictures.photograph(),
      grid: () => this.#toggleGrid(),
      follow: () => board.send({ type: "board_mode", follow: !board.mode.follow }),
      "read-only": () => board.send({ type: "board_mode", read_only: !board.mode.readOnly }),
      previous: () => board.turn(-1),
      next: () => board.turn(1),
      "add-page": () => board.pages.add(),
      "zoom-in": () => board.zoomBy(ZOOM),
      "zoom-out": () => board.zoomBy(1 / ZOOM),
      fit: () => board.isLed || board.camera.fit(),
      continue: () => this.#continue(),
    };
    root.addEventListener("click", (event) => this.#onClick(/** @type {Element} */ (event.target)), { signal });
    root.addEventListener("copy", (event) => board.selection.copyTo(event), { signal });
    root.classList.toggle("with-grid", gridIsOn());
    this.#find("board-bar").addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  /** @param {string} id @returns {any} */
  #find(id) {
    return this.root.querySelector(`#${id}`);
  }

  /** @param {Element} target */
  #onClick(target) {
    const button = /** @type {HTMLElement} */ (target.closest("button"));
    if (!button) return;
    const { tool, colour, size, act } = button.dataset;
    if (tool) this.board.choose(tool);
    if (colour) this.board.restyle({ colour });
    if (size) this.board.restyle({ size: Number(size) });
    if (tool || (act && button.closest(".board-menu"))) this.board.menus.close();
    this.actions[act]?.();
  }

  /** Arrow keys go from tool to tool, as in any toolbar. @param {KeyboardEvent} event */
  #onKey(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const buttons = /** @type {HTMLElement[]} */ ([...this.#find("board-bar").querySelectorAll("button, a")]).filter((button) => button.offsetParent);
    const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (!step || at < 0) return;
    event.preventDefault();
    buttons[(at + step + buttons.length) % buttons.length].focus();
  }

  show() {
    const { board } = this;
    const { tool, colour, step } = board.style;
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      const isChosen = button.getAttribute("data-tool") === tool;
      button.setAttribute("aria-pressed", String(isChosen));
      if (isChosen) this.#showTool(button);
    }
    this.#press("colour", colour);
    this.#press("size", String(step));
    this.#find("board-colour").querySelector(".board-dot").setAttribute("class", `board-dot ink-${colour}`);
    this.#enable("undo", board.sync.history.canUndo && board.mayDraw);
    this.#enable("redo", board.sync.history.canRedo && board.mayDraw);
    this.#find("board-selected").hidden = board.selection.ids.size === 0 || !board.mayDraw;
    this.#find("board-insert").disabled = !board.mayDraw;
    this.#enable("clear", board.mayDraw);
    this.#enable("add-page", board.mayDraw);
    this.#toggle("grid", this.root.classList.contains("with-grid"));
    this.#toggle("follow", board.mode.follow);
    this.#toggle("read-only", board.mode.readOnly);
    this.root.dataset.cursor = board.mayDraw || tool === "laser" ? tool : "hand";
    this.#showPages();
    this.#showState();
    this.showZoom();
    this.#find("board-earlier").hidden = !this.#earlier || board.sync.pages().length > 0;
  }

  showZoom() {
    const zoom = Math.round(this.board.camera.zoom * 100);
    if (zoom === this.#shownZoom) return;
    this.#shownZoom = zoom;
    this.#find("board-zoom").textContent = `${zoom} %`;
  }

  /** An empty board offers the pages of the last lesson. */
  async offerEarlier() {
    if (this.#earlier || this.board.sync.pages().length > 0 || !this.board.mayDraw) return;
    const answer = await this.board.session.request("board", { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.earlier) return;
    this.#earlier = answer.earlier.session_id;
    this.#find("board-earlier").querySelector("button").textContent = this.board.word("continue", { date: answer.earlier.date });
    this.show();
  }

  async #continue() {
    const earlier = this.#earlier;
    const init = { method: "POST", body: JSON.stringify({ session_id: earlier }), headers: { "Content-Type": "application/json" } };
    this.#earlier = "";
    this.show();
    // The button with the focus is gone.
    this.board.focusSurface();
    try {
      await this.board.session.request("board/continue", init);
    } catch {
      this.board.tell(this.board.word("not-continued"));
      this.#earlier = earlier;
      this.show();
    }
  }

  #showPages() {
    const { board } = this;
    const { all } = board.pages;
    const number = board.pages.numberOf(board.page);
    const button = this.#find("board-page");
    button.firstElementChild.textContent = board.word("page-of", { number, count: all.length });
    button.lastElementChild.textContent = board.word("page-of-long", { number, count: all.length });
    this.#enable("previous", number > 1 && !board.isLed);
    this.#enable("next", number < all.length && !board.isLed);
    board.element.setAttribute("aria-label", board.pages.nameOf(board.page));
    if (button.getAttribute("aria-expanded") === "true") board.pages.show();
  }

  #showState() {
    const { board } = this;
    const { unconfirmed } = board.sync;
    let words = "";
    if (this.busy) words = board.word("adding");
    else if (!board.mayDraw) words = board.word("read-only-state");
    else if (board.isLed) words = board.word("following");
    else if (board.mode.follow) words = board.word("you-lead");
    // What is confirmed in a moment needs no words.
    const waiting = unconfirmed > 0 && (!board.sync.isUp || unconfirmed > MANY) ? board.word("unsent", { count: unconfirmed }) : "";
    const place = this.#find("board-state");
    place.textContent = [words, waiting].filter(Boolean).join(" · ");
    place.dataset.unsent = String(unconfirmed);
  }

  /** @param {Element} button */
  #showTool(button) {
    const place = this.#find("board-tool");
    if (place.dataset.shows === button.getAttribute("data-tool")) return;
    place.dataset.shows = button.getAttribute("data-tool");
    place.querySelector(".board-icon").replaceChildren(button.querySelector("svg").cloneNode(true));
    place.querySelector(".board-word").textContent = button.querySelector(".board-word").textContent;
  }

  /** @param {string} name @param {string} value */
  #press(name, value) {
    for (const button of this.root.querySelectorAll(`[data-${name}]`)) {
      button.setAttribute("aria-pressed", String(button.getAttribute(`data-${name}`) === value));
    }
  }

  /** @param {string} act @param {boolean} on */
  #toggle(act, on) {
    this.root.querySelector(`[data-act="${act}"]`)?.setAttribute("aria-pressed", String(on));
  }

  /** A button that has the focus stays enabled: else the focus would be lost. @param {string} act @param {boolean} enabled */
  #enable(act, enabled) {
    const button = /** @type {HTMLButtonElement} */ (this.root.querySelector(`[data-act="${act}"]`));
    button.disabled = !enabled && button !== document.activeElement;
    button.setAttribute("aria-disabled", String(!enabled));
  }

  #toggleGrid() {
    const on = this.root.classList.toggle("with-grid");
    try {
      localStorage.setItem(GRID, on ? "1" : "");
    } catch {
      // For this visit only.
    }
    this.show();
  }
}

function gridIsOn() {
  try {
    return Boolean(localStorage.getItem(GRID));
  } catch {
    return false;
  }
}
