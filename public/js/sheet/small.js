import { SHEET } from "./geometry.js";

/** Pixels, of a picture as wide as the page. */
const SMALL = { resizeWidth: 320, resizeQuality: /** @type {const} */ ("medium") };

const NOT_THERE = 404;

/** Pages as small drawings. A picture loads when a page with it first comes into sight; until then it is a grey box. */
export class SmallPages {
  /** Also those that are not there. @type {Map<string, Promise<any>>} */
  #asked = new Map();
  /** @type {Map<string, ImageBitmap>} */
  #pictures = new Map();

  /** @param {string} images The address of pictures, without their ids. */
  constructor(images) {
    this.images = images;
  }

  /** @param {HTMLCanvasElement} canvas @param {Fields[]} records @param {CSSStyleDeclaration} theme */
  async draw(canvas, records, theme) {
    drawSmall(canvas, records, theme, this.#pictures);
    const missing = records.filter(({ kind, image }) => kind === "image" && !this.#pictures.has(image));
    if (missing.length === 0) return;
    await inSight(canvas);
    await Promise.all(missing.map(({ image }) => this.#ask(image)));
    drawSmall(canvas, records, theme, this.#pictures);
  }

  /** @param {string} image */
  #ask(image) {
    // After a failure, the next drawing asks again.
    if (!this.#asked.has(image)) this.#asked.set(image, this.#load(image).catch(() => this.#asked.delete(image)));
    return this.#asked.get(image);
  }

  /** @param {string} image */
  async #load(image) {
    const answer = await fetch(this.images + image);
    if (answer.status === NOT_THERE) return;
    if (!answer.ok) throw new Error(`a picture: ${answer.status}`);
    this.#pictures.set(image, await createImageBitmap(await answer.blob(), SMALL));
  }
}

/** @param {Element} element @returns {Promise<void>} */
function inSight(element) {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(element);
  });
}

/** Lines, boxes, pictures and first words. @param {HTMLCanvasElement} canvas @param {Fields[]} records @param {CSSStyleDeclaration} theme @param {Map<string, ImageBitmap>} pictures */
function drawSmall(canvas, records, theme, pictures) {
  const pen = canvas.getContext("2d");
  const scale = canvas.width / SHEET.w;
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, SHEET.w, SHEET.h);
  pen.direction = "ltr";
  for (const { kind, x, y, w, h, dx, dy, points, scale: grow = 1, size, colour, text, highlighter, image } of records) {
    pen.strokeStyle = pen.fillStyle = theme.getPropertyValue(`--board-${colour ?? "grey"}`);
    pen.globalAlpha = highlighter ? 0.4 : 1;
    pen.lineWidth = Math.max((size ?? 1) * grow, 1 / scale);
    pen.beginPath();
    if (kind === "stroke") for (let at = 0; at < points.length; at += 2) pen.lineTo(x + points[at] * grow, y + points[at + 1] * grow);
    if (kind === "line" || kind === "arrow") pen.moveTo(x, y), pen.lineTo(x + dx, y + dy);
    if (kind === "rectangle") pen.rect(x, y, w, h);
    if (kind === "ellipse") pen.ellipse(x + w / 2, y + h / 2, w / 2, h / 2, 0, 0, 7);
    if (kind === "image" && pictures.has(image)) pen.drawImage(pictures.get(image), x, y, w, h);
    else if (kind === "image") pen.fillRect(x, y, w, h);
    pen.stroke();
    pen.font = `${size}px sans-serif`;
    if (kind === "text") pen.fillText(text.split("\n")[0], x, y + size, w);
  }
}
