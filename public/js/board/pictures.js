/** Pictures and PDF pages on the board: from a file, the clipboard, the camera, or the session's files. */

import { SHEET, rounded } from "./geometry.js";
import { CLIPBOARD } from "./selecting.js";
import { newId } from "./sync.js";

const SHOWN = ["image/png", "image/jpeg", "image/webp"];
const PDF = "application/pdf";
/** A larger picture is made smaller before it is sent. */
const MOST_BYTES = 4_000_000;
const MOST_SIDE = 2400;
const UPLOAD_MS = 60_000;

/** @typedef {import("./board.js").Board} Board */

export class Pictures {
  /** @param {Board} board @param {HTMLElement} root @param {AbortSignal} signal */
  constructor(board, root, signal) {
    this.board = board;
    this.picker = /** @type {HTMLInputElement} */ (root.querySelector("#board-picker"));
    this.dialog = /** @type {HTMLDialogElement} */ (root.querySelector("#board-dialog"));
    this.picker.addEventListener("change", () => this.#takePicked(), { signal });
    const onPaste = (event) => this.#takeFrom(event, event.clipboardData, board.word("pasted-label"));
    document.addEventListener("paste", (event) => board.isShown && !isField(event.target) && onPaste(event), { signal });
    root.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault(), { signal });
    root.addEventListener("drop", (event) => this.#takeFrom(event, event.dataTransfer, ""), { signal });
  }

  choose() {
    this.picker.click();
  }

  /** From a file of the session. @param {string} address @param {string} name */
  async open(address, name) {
    const response = await fetch(address);
    if (!response.ok) return this.board.tell(this.board.word("bad-picture", { name }));
    const blob = await response.blob();
    await this.take([new File([blob], name, { type: blob.type })]);
  }

  /** @param {Event} event @param {DataTransfer} from @param {string} label For what has no name. */
  #takeFrom(event, from, label) {
    const files = [...from.files];
    const words = from.getData("text/plain");
    const isOurs = from.types.includes(CLIPBOARD);
    if (files.length === 0 && (event.type !== "paste" || (!words && !isOurs))) return;
    event.preventDefault();
    if (files.length > 0) this.take(files, label);
    else if (isOurs) this.board.selection.paste();
    else if (this.board.mayDraw) this.board.addText(words);
  }

