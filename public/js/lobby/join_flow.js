import { announce } from "../shared/announce.js";
import { GONE, reloadOnce } from "../shared/state_follower.js";
import { RequestError } from "../shared/session.js";
import { t } from "../words/words.js";
import { hideTrouble, showTrouble } from "./join_trouble.js";

/** @returns {HTMLButtonElement} */
const button = (id) => document.querySelector(`button#${id}`);
const joinButton = button("join");
const audioButton = button("join-audio");
const note = document.getElementById("join-note");

/** From the lobby into the room. */
export class JoinFlow {
  /** The button of the running attempt. */
  #pressed = null;
  /** Whether the last attempt was without a camera; Retry repeats it. */
  #audioOnly = false;
  #room;
  #isRoomLoaded = false;
  /** Whether the room's modules did not load. */
  #roomFailed = false;
  /** Whether this page was loaded again to join. */
  #isNewPage = false;

  /**
   * @param {Session} session
   * @param {Devices} devices
   * @param {{ onJoining: (joins: boolean) => void, takeSocket: () => WebSocket | null,
   *   onEntered: () => void, onTooEarly: () => void }} listeners
   */
  constructor(session, devices, listeners) {
    this.session = session;
    this.devices = devices;
    this.listeners = listeners;
    joinButton.onclick = () => this.#join(joinButton, false);
    audioButton.onclick = () => this.#join(audioButton, true);
    button("trouble-retry").onclick = (event) => this.#join(event.currentTarget, this.#audioOnly);
    button("trouble-audio").onclick = (event) => this.#join(event.currentTarget, true);
    button("trouble-back").onclick = () => {
      hideTrouble();
      joinButton.focus();
    };
  }

  /** @param {boolean} open Whether people may join. */
  setOpen(open) {
    joinButton.disabled = audioButton.disabled = !open;
    this.#label();
  }

  /** Load the room's modules once. */
  loadRoom() {
    return (this.#room ??= import("../room/room.js").then(
      (room) => ((this.#isRoomLoaded = true), room),
      () => void (this.#roomFailed = true),
    ));
  }

  /** Join now if the page was loaded again for that. */
  resume() {
    const join = history.state?.join;
    if (!join) return;
    history.replaceState(null, "");
    this.#isNewPage = true;
    if (!joinButton.disabled) this.#join(joinButton, join === "audio");
  }

  async #join(pressed, audioOnly) {
    // Not `disabled`: that would lose the focus.
    if (this.#pressed) return;
    this.#pressed = pressed;
    this.#audioOnly = audioOnly;
    const since = performance.now();
    this.listeners.onJoining(true);
    pressed.setAttribute("aria-busy", "true");
    note.textContent = "";
    this.#label();
    try {
      await this.#enter(audioOnly, since);
    } catch (error) {
      this.#onFailure(error);
    } finally {
      this.#pressed = null;
      this.listeners.onJoining(false);
      pressed.setAttribute("aria-busy", "false");
      this.#label();
    }
  }

  #label() {
    if (joinButton.disabled) return;
    const label = this.#pressed === joinButton ? t("Joining…") : joinButton.dataset.joinLabel;
    if (joinButton.textContent !== label) joinButton.textContent = label;
  }

  async #enter(audioOnly, since) {
    const { devices, session } = this;
    devices.audioOnly = audioOnly;
    // They may be off: an early visit, or an attempt without the camera.
    if (!devices.asking) devices.start({ quietly: devices.checked });
    if (this.#roomFailed) return this.#joinInNewPage();
    // Else the room asks, after it has opened its socket.
    const grant = this.#isRoomLoaded ? undefined : session.join();
    grant?.catch(() => {}); // read later
    const room = await this.loadRoom();
    if (!room) await grant;
    // A deployment may have changed the modules. One new page, since that may fail as well.
    if (!room && !this.#isNewPage) return this.#joinInNewPage();
    if (!room) throw new Error("room.js did not load");
    const { takeSocket } = this.listeners;
    await room.enterRoom({ grant, devices, session, since, takeSocket });
    hideTrouble();
    this.listeners.onEntered();
  }

  /** A browser loads a failed module only in a new page. */
  async #joinInNewPage() {
    // Throws while offline, when there is no new page.
    await this.session.fetchState();
    history.replaceState({ join: this.#audioOnly ? "audio" : "all" }, "");
    location.reload();
  }

  #onFailure(error) {
    const status = error instanceof RequestError ? error.status : null;
    if (status === 409) {
      hideTrouble();
      note.textContent = error.message;
      announce(error.message);
      this.listeners.onTooEarly();
    } else if (GONE.includes(status)) {
      reloadOnce(error.message);
    } else if (status) {
      showTrouble(error.message, "ours");
      this.session.report(status === 503 ? "join_unavailable" : "join_refused");
    } else {
      showTrouble(t("Unable to connect."), "network");
      this.session.report(status === 0 ? "join_unreachable" : "room_failed");
    }
  }
}
