import { RequestError } from "./session.js";
import { hasOtherPage, nextRequestMs } from "./state_rules.js";
import { WatchSocket } from "./watch_socket.js";

/** Answers that mean: the server has another page. */
export const GONE = [401, 403, 404, 410];
const RELOADED = "session-room:reloaded";
const RELOAD_AGAIN_MS = 60_000;

/**
 * Requests the state after a change on the socket, at each of the session's times, and now and
 * then. Events: `state` (CustomEvent: GET /state). Reloads when the server has another page.
 */
export class StateFollower extends EventTarget {
  #session;
  #watch;
  #timer = 0;
  #end = new AbortController();
  #refreshing = null;
  #isDue = false;
  #isHeld = false;
  /** Facts in the page that scripts do not change. */
  #fixed = "";

  /** @param {Session} session */
  constructor(session) {
    super();
    this.#session = session;
    const onVisibility = () => (document.hidden ? this.#schedule() : this.refresh());
    document.addEventListener("visibilitychange", onVisibility, { signal: this.#end.signal });
    this.#watch = new WatchSocket(session.id, () => this.refresh());
    this.#schedule();
  }

  stop() {
    this.#end.abort();
    this.#watch.stop();
    clearTimeout(this.#timer);
  }

  /** While held it requests nothing: entering the room comes first. @param {boolean} held */
  hold(held) {
    this.#isHeld = held;
    if (held || this.#end.signal.aborted) return;
    this.#watch.resume();
    if (this.#isDue) this.refresh();
  }

  /** Give the socket to the room. @returns {WebSocket | null} Null while it is not open. */
  takeSocket() {
    return this.#watch.isUp ? this.#watch.take() : null;
  }

  /** Request now, or again after the running request, which may be too old. */
  refresh() {
    this.#isDue = true;
    if (this.#isHeld) return;
    this.#refreshing ??= this.#refreshWhileDue().finally(() => {
      this.#refreshing = null;
      this.#schedule();
    });
    return this.#refreshing;
  }

  async #refreshWhileDue() {
    while (this.#isDue && !this.#end.signal.aborted) {
      this.#isDue = false;
      await this.#refresh();
    }
  }

  async #refresh() {
    try {
      const state = await this.#session.fetchState();
      if (this.#end.signal.aborted) return;
      if (this.isAnotherPage(state)) return reloadOnce(`${state.view} ${state.scheduled_start}`);
      this.#session.view = state.view;
      this.#session.canJoin = state.can_join;
      this.dispatchEvent(new CustomEvent("state", { detail: state }));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      // Without an answer the page stays as it is.
      if (GONE.includes(error.status)) reloadOnce(error.message);
    }
  }

  /** @param {any} state GET /state */
  isAnotherPage(state) {
    const names = state.participants.map(({ name }) => name);
    const before = this.#fixed;
    this.#fixed = JSON.stringify([state.course, state.recording_enabled, state.reschedule_asked_by, names]);
    const changed = before && before !== this.#fixed;
    return changed || hasOtherPage(state, this.#session);
  }

  #schedule() {
    clearTimeout(this.#timer);
    if (this.#end.signal.aborted) return;
    const page = { hidden: document.hidden, watching: this.#watch.isUp, random: Math.random() };
    const wait = nextRequestMs(this.#session, this.#session.now(), page);
    this.#timer = setTimeout(() => this.refresh(), wait);
  }
}

/** Reload, but not again and again for one reason. */
export function reloadOnce(reason) {
  try {
    const [before, at] = (sessionStorage.getItem(RELOADED) ?? "").split("\n");
    if (before === reason && Date.now() - Number(at) < RELOAD_AGAIN_MS) return;
    sessionStorage.setItem(RELOADED, `${reason}\n${Date.now()}`);
  } catch {
    // Storage is off: a young page has just been reloaded.
    if (performance.now() < RELOAD_AGAIN_MS) return;
  }
  location.reload();
}
