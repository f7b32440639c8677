/** The side panel: chat, files and people, or "More" (settings); each has a button in the bar. */

import { stepAlong } from "../shared/direction.js";
import { setPressed } from "./controls.js";

const $ = (id) => document.getElementById(id);
const panel = $("panel");
const TABS = ["chat", "session"];
const PARTS = [...TABS, "settings"];
const BUTTONS = { chat: "call-chat", session: "call-files", settings: "call-more" };

/** @typedef {"chat" | "session" | "settings"} Part */

export class Panel extends EventTarget {
  /** @type {Part | null} */
  #open = null;
  /** Gets the focus back. @type {HTMLElement | null} */
  #openedBy = null;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    super();
    for (const [part, button] of Object.entries(BUTTONS)) {
      $(button).addEventListener("click", () => this.toggle(/** @type {Part} */ (part)), { signal });
    }
    for (const part of TABS) {
      $(`tab-${part}`).addEventListener("click", () => this.#turnTo(/** @type {Part} */ (part)), { signal });
    }
    $("tab-chat").parentElement.addEventListener("keydown", (event) => this.#onArrow(event), { signal });
    $("panel-close").addEventListener("click", () => this.close(), { signal });
    panel.addEventListener("keydown", (event) => event.key === "Escape" && this.close(), { signal });
  }

  get open() {
    return this.#open;
  }

  /** @param {Part} part */
  toggle(part) {
    if (this.#open === part) return this.close();
    this.#openedBy = $(BUTTONS[part]);
    this.#turnTo(part);
  }

  /** @param {Part} part */
  show(part) {
    if (this.#open !== part) this.toggle(part);
  }

  close() {
    if (!this.#open) return;
    if (panel.contains(document.activeElement)) this.#openedBy?.focus();
    this.#turnTo(null);
  }

  /** Arrow keys move along the tabs. @param {KeyboardEvent} event */
  #onArrow(event) {
    const step = stepAlong(event.key);
    if (!step) return;
    const next = /** @type {Part} */ (TABS[(TABS.indexOf(this.#open) + step + TABS.length) % TABS.length]);
    this.#turnTo(next);
    // The focus stays on the tabs.
    $(`tab-${next}`).focus();
  }

  /** @param {Part | null} part */
  #turnTo(part) {
    this.#open = part;
    panel.hidden = part === null;
    for (const each of PARTS) {
      const shown = each === part;
      $(`${each}-part`).hidden = !shown;
      $(`tab-${each}`)?.setAttribute("aria-selected", String(shown));
      if (TABS.includes(each)) $(`tab-${each}`).tabIndex = shown ? 0 : -1;
      setPressed(BUTTONS[each], shown);
    }
    const isMore = part === "settings";
    $("panel-tabs").hidden = isMore;
    $("more-heading").hidden = !isMore;
    $("room").dataset.panel = part ?? "";
    if (part) $(isMore ? "more-heading" : `tab-${part}`).focus();
    this.dispatchEvent(new Event("change"));
  }
}
