/** The buttons around the page, and what they show. */

import { stepAlong } from "../shared/direction.js";
import { toast } from "../shared/toasts.js";
import { ZOOM } from "../sheet/camera.js";
import { t, tn } from "../words/words.js";

/** So many changes on their way need words. */
const MANY = 5;
const GRID = "session-room:board-grid";
/** As in any toolbar, and along its row by ArrowLeft and ArrowRight. */
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class Toolbar {
  #isBusy = false;
  /** The last session of these two, whose board can be carried on. */
  #earlier = "";

  /** @param {Board} board */
  constructor(board) {
    const { root, signal } = board;
    const { camera, selection } = board.sheet;
    this.board = board;
    this.bar = board.find("board-bar");
    this.actions = {
      undo: () => board.undo(false),
      redo: () => board.undo(true),
      duplicate: () => (selection.copy(), selection.paste()),
      delete: () => selection.remove(),
      clear: () => board.clear(),
      picture: () => board.pictures.choose(),
      photo: () => board.pictures.photograph(),
      grid: () => this.#toggleGrid(),
      follow: () => board.send({ type: "board_mode", follow: !board.mode.follow }),
      "read-only": () => board.send({ type: "board_mode", read_only: !board.mode.readOnly }),
      previous: () => board.turn(-1),
      next: () => board.turn(1),
      "add-page": () => board.pages.add(),
      "zoom-in": () => camera.zoomBy(ZOOM),
      "zoom-out": () => camera.zoomBy(1 / ZOOM),
      fit: () => board.mode.isLed || camera.fit(),
      continue: () => this.#continue(),
    };
    root.addEventListener("click", (event) => this.#onClick(/** @type {Element} */ (event.target)), { signal });
    root.addEventListener("copy", (event) => selection.copyTo(event), { signal });
    this.bar.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    root.classList.toggle("with-grid", Boolean(inStorage(() => localStorage.getItem(GRID))));
  }

  /** @param {Element} target */
  #onClick(target) {
    const button = target.closest("button");
    if (!button) return;
    const { tool, colour, size, act } = button.dataset;
    const { tools } = this.board.sheet;
    if (tool) tools.choose(tool);
    if (colour) tools.restyle({ colour });
    if (size) tools.restyle({ step: Number(size) });
    if (tool || (act && button.closest(".board-menu"))) this.board.menus.close();
    this.actions[act]?.();
  }

  /** Arrow keys go from tool to tool. @param {KeyboardEvent} event */
  #onKey(event) {
    const buttons = [...this.bar.querySelectorAll("button, a")].filter((button) => button.offsetParent);
    const at = buttons.indexOf(document.activeElement);
    const step = STEPS[event.key] ?? stepAlong(event.key);
    if (!step || at < 0) return;
    event.preventDefault();
    buttons[(at + step + buttons.length) % buttons.length].focus();
  }

  /** @param {boolean} isBusy */
  setBusy(isBusy) {
    this.#isBusy = isBusy;
    this.show();
  }

  show() {
    const { board } = this;
    const { mode, root } = board;
    const { mayDraw } = mode;
    const { name: tool, colour, step } = board.sheet.tools;
    this.#press("tool", tool);
    this.#press("colour", colour);
    this.#press("size", String(step));
    this.#showTool(root.querySelector(`[data-tool="${tool}"]`));
    board.find("board-colour").querySelector(".board-dot").setAttribute("class", `board-dot ink-${colour}`);
    this.#enable("undo", board.sync.history.canUndo && mayDraw);
    this.#enable("redo", board.sync.history.canRedo && mayDraw);
    this.#enable("clear", mayDraw);
    this.#enable("add-page", mayDraw);
    board.find("board-selected").hidden = board.sheet.selection.ids.size === 0 || !mayDraw;
    board.find("board-insert").disabled = !mayDraw;
    this.#toggle("grid", root.classList.contains("with-grid"));
    this.#toggle("follow", mode.follow);
    this.#toggle("read-only", mode.readOnly);
    root.dataset.cursor = mayDraw || tool === "laser" ? tool : "hand";
    board.find("board-earlier").hidden = !this.#earlier || board.sync.pages().length > 0;
    this.#showPages();
    this.#showState();
    this.showZoom();
  }

  showZoom() {
    const place = this.board.find("board-zoom");
    // Translators: a percentage, as the language writes it.
    const words = t("{percent} %", { percent: Math.round(this.board.sheet.camera.zoom * 100) });
    if (place.textContent !== words) place.textContent = words;
  }

  /** An empty board offers the pages of the last lesson. */
  async offerEarlier() {
    const { board } = this;
    if (this.#earlier || board.sync.pages().length > 0 || !board.mode.mayDraw) return;
    const answer = await board.session.request("board", { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.earlier) return;
    this.#earlier = answer.earlier.session_id;
    // Translators: a button that brings the pages of an earlier board; {date} is such as "12 November".
    board.find("board-earlier").querySelector("button").textContent = t("Continue from {date}", { date: answer.earlier.date });
    this.show();
  }

  async #continue() {
    const earlier = this.#earlier;
    const init = { method: "POST", body: JSON.stringify({ session_id: earlier }), headers: { "Content-Type": "application/json" } };
    this.#earlier = "";
    this.show();
    // The button with the focus is gone.
    this.board.sheet.focus();
    try {
      await this.board.session.request("board/continue", init);
    } catch {
      toast(t("The earlier board could not be opened."));
      this.#earlier = earlier;
      this.show();
    }
  }

  #showPages() {
    const { board } = this;
    const { length: count } = board.pages.all;
    const number = board.pages.numberOf(board.page);
    const button = board.find("board-page");
    button.firstElementChild.textContent = `${number} / ${count}`;
    button.lastElementChild.textContent = t("Page {number} of {count}, all pages", { number, count });
    this.#enable("previous", number > 1 && !board.mode.isLed);
    this.#enable("next", number < count && !board.mode.isLed);
    board.sheet.element.setAttribute("aria-label", board.pages.nameOf(board.page));
    if (button.getAttribute("aria-expanded") === "true") board.pages.show();
  }

  #showState() {
    const { sync } = this.board;
    const { unconfirmed } = sync;
    // What is confirmed in a moment needs no words.
    const isWaiting = unconfirmed > 0 && (!sync.isUp || unconfirmed > MANY);
    // Translators: {count} changes of the board.
    const words = [this.#state(), isWaiting && tn("{count} not sent yet", "{count} not sent yet", unconfirmed)];
    const place = this.board.find("board-state");
    place.textContent = words.filter(Boolean).join(" · ");
    place.dataset.unsent = String(unconfirmed);
  }

  #state() {
    const { mode, session: { other: { called: name } } } = this.board;
    if (this.#isBusy) return t("Adding…");
    if (!mode.mayDraw) return t("Only {name} can write", { name });
    if (mode.isLed) return t("You see what {name} sees", { name });
    return mode.follow ? t("{name} sees what you see", { name }) : "";
  }

  /** The button that unfolds the tools shows the chosen one. @param {Element} button */
  #showTool(button) {
    const place = this.board.find("board-tool");
    const tool = button.getAttribute("data-tool");
    if (place.dataset.shows === tool) return;
    place.dataset.shows = tool;
    place.querySelector(".board-icon").replaceChildren(button.querySelector("svg").cloneNode(true));
    place.querySelector(".board-word").textContent = button.querySelector(".board-word").textContent;
  }

  /** @param {string} name @param {string} value */
  #press(name, value) {
    for (const button of this.board.root.querySelectorAll(`[data-${name}]`)) {
      button.setAttribute("aria-pressed", String(button.getAttribute(`data-${name}`) === value));
    }
  }

  /** @param {string} act @param {boolean} on */
  #toggle(act, on) {
    this.board.root.querySelector(`[data-act="${act}"]`)?.setAttribute("aria-pressed", String(on));
  }

  /** A button that has the focus stays enabled: else the focus would be lost. @param {string} act @param {boolean} enabled */
  #enable(act, enabled) {
    const button = /** @type {HTMLButtonElement} */ (this.board.root.querySelector(`[data-act="${act}"]`));
    button.disabled = !enabled && button !== document.activeElement;
    button.setAttribute("aria-disabled", String(!enabled));
  }

  #toggleGrid() {
    const on = this.board.root.classList.toggle("with-grid");
    inStorage(() => localStorage.setItem(GRID, on ? "1" : ""));
    this.show();
  }
}

/** @template T @param {() => T} action @returns {T | undefined} Nothing when the storage is switched off. */
function inStorage(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
