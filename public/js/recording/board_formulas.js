/**
 * Texts of the board that have formulas, as pictures: only the browser can set MathML, and it does so on a canvas by way of an
 * SVG. In WebKit such a picture locks the canvas. There, and until the picture is loaded, formulas are written as their code.
 */

import { isLoaded } from "./loaded.js";

/** Formulas may reach out of their lines; in em. */
const AROUND = 0.5;

/** The picture of each text, and what it shows. @type {WeakMap<Element, { address: string, image: HTMLImageElement }>} */
const pictures = new WeakMap();
let isAllowed = true;

/**
 * @param {SVGForeignObjectElement} shape A text with formulas that are set.
 * @param {{ size: number, colour: string, width: number }} how
 * @param {() => void} onLoad It can be drawn now.
 * @returns {{ image: HTMLImageElement, margin: number, w: number, h: number } | null} Its size, with a margin on all sides; null
 *   while it is not there.
 */
export function pictureOfText(shape, { size, colour, width }, onLoad) {
  const body = /** @type {HTMLElement} */ (shape.firstElementChild);
  const margin = size * AROUND;
  const [w, h] = [width + 2 * margin, body.offsetHeight + 2 * margin];
  const address = addressOf(body, { size, colour, margin, w, h });
  let picture = pictures.get(shape);
  if (picture?.address !== address) {
    picture = { address, image: new Image() };
    pictures.set(shape, picture);
    picture.image.src = address;
  }
  const { image } = picture;
  if (!isLoaded(image, onLoad)) return null;
  isAllowed &&= isReadable(image);
  return isAllowed ? { image, margin, w, h } : null;
}

/** @param {HTMLElement} body @param {{ size: number, colour: string, margin: number, w: number, h: number }} how */
function addressOf(body, { size, colour, margin, w, h }) {
  const { fontFamily, lineHeight, direction } = getComputedStyle(body);
  // As in board.css. The page's policy blocks a style in an element, but not in a picture.
  const style =
    `foreignObject{overflow:visible}div{font:${size}px ${fontFamily};line-height:${lineHeight};direction:${direction};color:${colour};` +
    "display:table;width:100%;white-space:pre-wrap;overflow-wrap:anywhere}math{font-size:1.1em}";
  const place = `<foreignObject x="${margin}" y="${margin}" width="${w - 2 * margin}" height="${h}">`;
  const drawn = `<style>${style.replaceAll("<", "")}</style>${place}${markupOf(body)}</foreignObject>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}">${drawn}</svg>`;
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}

/** @param {HTMLElement} body */
function markupOf(body) {
  const copy = document.createElement("div");
  copy.append(...Array.from(body.childNodes, (node) => node.cloneNode(true)));
  return new XMLSerializer().serializeToString(copy);
}

/** Whether a canvas with it can be read. @param {HTMLImageElement} image */
function isReadable(image) {
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  try {
    pen.drawImage(image, 0, 0);
    pen.getImageData(0, 0, 1, 1);
    return true;
  } catch {
    return false;
  }
}
