/** Pictures from files, PDF files and the camera, small enough to send. */

import { isolated } from "../shared/isolated.js";
import { t } from "../words/words.js";

const SHOWN = ["image/png", "image/jpeg", "image/webp"];
export const PDF = "application/pdf";
/** A larger picture is made smaller. */
const MOST_BYTES = 4_000_000;
const MOST_SIDE = 2400;

/** A picture; `number` is its page's, in a PDF. @typedef {{ blob: Blob, number: number | null }} Paper */

export class Papers {
  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.dialog = dialog;
  }

  /** The person chooses pages of a longer PDF. Throws if the file cannot be read. @param {File} file @returns {AsyncGenerator<Paper>} */
  async *read(file) {
    if (file.type === PDF) yield* this.#pagesOf(file);
    else if (SHOWN.includes(file.type)) yield { blob: await fitted(file), number: null };
    else throw new Error(`a file of type ${file.type}`);
  }

  /** From this stream as the camera sees, not mirrored. @param {MediaStream | null} stream @returns {Promise<Blob | null>} Null: not taken. */
  async photograph(stream) {
    const video = this.dialog.querySelector("video");
    video.srcObject = stream;
    video.play().catch(() => {});
    const words = t("Hold the paper in front of the camera. It is not mirrored.");
    const answer = await this.#ask({ title: t("Photograph your paper"), words, go: t("Take the picture"), video: true });
    const photo = answer === "go" ? await encoded(video, video.videoWidth, video.videoHeight) : null;
    video.srcObject = null;
    return photo;
  }

  /** Whether to choose a picture, as there is no camera. */
  async offerToChoose() {
    const words = t("Your camera is off. Choose a picture from this device instead.");
    return (await this.#ask({ title: t("Photograph your paper"), words, go: t("Choose a picture") })) === "go";
  }

  /** @param {File} file @returns {AsyncGenerator<Paper>} */
  async *#pagesOf(file) {
    const { openPdf } = await import("./pdf.js");
    const pdf = await openPdf(file);
    try {
      const numbers = pdf.count === 1 ? [1] : await this.#choosePages(pdf.count, file.name);
      for (const number of numbers) yield { blob: await pdf.picture(number), number };
    } finally {
      pdf.close();
    }
  }

  /** @param {number} count @param {string} name @returns {Promise<number[]>} */
  async #choosePages(count, name) {
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const boxes = numbers.map((number) => checkbox(number, t("Page {number}", { number })));
    const choices = this.dialog.querySelector("#board-choices");
    choices.replaceChildren(choices.firstElementChild, ...boxes.map(({ label }) => label));
    // Translators: {name} is the name of a PDF file.
    const title = t("Which pages of {name}?", { name: isolated(name) });
    const words = t("Each page becomes a page of the board.");
    const answer = await this.#ask({ title, words, go: t("Open these pages"), choices: true });
    if (answer === "all") return numbers;
    return answer === "go" ? numbers.filter((number) => boxes[number - 1].input.checked) : [];
  }

  /** Throws out of sight, where a question would block the whole page. @returns {Promise<string>} The value of the button. */
  async #ask({ title, words, go, choices = false, video = false }) {
    if (!this.dialog.parentElement.offsetParent) throw new Error("nobody can answer");
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

/** @param {number} number @param {string} words */
function checkbox(number, words) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { type: "checkbox", checked: number === 1 });
  label.className = "check";
  label.append(input, ` ${words}`);
  return { label, input };
}

/** @param {Blob} blob */
async function fitted(blob) {
  const picture = await createImageBitmap(blob);
  const scale = Math.min(1, MOST_SIDE / Math.max(picture.width, picture.height));
  if (scale === 1 && blob.size <= MOST_BYTES) return blob;
  return encoded(picture, Math.round(picture.width * scale), Math.round(picture.height * scale));
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height @returns {Promise<Blob>} */
function encoded(source, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(source, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}
