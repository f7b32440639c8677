/** Pictures and PDF pages on the board: from a file, the clipboard, the camera, or the session's files. */

import { isolated } from "../shared/isolated.js";
import { toast } from "../shared/toasts.js";
import { PDF, Papers } from "../papers/papers.js";
import { SHEET, rounded } from "../sheet/geometry.js";
import { CLIPBOARD } from "../sheet/selecting.js";
import { t } from "../words/words.js";

const UPLOAD_MS = 60_000;
/** A new picture takes at most this part of the width and height that is seen. */
const LARGEST = 0.7;

export class Pictures {
  /** @param {Board} board */
  constructor(board) {
    const { root, signal } = board;
    this.board = board;
    this.picker = /** @type {HTMLInputElement} */ (board.find("board-picker"));
    this.papers = new Papers(board.find("board-dialog"));
    this.picker.addEventListener("change", () => this.#takePicked(), { signal });
    // Translators: names a picture that came from the clipboard, as in "Picture pasted".
    const onPaste = (event) => this.#takeFrom(event, event.clipboardData, t("pasted"));
    document.addEventListener("paste", (event) => board.isShown && !isField(event.target) && onPaste(event), { signal });
    root.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault(), { signal });
    root.addEventListener("drop", (event) => this.#takeFrom(event, event.dataTransfer), { signal });
  }

  choose() {
    this.picker.click();
  }

  /** From a file of the session. @param {string} address @param {string} name */
  async open(address, name) {
    const response = await fetch(address);
    if (!response.ok) return toast(cannotShow(name));
    const blob = await response.blob();
    await this.take([new File([blob], name, { type: blob.type })]);
  }

  /** With the camera of the call. */
  async photograph() {
    const stream = /** @type {MediaStream} */ (/** @type {HTMLVideoElement} */ (document.getElementById("self-video")).srcObject);
    if (!stream) return (await this.papers.offerToChoose()) && this.choose();
    const photo = await this.papers.photograph(stream);
    // Translators: names a picture that the camera took, as in "Picture photo".
    if (photo) await this.take([new File([photo], t("photo"), { type: photo.type })]);
  }

  /** @param {File[]} files @param {string} [label] For what has no name. */
  async take(files, label) {
    const { board } = this;
    if (!board.mode.mayDraw) return;
    for (const file of files) {
      const name = label ?? file.name;
      board.toolbar.setBusy(true);
      try {
        for await (const { blob, number } of this.papers.read(file)) {
          const picture = await this.#upload(blob);
          if (number === null) this.#putInSight(picture, name);
          // Translators: {name} is the name of a PDF file.
          else this.#putOnPage(picture, t("Page {number} of {name}", { number, name }));
        }
      } catch (error) {
        if (error.status) toast(error.message);
        else toast(file.type === PDF ? t("{name} cannot be opened.", { name: isolated(name) }) : cannotShow(name));
      }
      board.toolbar.setBusy(false);
    }
  }

  /** @param {Event} event @param {DataTransfer} from @param {string} [label] */
  #takeFrom(event, from, label) {
    const files = [...from.files];
    const words = event.type === "paste" ? from.getData("text/plain") : "";
    const isOurs = event.type === "paste" && from.types.includes(CLIPBOARD);
    if (files.length === 0 && !words && !isOurs) return;
    event.preventDefault();
    if (files.length > 0) this.take(files, label);
    else if (isOurs) this.board.sheet.selection.paste();
    else if (this.board.mode.mayDraw) this.board.sheet.texts.write(words);
  }

  #takePicked() {
    const files = [...this.picker.files];
    this.picker.value = "";
    this.take(files);
  }

  /** @param {Blob} blob @returns {Promise<{ id: string, width: number, height: number }>} Throws: RequestError. */
  #upload(blob) {
    const init = { method: "POST", body: blob, headers: { "Content-Type": blob.type }, signal: AbortSignal.timeout(UPLOAD_MS) };
    return this.board.session.request("board/images", init);
  }

  #putInSight(picture, label) {
    const { board } = this;
    const { camera, tools, selection } = board.sheet;
    const { w, h } = camera.box;
    const most = Math.min(1, (w * LARGEST) / picture.width, (h * LARGEST) / picture.height);
    const record = this.#element(picture, label, board.page, camera.centre, most);
    board.add([record]);
    tools.choose("select");
    selection.set([record.id]);
  }

  /** An empty page is used; else a new one follows. */
  #putOnPage(picture, label) {
    const { board } = this;
    const isEmpty = board.sync.elements(board.page).length === 0;
    const page = isEmpty ? null : board.pages.next();
    const id = page?.id ?? board.page;
    const put = this.#element(picture, label, id, { x: SHEET.w / 2, y: SHEET.h / 2 }, Infinity);
    board.sync.change([...board.pages.needed, ...(page ? [{ put_page: page }] : []), { put }]);
    board.showPage(id, { tell: true });
    board.sheet.camera.fit();
  }

  /** @param {{ id: string, width: number, height: number }} picture @param {string} label @param {string} page @param {Place} centre @param {number} most @returns {Fields} */
  #element({ id, width, height }, label, page, centre, most) {
    const scale = Math.min(most, SHEET.w / width, SHEET.h / height);
    const [w, h] = [rounded(width * scale), rounded(height * scale)];
    const place = { x: rounded(centre.x - w / 2), y: rounded(centre.y - h / 2), w, h };
    return { ...this.board.sheet.tools.make("image", { ...place, image: id, label: label.slice(0, 200) }), page };
  }
}

/** @param {string} name */
function cannotShow(name) {
  return t("{name} cannot be shown on the board: only PNG, JPEG, WebP and PDF.", { name: isolated(name) });
}

/** @param {EventTarget} target */
function isField(target) {
  return target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null;
}
