import { RequestError } from "../shared/session.js";
import { canRetry, missingParts, pauseBeforeRetry } from "./upload_policy.js";

/** @typedef {"queued" | "sending" | "waiting" | "checking" | "done" | "failed" | "cancelled"} State */

const FINGERPRINT_BYTES = 256 * 1024;

/**
 * One file on its way. Small ones go in one request, larger ones in parts, so that a broken
 * connection or a reload costs one part at most.
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
    /** What went wrong, as a sentence. */
    this.problem = "";
    /** Whether trying again can help. */
    this.canRetry = false;
    /** @type {any} The file as the server keeps it, once done. */
    this.resource = null;
  }

  /** Send it. Settles when it is done, failed or cancelled; never rejects. */
  async run() {
    this.#abort = new AbortController();
    this.problem = "";
    this.#become("sending");
    try {
      this.resource = this.inParts ? await this.#sendParts() : await this.#sendWhole();
      this.#become("done");
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      // Anything else is the browser's, which could not read the file: it was changed or removed.
      const told = error instanceof RequestError;
      this.problem = told ? error.message : "This file cannot be read.";
      this.canRetry = told && canRetry(error.status);
      this.#become("failed");
    }
  }

  /** After it has failed. */
  queueAgain() {
    this.#become("queued");
  }

  async cancel() {
    this.#become("cancelled");
    this.#abort.abort();
    // What is left behind all the same is cleaned up by the server.
    if (this.#uploadId) await this.session.cancelUpload(this.#uploadId).catch(() => {});
  }

  async #sendWhole() {
    const url = `/session/${this.session.id}/resources?name=${encodeURIComponent(this.file.name)}`;
    return this.#persist(() => this.#send("POST", url, this.file, 0));
  }

  async #sendParts() {
    const { file, session } = this;
    const key = await fingerprint(file);
    const about = { name: file.name, size_bytes: file.size, key };
    const upload = await this.#persist(() => session.startUpload(about));
    this.#uploadId = upload.id;
    let before = upload.received_bytes;
    this.#progress(before);
    for (const { number, start, end } of missingParts(file.size, upload.part_bytes, upload.parts)) {
      const part = file.slice(start, end, "application/octet-stream");
      const url = `/session/${session.id}/uploads/${upload.id}/parts/${number}`;
      await this.#persist(() => this.#send("PUT", url, part, before));
      before += part.size;
    }
    this.#become("checking");
    return this.#persist(() => session.completeUpload(upload.id));
  }

  /**
   * Try until it works, as long as it is the network or the server that fails.
   *
   * @template T @param {() => Promise<T>} send @returns {Promise<T>}
   */
  async #persist(send) {
    for (let tries = 1; ; tries += 1) {
      this.#abort.signal.throwIfAborted();
      try {
        return await send();
      } catch (error) {
        const pause = error instanceof RequestError ? pauseBeforeRetry(error.status, tries) : null;
        if (pause === null) throw error;
        const state = this.state;
        this.#become("waiting");
        await this.#pause(pause);
        this.#become(state);
      }
    }
  }

  /** Wait, at most until the network is back; without network as long as that takes. @param {number} ms */
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
   * One request. Not fetch: only this tells how much has been sent.
   *
   * @param {string} method @param {string} url @param {Blob} body @param {number} before Bytes sent by earlier ones.
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
      request.upload.addEventListener("progress", (event) => this.#progress(before + event.loaded));
      request.addEventListener("loadend", () => {
        signal.removeEventListener("abort", stop);
        if (signal.aborted) return reject(signal.reason);
        if (request.status >= 200 && request.status < 300) {
          this.#progress(before + body.size);
          return resolve(request.response);
        }
        this.#progress(before);
        const message = request.response?.error?.message ?? "Unable to connect.";
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
  #become(state) {
    if (this.state === "cancelled") return;
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * What tells a file from others, so that after a reload the same file goes on where it stopped.
 *
 * @param {File} file
 */
export async function fingerprint(file) {
  // Without a secure context there is no digest, and no going on after a reload.
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
