import { answerDueMs, patienceMs, waitMs } from "./socket_waits.js";

/**
 * The live socket: it reconnects by itself until the room ends it.
 *
 * Events: `message` (CustomEvent with the message), `up`, `down`, and once, at the end, `over`
 * (CustomEvent with "replaced", "ended", "cancelled", "left", or "refused" by the server). docs/protocol.md
 * has the messages.
 */

/** Two pings without an answer: the network is gone before the socket notices. */
const SILENCE_MS = 9000;
/** A socket that tries to open since before the network changed may never open. */
const YOUNG_MS = 500;

/** As often as heartbeat.js ticks. */
const BEAT_MS = 4000;
const LEAVING_MS = 1500;

/** The close code that browsers give a lost socket. */
const LOST = 1006;
const OVER = new Map([
  [4001, "replaced"],
  [4002, "left"],
  [4003, "ended"],
]);

export class LiveSocket extends EventTarget {
  /** @type {WebSocket | null} */
  #socket = null;
  /** Attempts since the last welcome, or since the network came back. */
  #failed = 0;
  #timer = 0;
  /** Ends an attempt that takes too long. */
  #patience = 0;
  #openedIn = 0;
  #startedAt = 0;
  #receivedAt = 0;
  #isAsking = false;
  #over = false;
  #leaving = false;
  #welcome = false;
  /** Whether the room has noted that this person has left. */
  leftOnRecord = false;
  /** @type {Worker | null} */
  #heartbeat = null;
  /** Pings until the worker ticks, which may never load. */
  #ownBeat = setInterval(() => this.#beat(), BEAT_MS);

  /**
   * @param {string} sessionId
   * @param {string} page A name of this page: with it, a new socket continues the old one.
   * @param {() => Promise<boolean>} mayEnter Whether the server still lets this person join.
   * @param {WebSocket | null} [lobbys] The lobby's socket, which enters without another one being opened.
   */
  constructor(sessionId, page, mayEnter, lobbys = null) {
    super();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.page = page;
    this.address = `${scheme}://${location.host}/session/${sessionId}/live?page=${page}`;
    this.mayEnter = mayEnter;
    this.onNetwork = () => {
      this.#failed = 0;
      this.check();
    };
    addEventListener("online", this.onNetwork);
    navigator["connection"]?.addEventListener("change", this.onNetwork);
    if (lobbys) this.#enterBy(lobbys);
    else this.#connect();
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

  /**
   * The network may have changed: a socket that does not answer is replaced at once.
   *
   * @returns {Promise<boolean>} Whether the socket works.
   */
  async check() {
    const socket = this.#socket;
    const asked = performance.now();
    if (this.#over) return false;
    if (!socket) {
      this.#connect();
    } else if (socket.readyState === WebSocket.CONNECTING && asked - this.#startedAt > YOUNG_MS) {
      this.#replace(socket);
    } else if (socket.readyState === WebSocket.OPEN) {
      socket.send("ping");
      const due = answerDueMs(this.#openedIn);
      await sleep(due);
      // A busy page gets an answer late.
      if (performance.now() - asked > 1.5 * due) await sleep(due);
      if (this.#receivedAt > asked) return this.isUp;
      this.#replace(socket);
    }
    return false;
  }

  /** There is a network again: do not wait for the next attempt. */
  hurry() {
    this.#connect();
  }

  #connect() {
    if (this.#over || this.#socket) return;
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.address);
    this.#use(socket, patienceMs(this.#failed, this.#openedIn));
  }

  /** A room of an earlier release refuses, and a socket whose network is gone is silent. @param {WebSocket} socket */
  #enterBy(socket) {
    this.#use(socket, answerDueMs(0));
    socket.send(`enter ${this.page}`);
  }

  /** @param {WebSocket} socket @param {number} patience How long its welcome may take. */
  #use(socket, patience) {
    this.#socket = socket;
    this.#startedAt = this.#receivedAt = performance.now();
    socket.onmessage = ({ data }) => this.#onData(data);
    socket.onclose = ({ code }) => this.#onClose(socket, code);
    this.#patience = window.setTimeout(() => this.#replace(socket), patience);
  }

  /** Connect again without a wait: no server answers this socket. @param {WebSocket} socket */
  #replace(socket) {
    if (socket !== this.#socket) return;
    socket.close();
    this.#onClose(socket, LOST, 0);
  }

  /** @param {string} data */
  #onData(data) {
    const now = performance.now();
    this.#receivedAt = now;
    if (data === "pong") return;
    const message = JSON.parse(data);
    if (message.type === "welcome") {
      clearTimeout(this.#patience);
      this.#openedIn = now - this.#startedAt;
      this.#welcome = true;
      this.#failed = 0;
      this.#heartbeat ??= this.#startHeartbeat();
    }
    // Only the lobby's socket gets messages before it has entered.
    if (!this.#welcome && message.type === "error") return this.#replace(this.#socket);
    if (!this.#welcome && message.type !== "ended") return;
    this.dispatchEvent(new CustomEvent("message", { detail: message }));
    // Browsers may take seconds to report the close that follows.
    if (message.reason === "cancelled") return this.#finish("cancelled");
    if (message.type === "replaced" || message.type === "ended") return this.#finish(message.type);
    if (message.type === "welcome") this.dispatchEvent(new Event("up"));
  }

  #startHeartbeat() {
    const heartbeat = new Worker(new URL("heartbeat.js", import.meta.url));
    heartbeat.onmessage = () => {
      clearInterval(this.#ownBeat);
      this.#beat();
    };
    return heartbeat;
  }

  #beat() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (performance.now() - this.#receivedAt > SILENCE_MS) this.#replace(this.#socket);
    else this.#socket.send("ping");
  }

  /** @param {WebSocket} socket @param {number} code @param {number} [wait] Until the next one. */
  #onClose(socket, code, wait = waitMs(this.#failed, Math.random())) {
    if (socket !== this.#socket || this.#over) return;
    clearTimeout(this.#patience);
    const wasUp = this.#welcome;
    this.#socket = null;
    this.#welcome = false;
    this.#failed += 1;
    this.leftOnRecord = OVER.get(code) === "left";
    if (OVER.has(code)) return this.#finish(OVER.get(code));
    this.#timer = window.setTimeout(() => this.#connect(), wait);
    if (wasUp) this.dispatchEvent(new Event("down"));
    else this.#askServer();
  }

  /** A refused socket looks like a lost one. */
  async #askServer() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const may = await this.mayEnter();
    this.#isAsking = false;
    if (!may && !this.#welcome) this.#finish("refused");
  }

  /** @param {string} how */
  #finish(how) {
    if (this.#over) return;
    this.#over = true;
    this.#welcome = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
    removeEventListener("online", this.onNetwork);
    navigator["connection"]?.removeEventListener("change", this.onNetwork);
    this.#heartbeat?.terminate();
    clearInterval(this.#ownBeat);
    this.#socket?.close();
    this.dispatchEvent(new CustomEvent("over", { detail: how }));
  }
}

/** @param {number} milliseconds */
function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
