import { layoutOf } from "./layout_rules.js";

const GLIDE_MS = 450;
const room = document.getElementById("room");
const self = document.getElementById("self");

/** Where the pictures lie: written at `#room` for css/room/people.css. A press on a small picture makes it large. */
export class Layout {
  /** @type {import("./layout_rules.js").OnStage} */
  #on = { isAlone: true, screen: false, board: false, newest: "screen", chosen: "shared" };

  /** @param {AbortSignal} signal Ends it. */
  constructor(signal) {
    for (const button of swapButtons()) {
      button.addEventListener("click", () => this.#choose(button), { signal });
    }
    // The board's door opens and closes it there.
    const watching = new MutationObserver(() => this.#onBoard());
    watching.observe(room, { attributes: true, attributeFilter: ["data-board"] });
    signal.addEventListener("abort", () => watching.disconnect());
    this.#onBoard();
  }

  /** @param {{ isAlone: boolean, screen: boolean }} now */
  show({ isAlone, screen }) {
    const begins = screen && !this.#on.screen;
    this.#change({ isAlone, screen, ...(begins && { newest: "screen", chosen: "shared" }) });
  }

  #onBoard() {
    const board = room.dataset.board === "open";
    const begins = board && !this.#on.board;
    this.#change({ board, ...(begins && { newest: "board", chosen: "shared" }) });
  }

  /** @param {HTMLElement} pressed The button of the picture that becomes large, and loses it. */
  #choose(pressed) {
    const before = this.#on.chosen;
    this.#change({ chosen: /** @type {any} */ (pressed.dataset.swap) });
    for (const button of swapButtons()) if (button.dataset.swap === before) button.focus();
  }

  /** @param {Partial<import("./layout_rules.js").OnStage>} changes */
  #change(changes) {
    Object.assign(this.#on, changes);
    const { layout, shared, large } = layoutOf(this.#on);
    const write = () => Object.assign(room.dataset, { layout, shared, large });
    if (room.dataset.layout === "alone" && layout !== "alone") glide(self, write);
    else write();
  }
}

/** @returns {NodeListOf<HTMLElement>} Those of large pictures are not shown. */
function swapButtons() {
  return room.querySelectorAll("[data-swap]");
}

/**
 * The own picture goes from where it waited to its place beside the other one.
 *
 * @param {HTMLElement} element
 * @param {() => void} change
 */
function glide(element, change) {
  const from = element.getBoundingClientRect();
  change();
  const to = element.getBoundingClientRect();
  const isSeen = from.width > 0 && to.width > 0;
  if (!isSeen || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const [right, down] = [from.left - to.left, from.top - to.top];
  const transform = `translate(${right}px, ${down}px) scale(${from.width / to.width}, ${from.height / to.height})`;
  const transformOrigin = "0 0";
  element.animate([{ transform, transformOrigin }, { transform: "none", transformOrigin }], {
    duration: GLIDE_MS,
    easing: "cubic-bezier(0.2, 0.7, 0.2, 1)",
  });
}
