import { RequestError } from "../shared/session.js";
import { t } from "../words/words.js";
import { canRetry, missingParts, pauseBeforeRetry } from "./upload_policy.js";

/** @typedef {"queued" | "sending" | "waiting" | "checking" | "done" | "failed" | "cancelled"} State */

const FINGERPRINT_BYTES = 256 * 1024;

/**
 * The upload of one file. A small file is one request, a larger one is sent in parts, so that a lost
 * connection or a reload costs at most one part.
 *
 * Events: `change`, whenever `state` or `sent` changes.
 */
export class FileUpload extends EventTarget {
  #abort = new AbortController();
  #uploadId = "";

  /** @param {SessionWithFiles} session @param {File} file @param {number} partsAbove Bytes. */
  constructor(session, file, partsAbove) {
    super();
    this.session = session;
    this.file = file;
    this.inParts = file.size > partsAbove;
    /** @type {State} */
    this.state = "queued";
    this.sent = 0;
    /** A sentence about the failure. */
    this.problem = "";
    /** Whether a Retry button can help. */
    this.canRetry = false;
    /** @type {any} The file in the server's form, once done. */
    this.resource = null;
  }

  /** Send it. Resolves when it is done, failed or cancelled; never rejects. */
  async run() {
    this.#abort = new AbortController();
    this.problem = "";
    this.#setState("sending");
    try {
      this.resource = this.inParts ? await this.#sendParts() : await this.#sendWhole();
      this.#setState("done");
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      // Else the browser could not read the file: it was changed or removed.
      const isAnswer = error instanceof RequestError;
      this.problem = isAnswer ? error.message : t("This file cannot be read.");
      this.canRetry = isAnswer && canRetry(error.status);
      this.#setState("failed");
    }
  }

  /** After it has failed. */
  queueAgain() {
    this.#setState("queued");
  }

  async cancel() {
    this.#setState("cancelled");
    this.#abort.abort();
    // The server cleans up after a failure.
    if (this.#uploadId) await this.session.cancelUpload(this.#uploadId).catch(() => {});
  }

  async #sendWhole() {
    const url = `/session/${this.session.id}/resources?name=${encodeURIComponent(this.file.name)}`;
    return this.#sendWithRetries(() => this.#send("POST", url, this.file, 0));
  }

  async #sendParts() {
    const { file, session } = this;
    const key = await fingerprint(file);
    const about = { name: file.name, size_bytes: file.size, key };
    const upload = await this.#sendWithRetries(() => session.startUpload(about));
    this.#uploadId = upload.id;
    let before = upload.received_bytes;
    this.#progress(before);
    for (const { number, start, end } of missingParts(file.size, upload.part_bytes, upload.parts)) {
      const part = file.slice(start, end, "application/octet-stream");
      const url = `/session/${session.id}/uploads/${upload.id}/parts/${number}`;
      await this.#sendWithRetries(() => this.#send("PUT", url, part, before));
      before += part.size;
    }
    this.#setState("checking");
    return this.#sendWithRetries(() => session.completeUpload(upload.id));
  }

  /**
   * Try again while the network or the server fails.
   *
   * @template T @param {() => Promise<T>} send @returns {Promise<T>}
   */
  async #sendWithRetries(send) {
    for (let tries = 1; ; tries += 1) {
      this.#abort.signal.throwIfAborted();
      try {
        return await send();
      } catch (error) {
        const pause = error instanceof RequestError ? pauseBeforeRetry(error.status, tries) : null;
        if (pause === null) throw error;
        const state = this.state;
        this.#setState("waiting");
        await this.#pause(pause);
        this.#setState(state);
      }
    }
  }

  /** Wait `ms`, less if the network comes back, longer while it is away. @param {number} ms */
  #pause(ms) {
    return new Promise((resolve, reject) => {
      const wake = () => {
        clearTimeout(timer);
        removeEventListener("online", wake);
        resolve(undefined);
      };
      const timer = setTimeout(() => navigator.onLine && wake(), ms);
      addEventListener("online", wake);
      this.#abort.signal.addEventListener("abort", () => reject(this.#abort.signal.reason));
    });
  }

  /**
   * One request. Not fetch, which does not report how much was sent.
   *
   * @param {string} method @param {string} url @param {Blob} body @param {number} before Bytes of earlier requests.
   * @returns {Promise<any>}
   */
  #send(method, url, body, before) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const { signal } = this.#abort;
      const stop = () => request.abort();
      request.open(method, url);
      request.responseType = "json";
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("Accept-Language", document.documentElement.lang);
      request.upload.addEventListener("progress", (event) => this.#progress(before + event.loaded));
      request.addEventListener("loadend", () => {
        signal.removeEventListener("abort", stop);
        if (signal.aborted) return reject(signal.reason);
        if (request.status >= 200 && request.status < 300) {
          this.#progress(before + body.size);
          return resolve(request.response);
        }
        this.#progress(before);
        const message = request.response?.error?.message ?? t("Unable to connect.");
        reject(new RequestError(request.status, message));
      });
      signal.addEventListener("abort", stop);
      request.send(body);
    });
  }

  /** @param {number} sent */
  #progress(sent) {
    this.sent = Math.min(sent, this.file.size);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {State} state */
  #setState(state) {
    if (this.state === "cancelled") return;
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * A key of this file: after a reload, the upload of the same file goes on.
 *
 * @param {File} file
 */
export async function fingerprint(file) {
  // Without a secure context there is no digest: the upload cannot go on after a reload.
  if (!crypto.subtle) return Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join("");
  const name = new TextEncoder().encode(`${file.name}\n${file.size}\n${file.lastModified}\n`);
  const ends = [file.slice(0, FINGERPRINT_BYTES), file.slice(-FINGERPRINT_BYTES)];
  const bytes = await new Blob([name, ...ends]).arrayBuffer();
  return Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), hex).join("");
}

/** @param {number} byte */
function hex(byte) {
  return byte.toString(16).padStart(2, "0");
}
