/**
 * The live socket: it reconnects by itself until the room ends it.
 *
 * Events: `message` (CustomEvent with the message), `up`, `down`, and once, at the end, `over`
 * (CustomEvent with "replaced", "ended", "cancelled", "left", or "refused" by the server). docs/protocol.md
 * has the messages.
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
/** Two pings without an answer: the network is gone before the socket notices. */
const SILENCE_MS = 9000;

/** As often as heartbeat.js ticks. */
const BEAT_MS = 4000;
const LEAVING_MS = 1500;

const OVER = new Map([
  [4001, "replaced"],
  [4002, "left"],
  [4003, "ended"],
]);

export class LiveSocket extends EventTarget {
  /** @type {WebSocket | null} */
  #socket = null;
  #attempts = 0;
  #timer = 0;
  #receivedAt = 0;
  #over = false;
  #leaving = false;
  #welcome = false;
  /** Whether the room has noted that this person has left. */
  leftOnRecord = false;
  #heartbeat = new Worker("/js/room/heartbeat.js");
  /** Pings until the worker ticks, which may never load. */
  #ownBeat = setInterval(() => this.#beat(), BEAT_MS);

  /**
   * @param {string} sessionId
   * @param {string} page A name of this page: with it, a new socket continues the old one.
   * @param {() => Promise<boolean>} mayEnter Whether the server still lets this person join.
   */
  constructor(sessionId, page, mayEnter) {
    super();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.address = `${scheme}://${location.host}/session/${sessionId}/live?page=${page}`;
    this.mayEnter = mayEnter;
    this.onOnline = () => this.#connect();
    addEventListener("online", this.onOnline);
    this.#heartbeat.onmessage = () => {
      clearInterval(this.#ownBeat);
      this.#beat();
    };
    this.#connect();
  }

  get isUp() {
    return this.#welcome;
  }

  /** @param {object} message @returns {boolean} Whether it could be sent. */
  send(message) {
    if (!this.#welcome || this.#leaving) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Leave. The room closes the socket once it has recorded that. */
  leave() {
    if (this.#leaving) return;
    const sent = this.send({ type: "leave" });
    // Devices that stop now are not reported.
    this.#leaving = true;
    setTimeout(() => this.#finish("left"), sent ? LEAVING_MS : 0);
  }

  #connect() {
    if (this.#over || this.#socket) return;
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    this.#receivedAt = performance.now();
    socket.onmessage = ({ data }) => this.#onData(data);
    socket.onclose = ({ code }) => this.#onClose(socket, code);
  }

  /** @param {string} data */
  #onData(data) {
    this.#receivedAt = performance.now();
    if (data === "pong") return;
    const message = JSON.parse(data);
    if (message.type === "welcome") {
      this.#welcome = true;
      this.#attempts = 0;
    }
    this.dispatchEvent(new CustomEvent("message", { detail: message }));
    // Browsers may take seconds to report the close that follows.
    if (message.reason === "cancelled") return this.#finish("cancelled");
    if (message.type === "replaced" || message.type === "ended") return this.#finish(message.type);
    if (message.type === "welcome") this.dispatchEvent(new Event("up"));
  }

  #beat() {
    if (!this.#socket) return;
    if (performance.now() - this.#receivedAt > SILENCE_MS) {
      const silent = this.#socket;
      silent.close();
      this.#onClose(silent, 1006);
    } else if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.send("ping");
    }
  }

  /** @param {WebSocket} socket @param {number} code */
  async #onClose(socket, code) {
    if (socket !== this.#socket || this.#over) return;
    const wasUp = this.#welcome;
    this.#socket = null;
    this.#welcome = false;
    this.leftOnRecord = OVER.get(code) === "left";
    if (OVER.has(code)) return this.#finish(OVER.get(code));
    if (wasUp) this.dispatchEvent(new Event("down"));
    // A refused socket looks like a lost one: ask the server.
    else if (!(await this.mayEnter())) return this.#finish("refused");
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts++);
    // Spread: after a restart of the server all pages reconnect.
    this.#timer = setTimeout(() => this.#connect(), wait * (0.5 + Math.random()));
  }

  /** @param {string} how */
  #finish(how) {
    if (this.#over) return;
    this.#over = true;
    this.#welcome = false;
    clearTimeout(this.#timer);
    removeEventListener("online", this.onOnline);
    this.#heartbeat.terminate();
    clearInterval(this.#ownBeat);
    this.#socket?.close();
    this.dispatchEvent(new CustomEvent("over", { detail: how }));
  }
}
