/**
 * The session this page is about: what the server wrote into the page, the server's clock, and
 * the requests that both lobby and room make.
 *
 * @typedef {"early" | "joinable" | "waiting" | "in_progress" | "no_show" | "ended" | "cancelled"} View
 */
export class Session {
  /** Bounds of "server's clock minus ours", in milliseconds, narrowed by each answer. */
  #low = -Infinity;
  #high = Infinity;

  constructor(data = JSON.parse(document.getElementById("session-data").textContent)) {
    /** @type {string} */
    this.id = data.id;
    /** @type {"student" | "teacher"} */
    this.role = data.role;
    /** @type {View} */
    this.view = data.view;
    /** @type {boolean} */
    this.canJoin = data.canJoin;
    /** @type {number} Epoch seconds, as all times here. */
    this.opensAt = data.opensAt;
    /** @type {number} */
    this.scheduledStart = data.scheduledStart;
    /** @type {number} */
    this.scheduledEnd = data.scheduledEnd;
    /** @type {number} */
    this.closesAt = data.closesAt;
    /** @type {{ name: string }} */
    this.viewer = data.viewer;
    /** @type {{ name: string, present: boolean }} */
    this.other = data.other;
    /** @type {string} */
    this.dashboardUrl = data.dashboardUrl;
    const [loaded] = performance.getEntriesByType("navigation");
    const since = performance.timeOrigin;
    this.#learnTime(data.serverTime, since, since + (loaded?.["responseStart"] || performance.now()));
  }

  /** What the other person is called in running text. */
  get otherFirstName() {
    return this.other.name.split(/\s+/)[0];
  }

  /** The server's time in epoch seconds; never ahead of it, so that nothing opens too early here. */
  now() {
    return (Date.now() + this.#low) / 1000;
  }

  /** @returns {Promise<any>} GET /state. Throws: RequestError. */
  async fetchState() {
    const sent = Date.now();
    const state = await this.#request("state", {});
    this.#learnTime(state.server_time, sent, Date.now());
    return state;
  }

  /** @returns {Promise<any>} What is needed to enter the room. Throws: RequestError. */
  join() {
    return this.#request("join", { method: "POST" });
  }

  /**
   * Tell the operator what kind of thing went wrong. Never fails and never waits.
   *
   * @param {string} errorType A word of ours such as `camera_denied`.
   */
  report(errorType) {
    const body = JSON.stringify({ event: "tech_issue", error_type: errorType });
    const headers = { "Content-Type": "application/json" };
    this.#request("events", { method: "POST", body, headers, keepalive: true }).catch(() => {});
  }

  /** @returns {Promise<{ resources: any[], recording: string }>} Throws: RequestError. */
  fetchResources() {
    return this.#request("resources", {});
  }

  /** @param {string} id @returns {Promise<any>} Throws: RequestError. */
  deleteResource(id) {
    return this.#request(`resources/${id}`, { method: "DELETE" });
  }

  /** @param {string} id @returns {Promise<any>} The file. Throws: RequestError. */
  restoreResource(id) {
    return this.#request(`resources/${id}/restore`, { method: "POST" });
  }

  /** @returns {Promise<any[]>} What the teacher has begun to upload. Throws: RequestError. */
  async fetchUploads() {
    return (await this.#request("uploads", {})).uploads;
  }

  /** @param {object} file @returns {Promise<any>} A new upload, or the unfinished one. Throws: RequestError. */
  startUpload(file) {
    const headers = { "Content-Type": "application/json" };
    return this.#request("uploads", { method: "POST", body: JSON.stringify(file), headers });
  }

  /** @param {string} id @returns {Promise<any>} The file. Throws: RequestError. */
  completeUpload(id) {
    const signal = AbortSignal.timeout(120_000);
    return this.#request(`uploads/${id}/complete`, { method: "POST", signal });
  }

  /** @param {string} id @returns {Promise<any>} Throws: RequestError. */
  cancelUpload(id) {
    return this.#request(`uploads/${id}`, { method: "DELETE" });
  }

  /** @param {object} feedback @returns {Promise<any>} As it was kept. Throws: RequestError. */
  sendFeedback(feedback) {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify(feedback);
    return this.#request("feedback", { method: "POST", body, headers, keepalive: true });
  }

  /** @param {string} what @param {RequestInit} init */
  async #request(what, init) {
    const response = await fetch(`/session/${this.id}/${what}`, {
      cache: "no-store",
      signal: AbortSignal.timeout(15_000),
      ...init,
    }).catch(() => null);
    if (!response) throw new RequestError(0, "Unable to connect.");
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer;
    throw new RequestError(response.status, answer?.error?.message ?? "Unable to connect.");
  }

  /**
   * The server's second `time` was read between `sent` and `received` of our clock. Several such
   * answers together pin its clock down to a fraction of a second.
   */
  #learnTime(time, sent, received) {
    const low = time * 1000 - received;
    const high = (time + 1) * 1000 - sent;
    // A clock that was set, or a computer that slept: what was known is worth nothing.
    const contradicts = low > this.#high || high < this.#low;
    this.#low = contradicts ? low : Math.max(this.#low, low);
    this.#high = contradicts ? high : Math.min(this.#high, high);
  }
}

/** A request that did not succeed; `status` is 0 when there was no answer at all. */
export class RequestError extends Error {
  /** @param {number} status @param {string} message A sentence for people. */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}
