import { announce } from "../shared/announce.js";
import { interruptedInWords, progressInWords, sizeInWords } from "./file_words.js";
import { clone } from "./file_list.js";
import { isolated } from "../shared/isolated.js";
import { t } from "../words/words.js";
import { FileUpload, fingerprint } from "./file_upload.js";

/** @typedef {import("./file_list.js").FileList} FileList */

const AT_ONCE = 2;

/** The teacher's uploads: files are chosen or dropped, and each has a row. */
export class Uploads {
  #list = document.getElementById("upload-list");
  #section = document.getElementById("files");
  /** @type {FileUpload[]} */
  #queue = [];
  #running = 0;

  /** @param {SessionWithFiles} session @param {FileList} files Gets each uploaded file. */
  constructor(session, files) {
    this.session = session;
    this.files = files;
    this.maxBytes = Number(this.#section.dataset.maxBytes);
    this.partsAbove = Number(this.#section.dataset.partsAbove);
    this.#watchPicker();
    this.#watchDropping();
    addEventListener("beforeunload", (event) => {
      if (this.#running) event.preventDefault();
    });
    this.#showInterrupted();
  }

  #watchPicker() {
    const picker = /** @type {HTMLInputElement} */ (document.getElementById("file-picker"));
    document.getElementById("choose-files").addEventListener("click", () => picker.click());
    picker.addEventListener("change", () => {
      this.#add([...picker.files]);
      picker.value = "";
    });
  }

  #watchDropping() {
    const zone = document.getElementById("dropzone");
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    // On the whole page: a file dropped beside the zone would replace the page.
    addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      zone.dataset.over = "true";
    });
    addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) delete zone.dataset.over;
    });
    addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      delete zone.dataset.over;
      // The board has taken them.
      if (event.defaultPrevented) return;
      event.preventDefault();
      this.#add([...event.dataTransfer.files]);
    });
  }

  /** @param {File[]} chosen */
  async #add(chosen) {
    for (const file of chosen) {
      const transfer = new FileUpload(this.session, file, this.partsAbove);
      const row = this.#row(transfer);
      const isReadable = await canBeRead(file);
      if (transfer.inParts && isReadable) {
        const key = await fingerprint(file);
        this.#list.querySelector(`[data-key="${key}"]`)?.remove();
      }
      this.#showOnTop(row);
      if (!isReadable) fail(transfer, t("This file cannot be read."));
      else if (file.size === 0) fail(transfer, t("The file is empty."));
      else if (file.size > this.maxBytes) fail(transfer, t("A file may have at most {size}.", { size: sizeInWords(this.maxBytes) }));
      else this.#queue.push(transfer);
    }
    this.#next();
  }

  /** Put it above failed and interrupted uploads, which may be many. @param {HTMLElement} row */
  #showOnTop(row) {
    const idle = this.#list.querySelector("[data-state=failed], [data-state=interrupted]");
    this.#list.insertBefore(row, idle);
    row.scrollIntoView({ block: "nearest" });
  }

  #next() {
    while (this.#running < AT_ONCE && this.#queue.length > 0) {
      const transfer = this.#queue.shift();
      if (transfer.state === "cancelled") continue;
      this.#running += 1;
      transfer.run().finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  /** @param {FileUpload} transfer */
  #row(transfer) {
    const row = clone("upload-row");
    const retry = row.querySelector(".upload-retry");
    setName(row, transfer.file.name);
    retry.addEventListener("click", () => {
      if (transfer.state !== "failed") return;
      transfer.queueAgain();
      this.#queue.push(transfer);
      row.querySelector(".upload-cancel").focus();
      this.#next();
    });
    row.querySelector(".upload-cancel").addEventListener("click", () => {
      if (transfer.state !== "failed") announce(t("Upload of {name} cancelled.", { name: isolated(transfer.file.name) }));
      transfer.cancel();
      this.#removeRow(row);
    });
    transfer.addEventListener("change", () => this.#show(row, transfer));
    this.#show(row, transfer);
    return row;
  }

  /** @param {any} row @param {FileUpload} transfer */
  #show(row, transfer) {
    const { state } = transfer;
    if (state === "done") {
      this.files.add(transfer.resource);
      return this.#removeRow(row);
    }
    const words = progressInWords(transfer);
    const status = row.querySelector(".upload-status");
    if (status.textContent !== words) status.textContent = words;
    if (row.dataset.state === state) return this.#progress(row, transfer);
    row.dataset.state = state;
    this.#progress(row, transfer);
    row.querySelector(".upload-retry").hidden = state !== "failed" || !transfer.canRetry;
    row.querySelector(".upload-cancel").firstChild.textContent = state === "failed" ? t("Dismiss") : t("Cancel");
    const name = isolated(transfer.file.name);
    if (state === "failed") announce([t("{name} was not uploaded.", { name }), transfer.problem].join(" "));
  }

  /** @param {any} row @param {FileUpload} transfer */
  #progress(row, transfer) {
    const bar = row.querySelector("progress");
    bar.hidden = transfer.state === "failed";
    bar.value = transfer.sent / transfer.file.size || 0;
  }

  /** @param {any} row */
  #removeRow(row) {
    const hadFocus = row.contains(document.activeElement);
    row.remove();
    if (hadFocus) document.getElementById("choose-files").focus();
  }

  /** Uploads of an earlier visit, which need their file again. */
  async #showInterrupted() {
    const uploads = await this.session.fetchUploads().catch(() => []);
    for (const upload of uploads) {
      const row = clone("upload-row");
      row.dataset.key = upload.key;
      row.dataset.state = "interrupted";
      setName(row, upload.name);
      row.querySelector("progress").value = upload.received_bytes / upload.size_bytes;
      row.querySelector(".upload-status").textContent = interruptedInWords(upload);
      const discard = row.querySelector(".upload-cancel");
      discard.firstChild.textContent = t("Discard");
      discard.addEventListener("click", () => {
        this.session.cancelUpload(upload.id).catch(() => {});
        this.#removeRow(row);
      });
      this.#list.append(row);
    }
  }
}

/** @param {any} row @param {string} fileName */
function setName(row, fileName) {
  row.querySelector(".file-name").textContent = fileName;
  row.querySelector("progress").setAttribute("aria-label", t("Upload of {name}", { name: isolated(fileName) }));
  for (const label of row.querySelectorAll(".file-label")) label.textContent = fileName;
}

/** Not a folder, nor a file that was moved or locked. @param {File} file */
async function canBeRead(file) {
  return file.slice(0, 1).arrayBuffer().then(
    () => true,
    () => false,
  );
}

/** @param {FileUpload} transfer @param {string} problem */
function fail(transfer, problem) {
  Object.assign(transfer, { state: "failed", problem });
  transfer.dispatchEvent(new Event("change"));
}
