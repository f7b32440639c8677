import { RequestError } from "./session.js";
import { Watch } from "./watch_socket.js";

const POLL_MS = 20_000;
/** While the live socket tells what happens. */
const POLL_WATCHING_MS = 120_000;
/** The server must have passed a boundary before we ask what is behind it. */
const AFTER_BOUNDARY_MS = 300;
/** Answers that mean: the server has another page for this. */
export const GONE = [401, 403, 404, 410];
const RELOADED = "session-room:reloaded";
const RELOAD_AGAIN_MS = 60_000;

/**
 * Asks the server for the state when the socket has news, at each of the session's times, and now
 * and then. Events: `state` (CustomEvent: GET /state). Reloads when the server has another page.
 */
export class Follower extends EventTarget {
  #session;
  #watch;
  #timer = 0;
  #end = new AbortController();
  #refreshing = null;
  #wanted = false;
  /** What the page shows and scripts do not change. */
  #fixed = "";

  /** @param {import("./session.js").Session} session */
  constructor(session) {
    super();
    this.#session = session;
    const onVisibility = () => (document.hidden ? this.#schedule() : this.refresh());
    document.addEventListener("visibilitychange", onVisibility, { signal: this.#end.signal });
    this.#watch = new Watch(session.id, () => this.refresh());
    this.#schedule();
  }

  stop() {
    this.#end.abort();
    this.#watch.stop();
    clearTimeout(this.#timer);
  }

  /** Ask now; again after an answer that may be from before. */
  refresh() {
    this.#wanted = true;
    this.#refreshing ??= this.#refreshWhileWanted().finally(() => {
      this.#refreshing = null;
      this.#schedule();
    });
    return this.#refreshing;
  }

  async #refreshWhileWanted() {
    while (this.#wanted && !this.#end.signal.aborted) {
      this.#wanted = false;
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
    const { scheduledStart, scheduledEnd } = this.#session;
    const closed = !state.can_join && state.server_time >= state.opens_at;
    const moved = state.scheduled_start !== scheduledStart || state.scheduled_end !== scheduledEnd;
    const names = state.participants.map(({ name }) => name);
    const before = this.#fixed;
    this.#fixed = JSON.stringify([state.course, state.recording_enabled, names]);
    const changed = before && before !== this.#fixed;
    return closed || moved || changed || ["ended", "cancelled"].includes(state.view);
  }

  #schedule() {
    clearTimeout(this.#timer);
    if (this.#end.signal.aborted) return;
    const { opensAt, scheduledStart, scheduledEnd, closesAt } = this.#session;
    const now = this.#session.now();
    const waits = [opensAt, scheduledStart, scheduledEnd, closesAt]
      .filter((boundary) => boundary > now)
      .map((boundary) => (boundary - now) * 1000 + AFTER_BOUNDARY_MS);
    // Spread, so that everybody's pages do not ask in step.
    const poll = this.#watch.isUp ? POLL_WATCHING_MS : POLL_MS;
    if (!document.hidden) waits.push(poll * (0.8 + 0.4 * Math.random()));
    // Timers count no further than 2^31.
    this.#timer = setTimeout(() => this.refresh(), Math.min(...waits, 2 ** 31 - 1));
  }
}

/** Reload, but not over and over should the page come back the same. */
export function reloadOnce(reason) {
  try {
    const [before, at] = (sessionStorage.getItem(RELOADED) ?? "").split("\n");
    if (before === reason && Date.now() - Number(at) < RELOAD_AGAIN_MS) return;
    sessionStorage.setItem(RELOADED, `${reason}\n${Date.now()}`);
  } catch {
    // Storage is switched off: the page's own age has to tell.
    if (performance.now() < RELOAD_AGAIN_MS) return;
  }
  location.reload();
}
