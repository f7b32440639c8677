/** The lobby's live socket, which watches the room without joining it. */

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** Proxies close silent sockets after a minute or two. */
const PING_MS = 30_000;
const REPLACED = 4001;
/** The server has another page, which is about to load. */
const ENDED = 4003;
/** Messages after a change of the record. */
const CHANGES = ["session", "ended"];

export class WatchSocket {
  /** @type {WebSocket | null} */
  #socket = null;
  #attempts = 0;
  #timer = 0;
  isUp = false;

  /** @param {string} sessionId @param {() => void} onChange */
  constructor(sessionId, onChange) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.address = `${scheme}://${location.host}/session/${sessionId}/live?watch=1`;
    this.onChange = onChange;
    this.#connect();
  }

  stop() {
    this.take()?.close();
  }

  /** Give the socket away. @returns {WebSocket | null} Null if it is given away already. */
  take() {
    const socket = this.#socket;
    clearTimeout(this.#timer);
    this.isUp = false;
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    this.#socket = null;
    return socket;
  }

  /** Watch again after the socket was given away. */
  resume() {
    if (!this.#socket) this.#connect();
  }

  #connect() {
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    socket.onopen = () => {
      this.#timer = setInterval(() => socket.send("ping"), PING_MS);
    };
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onclose = ({ code }) => this.#onClose(code);
  }

  #onMessage(data) {
    if (data === "pong") return;
    this.isUp = true;
    this.#attempts = 0;
    if (CHANGES.includes(JSON.parse(data).type)) this.onChange();
  }

  #onClose(code) {
    clearTimeout(this.#timer);
    this.isUp = false;
    // A newer page watches: both would replace each other for ever.
    if (code === REPLACED) return;
    // Lost, or the room is closed: the server knows which.
    this.onChange();
    const tries = code === ENDED ? Infinity : this.#attempts++;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
    this.#timer = setTimeout(() => this.#connect(), wait * (0.5 + Math.random()));
  }
}
