/** The side panel: chat or settings, one at a time; each has its button in the bar. */

import { press } from "./controls.js";

const $ = (id) => document.getElementById(id);
const panel = $("panel");
const PARTS = {
  chat: { heading: "Chat", part: $("chat-part"), button: "call-chat" },
  settings: { heading: "Settings", part: $("settings-part"), button: "call-more" },
};

export class Panel extends EventTarget {
  /** @type {keyof typeof PARTS | null} */
  #open = null;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    super();
    for (const [name, { button }] of Object.entries(PARTS)) {
      $(button).addEventListener("click", () => this.toggle(/** @type {any} */ (name)), { signal });
    }
    $("panel-close").addEventListener("click", () => this.close(), { signal });
    panel.addEventListener("keydown", (event) => event.key === "Escape" && this.close(), { signal });
  }

  get open() {
    return this.#open;
  }

  /** @param {keyof typeof PARTS} name */
  toggle(name) {
    if (this.#open === name) this.close();
    else this.#show(name);
  }

  close() {
    if (!this.#open) return;
    const openedBy = $(PARTS[this.#open].button);
    if (panel.contains(document.activeElement)) openedBy.focus();
    this.#show(null);
  }

  #show(name) {
    this.#open = name;
    panel.hidden = name === null;
    for (const [each, { part, button }] of Object.entries(PARTS)) {
      part.hidden = each !== name;
      press(button, each === name);
    }
    if (name) {
      $("panel-heading").textContent = PARTS[name].heading;
      $("panel-heading").focus();
    }
    $("room").dataset.panel = name ?? "";
    this.dispatchEvent(new Event("change"));
  }
}
