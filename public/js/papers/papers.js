/** Pictures from files, PDF files and the camera, small enough to send. */

const SHOWN = ["image/png", "image/jpeg", "image/webp"];
export const PDF = "application/pdf";
/** A larger picture is made smaller. */
const MOST_BYTES = 4_000_000;
const MOST_SIDE = 2400;

/** A picture; `number` is its page's, in a PDF. @typedef {{ blob: Blob, number: number | null }} Paper */

export class Papers {
  /** @param {HTMLDialogElement} dialog @param {(key: string, parts?: object) => string} word */
  constructor(dialog, word) {
    this.dialog = dialog;
    this.word = word;
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
    const answer = await this.#ask({ title: "photo", words: "photo-hint", go: "take", video: true });
    const photo = answer === "go" ? await encoded(video, video.videoWidth, video.videoHeight) : null;
    video.srcObject = null;
    return photo;
  }

  /** Whether to choose a picture, as there is no camera. */
  async offerToChoose() {
    return (await this.#ask({ title: "photo", words: "no-camera", go: "choose" })) === "go";
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
    const boxes = numbers.map((number) => checkbox(number, this.word("page", { number })));
    const choices = this.dialog.querySelector("#board-choices");
    choices.replaceChildren(choices.firstElementChild, ...boxes.map(({ label }) => label));
    const answer = await this.#ask({ title: "pdf", name, words: "pdf-hint", go: "open-pages", choices: true });
    if (answer === "all") return numbers;
    return answer === "go" ? numbers.filter((number) => boxes[number - 1].input.checked) : [];
  }

  /** @returns {Promise<string>} The value of the button. */
  #ask({ title, name = "", words, go, choices = false, video = false }) {
    const find = (id) => /** @type {HTMLElement} */ (this.dialog.querySelector(id));
    find("h2").textContent = this.word(title, { name });
    find("#board-dialog-words").textContent = this.word(words);
    find("#board-go").textContent = this.word(go);
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
