/**
 * The live socket: it comes back by itself until the room says that it is over.
 *
 * Events: `message` (CustomEvent with the message), `up`, `down`, and once, at the end, `over`
 * (CustomEvent with "replaced", "ended", "cancelled", "left", or "refused" by the server). docs/protocol.md
 * has the messages.
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
/** Two pings without an answer: the network is gone, though nobody has told the socket. */
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
  #heardAt = 0;
  #over = false;
  #leaving = false;
  #welcome = false;
  /** Whether the room has noted that this person has left. */
  leftOnRecord = false;
  #heartbeat = new Worker("/js/room/heartbeat.js");
  /** Beats until the worker does, which may never load. */
  #ownBeat = setInterval(() => this.#beat(), BEAT_MS);

  /**
   * @param {string} sessionId
   * @param {string} page Names this page, so that the room knows it again.
   * @param {() => Promise<boolean>} mayEnter Whether the server would still let us in.
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

  /** Go on purpose. The room closes the socket once it has taken note of it. */
  leave() {
    if (this.#leaving) return;
    const sent = this.send({ type: "leave" });
    // Nobody needs to know what is switched off on the way out.
    this.#leaving = true;
    setTimeout(() => this.#finish("left"), sent ? LEAVING_MS : 0);
  }

  #connect() {
    if (this.#over || this.#socket) return;
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code }) => this.#closed(socket, code);
  }

  /** @param {string} data */
  #hear(data) {
    this.#heardAt = performance.now();
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
    if (performance.now() - this.#heardAt > SILENCE_MS) {
      const silent = this.#socket;
      silent.close();
      this.#closed(silent, 1006);
    } else if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.send("ping");
    }
  }

  /** @param {WebSocket} socket @param {number} code */
  async #closed(socket, code) {
    if (socket !== this.#socket || this.#over) return;
    const wasUp = this.#welcome;
    this.#socket = null;
    this.#welcome = false;
    this.leftOnRecord = OVER.get(code) === "left";
    if (OVER.has(code)) return this.#finish(OVER.get(code));
    if (wasUp) this.dispatchEvent(new Event("down"));
    // A refused socket looks like a lost one; the server can tell them apart.
    else if (!(await this.mayEnter())) return this.#finish("refused");
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts++);
    // Spread out: after a restart of the server everybody comes back at once.
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
