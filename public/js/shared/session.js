import { t } from "../words/words.js";

/**
 * The session: data that the server wrote into the page, the server's clock, and requests of lobby
 * and room. Times are epoch seconds.
 */
export class Session {
  /** Bounds of "server's clock minus ours" in milliseconds, narrowed by each answer. */
  #low = -Infinity;
  #high = Infinity;

  constructor(data = JSON.parse(document.getElementById("session-data").textContent)) {
    this.id = data.id;
    /** @type {"student" | "teacher"} */
    this.role = data.role;
    /** From the last answer, as `canJoin`. */
    this.view = data.view;
    this.canJoin = data.canJoin;
    this.opensAt = data.opensAt;
    this.scheduledStart = data.scheduledStart;
    this.scheduledEnd = data.scheduledEnd;
    this.closesAt = data.closesAt;
    /** @type {{ name: string, called: string, present: boolean }} */
    this.other = data.other;
    /** Whether the call may move to a provider. */
    this.canMove = data.canMove;
    this.callsPeer = data.callsPeer;
    this.recorded = data.recorded;
    this.recordedInBrowser = data.recordedInBrowser;
    this.clock = data.clock;
    const [page] = performance.getEntriesByType("navigation");
    const opened = performance.timeOrigin;
    this.#learnTime(data.serverTime, opened, opened + (page?.["responseStart"] || performance.now()));
  }

  /** The server's time, never ahead of it: nothing opens too early. */
  now() {
    return (Date.now() + this.#low) / 1000;
  }

  /** GET /state. Throws: RequestError. */
  async fetchState() {
    const sent = Date.now();
    const state = await this.request("state");
    this.#learnTime(state.server_time, sent, Date.now());
    return state;
  }

  /** The grant to enter the room. Throws: RequestError. */
  join() {
    // A provider may take half a minute to open a room.
    return this.request("join", { method: "POST", signal: AbortSignal.timeout(40_000) });
  }

  /** For the page around a frame, see parent_page.js. @param {string} type */
  happened(type) {
    dispatchEvent(new CustomEvent("session-room", { detail: type }));
  }

  /** Report a problem to the operator. */
  report(errorType) {
    this.tell({ event: "tech_issue", error_type: errorType });
  }

  /** Never fails or waits. @param {object} event */
  tell(event) {
    const body = JSON.stringify(event);
    const headers = { "Content-Type": "application/json" };
    this.request("events", { method: "POST", body, headers, keepalive: true }).catch(() => {});
  }

  /** @param {string} what @param {RequestInit} [init] */
  async request(what, init) {
    const signal = AbortSignal.timeout(15_000);
    // The language of errors until the server knows who asks.
    const headers = { "Accept-Language": document.documentElement.lang, ...init?.headers };
    const response = await fetch(`/session/${this.id}/${what}`, { cache: "no-store", signal, ...init, headers }).catch(() => null);
    const answer = await response?.json().catch(() => null);
    if (response?.ok) return answer;
    throw new RequestError(response?.status ?? 0, answer?.error?.message ?? t("Unable to connect."));
  }

  /** The server read its second `time` between `sent` and `received` of this device's clock. */
  #learnTime(time, sent, received) {
    const low = time * 1000 - received;
    const high = (time + 1) * 1000 - sent;
    // This device's clock was set, or it slept: the old bounds are wrong.
    const contradicts = low > this.#high || high < this.#low;
    this.#low = contradicts ? low : Math.max(this.#low, low);
    this.#high = contradicts ? high : Math.min(this.#high, high);
  }
}

/** `status` is 0 without an answer; `message` is a sentence for people. */
export class RequestError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}
