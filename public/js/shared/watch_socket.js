/** The lobby's live socket: it watches the room without being in it. */

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** Proxies close silent sockets after a minute or two. */
const PING_MS = 30_000;
const REPLACED = 4001;
/** The server has another page now, which is about to be loaded. */
const ENDED = 4003;
/** Messages that tell of a change, once it is on record. */
const NEWS = ["session", "ended"];

export class Watch {
  /** @type {WebSocket | null} */
  #socket = null;
  #attempts = 0;
  #timer = 0;
  isUp = false;

  /** @param {string} sessionId @param {() => void} onNews */
  constructor(sessionId, onNews) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.address = `${scheme}://${location.host}/session/${sessionId}/live?watch=1`;
    this.onNews = onNews;
    this.#connect();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#socket.onclose = null;
    this.#socket.close();
  }

  #connect() {
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    socket.onopen = () => {
      this.#timer = setInterval(() => socket.send("ping"), PING_MS);
    };
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #hear(data) {
    if (data === "pong") return;
    this.isUp = true;
    this.#attempts = 0;
    if (NEWS.includes(JSON.parse(data).type)) this.onNews();
  }

  #closed(code) {
    clearTimeout(this.#timer);
    this.isUp = false;
    // A newer page watches: with another try, the two would take turns for ever.
    if (code === REPLACED) return;
    // Lost, or the room is closed: the server knows.
    this.onNews();
    const tries = code === ENDED ? Infinity : this.#attempts++;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
    this.#timer = setTimeout(() => this.#connect(), wait * (0.5 + Math.random()));
  }
}
