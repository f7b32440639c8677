import { announce } from "./announce.js";
import { reloadOnce } from "./follow.js";
import { RequestError } from "./session.js";
import { hideTrouble, showTrouble } from "./trouble.js";

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("./devices.js").Devices} Devices
 */

/** @param {string} id */
const button = (id) => /** @type {HTMLButtonElement} */ (document.getElementById(id));
const joinButton = button("join");
const audioButton = button("join-audio");
const note = document.getElementById("join-note");

/** The way from the lobby into the room, and what may come in between. */
export class Door {
  #busy = false;
  #audioOnly = false;

  /**
   * @param {Session} session
   * @param {Devices} devices
   * @param {{ onEntered: () => void, onTooEarly: () => void }} listeners
   */
  constructor(session, devices, { onEntered, onTooEarly }) {
    this.session = session;
    this.devices = devices;
    this.onEntered = onEntered;
    this.onTooEarly = onTooEarly;
    const join = (pressed, audioOnly) =>
      pressed.addEventListener("click", () => this.#join(pressed, audioOnly ?? this.#audioOnly));
    join(joinButton, false);
    join(audioButton, true);
    join(button("trouble-retry"));
    join(button("trouble-audio"), true);
    button("trouble-back").addEventListener("click", () => {
      hideTrouble();
      joinButton.focus();
    });
  }

  /** Let people in, or no more. @param {boolean} open */
  setOpen(open) {
    joinButton.disabled = audioButton.disabled = !open;
    this.#label();
  }

  /** @param {HTMLButtonElement} pressed @param {boolean} audioOnly */
  async #join(pressed, audioOnly) {
    // Not `disabled`: that would throw the focus away.
    if (this.#busy) return;
    this.#busy = true;
    this.#audioOnly = audioOnly;
    pressed.ariaBusy = "true";
    this.#label();
    note.textContent = "";
    try {
      await this.#enter(audioOnly);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#busy = false;
      pressed.ariaBusy = "false";
      this.#label();
    }
  }

  #label() {
    if (joinButton.disabled) return;
    const label = joinButton.ariaBusy === "true" ? "Joining…" : joinButton.dataset.joinLabel;
    if (joinButton.textContent !== label) joinButton.textContent = label;
  }

  /** @param {boolean} audioOnly */
  async #enter(audioOnly) {
    const { devices, session } = this;
    devices.audioOnly = audioOnly;
    if (devices.checked) devices.start({ quietly: true });
    const grant = await session.join();
    const { enterRoom } = await import("./room.js");
    await enterRoom({ grant, devices, session });
    hideTrouble();
    this.onEntered();
  }

  /** @param {Error} error */
  #failed(error) {
    const status = error instanceof RequestError ? error.status : -1;
    if (status === 409) {
      note.textContent = error.message;
      announce(error.message);
      hideTrouble();
      this.onTooEarly();
    } else if ([401, 403, 404, 410].includes(status)) {
      // The server has a page for that.
      reloadOnce(error.message);
    } else if (status > 0) {
      showTrouble(error.message, "This is on our side. Your place is kept: retry in a moment.");
      this.session.report(status === 503 ? "join_unavailable" : "join_refused");
    } else {
      showTrouble("Unable to connect.", "Check your internet connection, then retry.");
      this.session.report(status === 0 ? "join_unreachable" : "room_failed");
    }
  }
}