  #takePicked() {
    const files = [...this.picker.files];
    this.picker.value = "";
    this.take(files);
  }

  /** @param {File[]} files @param {string} [label] */
  async take(files, label = "") {
    if (!this.board.mayDraw) return;
    for (const file of files) {
      if (file.type === PDF) await this.#takePdf(file);
      else if (SHOWN.includes(file.type)) await this.#takePicture(file, label || file.name);
      else this.board.tell(this.board.word("bad-picture", { name: file.name }));
    }
  }

  /** @param {Blob} blob @param {string} label */
  async #takePicture(blob, label) {
    this.board.setBusy(true);
    try {
      const { id, width, height } = await this.upload(await fitted(blob));
      const { centre, box } = this.board.camera;
      const scale = Math.min(1, (box.w * 0.7) / width, (box.h * 0.7) / height, SHEET.w / width, SHEET.h / height);
      const [w, h] = [rounded(width * scale), rounded(height * scale)];
      const place = { x: rounded(centre.x - w / 2), y: rounded(centre.y - h / 2), w, h };
      const record = { id: newId(), page: this.board.page, kind: "image", ...place, image: id, label: label.slice(0, 200) };
      this.board.add([record]);
      this.board.choose("select");
      this.board.selection.set([record.id]);
    } catch (error) {
      this.board.tell(error.status ? error.message : this.board.word("bad-picture", { name: label }));
    } finally {
      this.board.setBusy(false);
    }
  }

  /** @param {File} file */
  async #takePdf(file) {
    const { word } = this.board;
    this.board.setBusy(true);
    try {
      const { openPdf } = await import("./pdf.js");
      const pdf = await openPdf(file);
      const numbers = pdf.count === 1 ? [1] : await this.#choosePages(pdf.count, file.name);
      for (const number of numbers) {
        const { id, width, height } = await this.upload(await pdf.picture(number));
        this.#putOnPage({ image: id, width, height, label: word("pdf-label", { number, name: file.name }) });
      }
      pdf.close();
    } catch (error) {
      this.board.tell(error.status ? error.message : word("bad-pdf", { name: file.name }));
    } finally {
      this.board.setBusy(false);
    }
  }

  /** An empty page is used; else a new one follows. */
  #putOnPage({ image, width, height, label }) {
    const { board } = this;
    const isEmpty = board.sync.elements(board.page).length === 0;
    const page = isEmpty ? null : board.pages.next();
    const scale = Math.min(SHEET.w / width, SHEET.h / height);
    const [w, h] = [rounded(width * scale), rounded(height * scale)];
    const place = { x: rounded((SHEET.w - w) / 2), y: rounded((SHEET.h - h) / 2), w, h };
    const id = page?.id ?? board.page;
    const put = { put: { id: newId(), page: id, kind: "image", ...place, image, label: label.slice(0, 200) } };
    board.sync.change([...board.pages.needed, ...(page ? [{ put_page: page }] : []), put]);
    board.showPage(id, { tell: true });
    board.camera.fit();
  }

  /** @param {Blob} blob @returns {Promise<{ id: string, width: number, height: number }>} Throws: RequestError. */
  upload(blob) {
    const init = { method: "POST", body: blob, headers: { "Content-Type": blob.type }, signal: AbortSignal.timeout(UPLOAD_MS) };
    return this.board.session.request("board/images", init);
  }

  /** @param {number} count @param {string} name @returns {Promise<number[]>} */
  async #choosePages(count, name) {
    const { word } = this.board;
    const choices = this.dialog.querySelector("#board-choices");
    const boxes = Array.from({ length: count }, (_, index) => checkbox(index + 1, word("page", { number: index + 1 })));
    choices.replaceChildren(choices.firstElementChild, ...boxes.map(({ label }) => label));
    const answer = await this.#ask({ title: word("pdf", { name }), words: word("pdf-hint"), go: word("open-pages"), choices: true });
    if (answer === "all") return boxes.map((_, index) => index + 1);
    return answer === "go" ? boxes.flatMap(({ input }, index) => (input.checked ? [index + 1] : [])) : [];
  }

  /** From the camera of the call, as it sees, not mirrored. */
  async photograph() {
    const { word } = this.board;
    const video = /** @type {HTMLVideoElement} */ (this.dialog.querySelector("video"));
    const stream = /** @type {HTMLVideoElement} */ (document.getElementById("self-video")).srcObject;
    video.srcObject = stream;
    if (stream) video.play().catch(() => {});
    const words = word(stream ? "photo-hint" : "no-camera");
    const answer = await this.#ask({ title: word("photo"), words, go: word(stream ? "take" : "choose"), video: Boolean(stream) });
    if (answer === "go" && stream) await this.#takePicture(await pictureOf(video), word("photo-label"));
    else if (answer === "go") this.choose();
    video.srcObject = null;
  }

  /** @returns {Promise<string>} The value of the button. */
  #ask({ title, words, go, choices = false, video = false }) {
    const find = (id) => /** @type {HTMLElement} */ (this.dialog.querySelector(id));
    find("h2").textContent = title;
    find("#board-dialog-words").textContent = words;
    find("#board-go").textContent = go;
    find("#board-choices").hidden = find("#board-all").hidden = !choices;
    find("video").hidden = !video;
    this.dialog.returnValue = "";
    this.dialog.showModal();
    return new Promise((resolve) => this.dialog.addEventListener("close", () => resolve(this.dialog.returnValue), { once: true }));
  }
}

/** @param {EventTarget} target */
function isField(target) {
  return target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null;
}

/** @param {number} number @param {string} words */
function checkbox(number, words) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { type: "checkbox", checked: number === 1 });
  label.className = "check";
  label.append(input, ` ${words}`);
  return { label, input };
}

/** @param {HTMLVideoElement} video @returns {Promise<Blob>} */
function pictureOf(video) {
  return encoded(video, video.videoWidth, video.videoHeight);
}

/** Small enough to send. @param {Blob} blob Throws for what is no picture. */
async function fitted(blob) {
  const picture = await createImageBitmap(blob);
  const scale = Math.min(1, MOST_SIDE / Math.max(picture.width, picture.height));
  if (scale === 1 && blob.size <= MOST_BYTES) return blob;
  return encoded(picture, Math.round(picture.width * scale), Math.round(picture.height * scale));
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height @returns {Promise<Blob>} */
export function encoded(source, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(source, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}
