/** The board's button, and the way of the room's messages to the board, which loads when it first opens. */

import { note, toast } from "../shared/toasts.js";
import { t } from "../words/words.js";
import { setPressed } from "./controls.js";

const OURS = ["welcome", "board", "board_state", "board_mode", "board_live", "presence", "error"];
const button = document.getElementById("call-board");
const room = document.getElementById("room");
const files = document.getElementById("file-list");
/** What the board can show. */
const SHOWN = /\.(pdf|png|jpe?g|webp)$/i;

export class BoardDoor {
  /** @type {import("../board/board.js").Board | null} */
  #board = null;
  /** Resolves to null when it could not be loaded. @type {Promise<import("../board/board.js").Board | null> | null} */
  #loading = null;
  /** Whether its modules have been asked for before. */
  #isAgain = false;
  /** Until there is a board: the last `welcome`, and what came since. @type {object[]} */
  #early = [];
  /** Whether there may be something on it. */
  #isUsed = false;
  /** As the room has it. */
  #isOpen = false;
  /** What this person has asked for, until the room has it. @type {boolean | null} */
  #wish = null;

  /** @param {Session} session @param {LiveSocket} live @param {AbortSignal} signal */
  constructor(session, live, signal) {
    this.session = session;
    this.live = live;
    this.signal = signal;
    button.addEventListener("click", () => this.#toggle(), { signal });
    live.addEventListener("down", () => this.#onDown(), { signal });
    files.addEventListener("click", (event) => this.#onFile(event), { signal });
    const added = new MutationObserver(() => this.#offerFiles());
    added.observe(files, { childList: true });
    // By `#show`, or by a shared screen in its place: stage/layout.js.
    const hidden = new MutationObserver(() => this.#board && showIfInSight(this.#board));
    hidden.observe(room, { attributes: true, attributeFilter: ["data-shared"] });
    signal.addEventListener("abort", () => (added.disconnect(), hidden.disconnect(), this.#show(false)));
  }

  /** @param {any} message Any of the room. */
  receive(message) {
    if (!OURS.includes(message.type)) return;
    // A Worker of the release before has no board.
    if (message.type === "welcome" && !message.board) return;
    if (message.type === "welcome") this.#onWelcome(message.board);
    if (message.type === "board_mode") this.#onMode(message);
    if (this.#board) this.#board.receive(message);
    else this.#early.push(message);
  }

  #onWelcome(board) {
    button.hidden = false;
    this.#offerFiles();
    this.#isUsed ||= board.version > 0;
    if (!this.#board) this.#early = [];
    this.#isOpen = board.open;
    if (this.#wish !== null) this.live.send({ type: "board_mode", open: this.#wish });
    this.#show(this.#wish ?? board.open);
    // Drawn before a reload, and not sent yet.
    if (hasUnsent(this.session)) this.#load();
  }

  #onDown() {
    if (this.#board) this.#board.down();
    else this.#early = [];
  }

  #onMode({ open, by }) {
    const changed = open !== this.#isOpen;
    const isShown = open === (this.#wish ?? this.#isOpen);
    this.#isOpen = open;
    this.#wish = null;
    if (!isShown) this.#show(open);
    const { other: { called: name } } = this.session;
    if (changed && by !== this.session.role) note(open ? t("{name} opened the board.", { name }) : t("{name} closed the board.", { name }));
  }

  /** At once here; the room tells the other one. It may be open for them alone: here it did not load. */
  #toggle() {
    this.#want(room.dataset.board !== "open");
  }

  /** @param {boolean} open */
  #want(open) {
    this.#wish = open;
    this.live.send({ type: "board_mode", open });
    this.#show(open);
  }

  /** @param {boolean} open */
  #show(open) {
    setPressed("call-board", open);
    this.#isUsed ||= open;
    if (open) room.dataset.board = "open";
    else if (this.#isUsed) room.dataset.board = "closed";
    else delete room.dataset.board;
    if (this.#board) showIfInSight(this.#board);
    else if (open) this.#load();
  }

  #offerFiles() {
    for (const offer of /** @type {NodeListOf<HTMLElement>} */ (files.querySelectorAll(".file-board"))) {
      offer.hidden = button.hidden || !SHOWN.test(offer.closest("li").querySelector(".file-name").textContent);
    }
  }

  /** "Open on the board" beside a file. @param {Event} event */
  async #onFile(event) {
    const place = /** @type {Element} */ (event.target).closest(".file-board");
    if (!place) return;
    const row = place.closest("li");
    const name = row.querySelector(".file-name").textContent;
    const { href } = /** @type {HTMLAnchorElement} */ (row.querySelector(".file-download"));
    document.getElementById("panel-close").click();
    this.#want(true);
    const board = await this.#load();
    board?.pictures.open(href, name).catch(() => toast(t("Unable to connect. Check your internet connection, then try again.")));
  }

  #load() {
    this.#loading ??= this.#make();
    return this.#loading;
  }

  async #make() {
    let problem = t("Unable to connect. Check your internet connection, then try again.");
    try {
      await styles();
      // Older browsers load a failed module only in a new page.
      if (this.#isAgain) problem = t("This page did not load completely. Please load it again.");
      this.#isAgain = true;
      const { Board } = await import("../board/board.js");
      this.signal.throwIfAborted();
      const board = new Board({ session: this.session, send: (message) => this.live.send(message), signal: this.signal });
      for (const message of this.#early.splice(0)) board.receive(message);
      showIfInSight(board);
      this.#board = board;
      return board;
    } catch (error) {
      // The person has left meanwhile.
      if (this.signal.aborted) return null;
      console.error("the board did not load", error);
      this.#loading = null;
      toast(problem);
      this.#show(false);
      return null;
    }
  }
}

/** @param {import("../board/board.js").Board} board */
function showIfInSight(board) {
  const isInSight = room.dataset.board === "open" && room.dataset.shared !== "screen";
  if (!isInSight) putAway(board);
  board.show(isInSight);
}

/** Out of sight its question would block the whole page, and the focus would be lost. @param {import("../board/board.js").Board} board */
function putAway({ root, pictures }) {
  const hasFocus = root.contains(document.activeElement);
  pictures.papers.dialog.close();
  if (hasFocus) button.focus();
}

/** The board's style sheet. */
function styles() {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("../../css/board/board.css", import.meta.url).href });
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => (link.remove(), reject(new Error("no style sheet"))));
    document.head.append(link);
  });
}

/** @param {Session} session See board/unsent_changes.js. */
function hasUnsent({ id, role }) {
  try {
    return Object.keys(sessionStorage).some((key) => key.startsWith(`session-room:board:${id}:${role}:`));
  } catch {
    return false;
  }
}
