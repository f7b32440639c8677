import { RequestError } from "./session.js";

/** @typedef {import("./session.js").Session} Session */

const POLL_MS = 20_000;
/** The server must have passed a boundary before we ask what is behind it. */
const AFTER_BOUNDARY_MS = 300;
/** Answers that mean: this page is not the right one any more. */
const GONE = [401, 403, 404, 410];
const RELOADED = "session-room:reloaded";
const RELOAD_AGAIN_MS = 60_000;

/**
 * Keeps asking the server what the session has come to.
 *
 * Events: `state` (CustomEvent with the JSON of GET /state). When the server would now render
 * another page than this one, the page is reloaded.
 */
export class Follower extends EventTarget {
  #timer = 0;
  #stopped = false;
  /** @type {Promise<void> | null} */
  #refreshing = null;
  /** What the page shows and scripts do not keep up to date. */
  #fixed = "";

  /** @param {Session} session */
  constructor(session) {
    super();
    this.session = session;
    this.onVisible = () => (document.hidden ? this.#schedule() : this.refresh());
    document.addEventListener("visibilitychange", this.onVisible);
    this.#schedule();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.onVisible);
  }

  /** Ask now. Requests never overlap. */
  refresh() {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
      this.#schedule();
    });
    return this.#refreshing;
  }

  async #refresh() {
    try {
      const state = await this.session.fetchState();
      if (this.#stopped) return;
      if (this.#isAnotherPage(state)) return reloadOnce(`${state.view} ${state.scheduled_start}`);
      this.session.view = state.view;
      this.session.canJoin = state.can_join;
      this.dispatchEvent(new CustomEvent("state", { detail: state }));
    } catch (error) {
      // Without an answer the page stays as it is: the next request may come through.
      if (error instanceof RequestError && GONE.includes(error.status)) reloadOnce(error.message);
      else if (!(error instanceof RequestError)) throw error;
    }
  }

  /** @param {any} state */
  #isAnotherPage(state) {
    const { session } = this;
    const isOver = !state.can_join && state.server_time >= state.opens_at;
    const moved =
      state.scheduled_start !== session.scheduledStart ||
      state.scheduled_end !== session.scheduledEnd;
    const people = state.participants.map(({ name, avatar }) => [name, avatar]);
    const fixed = JSON.stringify([state.course.title, state.recording_enabled, people]);
    const changed = this.#fixed !== "" && this.#fixed !== fixed;
    this.#fixed = fixed;
    return isOver || moved || changed || ["ended", "cancelled"].includes(state.view);
  }

  #schedule() {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const { session } = this;
    const now = session.now();
    const boundaries = [session.opensAt, session.scheduledStart, session.scheduledEnd, session.closesAt];
    const waits = boundaries
      .filter((moment) => moment > now)
      .map((moment) => (moment - now) * 1000 + AFTER_BOUNDARY_MS);
    // Spread, so that the two people's pages and everybody else's do not ask in step.
    if (!document.hidden) waits.push(POLL_MS * (0.8 + 0.4 * Math.random()));
    // Timers do not reach further than 24 days.
    if (waits.length > 0) {
      this.#timer = setTimeout(() => this.refresh(), Math.min(...waits, 2 ** 31 - 1));
    }
  }
}

/**
 * Reload, but not over and over should the page come back the same.
 *
 * @param {string} reason
 */
export function reloadOnce(reason) {
  const [before, at] = (sessionStorage.getItem(RELOADED) ?? "").split("\n");
  if (before === reason && Date.now() - Number(at) < RELOAD_AGAIN_MS) return;
  sessionStorage.setItem(RELOADED, `${reason}\n${Date.now()}`);
  location.reload();
}
