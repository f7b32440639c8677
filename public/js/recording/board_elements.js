/** Elements of the board, which the page has as SVG, on a canvas. */

import { pictureOfText } from "./board_formulas.js";
import { isFormula, linesOf } from "./board_text.js";
import { isLoaded } from "./loaded.js";

const FILLED = 0.2;
const MARKER = 0.4;
/** Until a picture that failed is asked for again. */
const AGAIN_MS = 5000;

/** @type {WeakMap<Element, Path2D>} */
const paths = new WeakMap();
/** @type {Map<string, HTMLImageElement>} */
const images = new Map();

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {SVGGElement} element
 * @param {string} colour
 * @param {() => void} onLoad A picture in it can be drawn now.
 */
export function drawElement(pen, element, colour, onLoad) {
  pen.save();
  move(pen, element);
  pen.globalAlpha = element.classList.contains("marker") ? MARKER : 1;
  pen.strokeStyle = pen.fillStyle = colour;
  for (const shape of /** @type {Iterable<any>} */ (element.children)) {
    pen.save();
    move(pen, shape);
    if (shape.localName === "image") drawImage(pen, shape, onLoad);
    else if (shape.localName === "foreignObject") drawText(pen, shape, onLoad);
    else if (shape.localName !== "text") drawShape(pen, shape);
    pen.restore();
  }
  pen.restore();
}

/** @param {CanvasRenderingContext2D} pen @param {SVGGraphicsElement} element */
export function move(pen, element) {
  const steps = element.transform.baseVal;
  for (let at = 0; at < steps.numberOfItems; at += 1) {
    const { a, b, c, d, e, f } = steps.getItem(at).matrix;
    pen.transform(a, b, c, d, e, f);
  }
}

/** @param {CanvasRenderingContext2D} pen @param {SVGGeometryElement} shape */
function drawShape(pen, shape) {
  const path = pathOf(shape);
  const fill = shape.getAttribute("fill");
  if (fill !== "none") {
    const alpha = pen.globalAlpha;
    if (shape.hasAttribute("fill-opacity")) pen.globalAlpha = alpha * FILLED;
    pen.fill(path);
    pen.globalAlpha = alpha;
  }
  if (!shape.hasAttribute("stroke")) return;
  pen.lineWidth = Number(shape.getAttribute("stroke-width"));
  pen.lineCap = pen.lineJoin = "round";
  pen.stroke(path);
}

/** @param {any} shape @returns {Path2D} */
export function pathOf(shape) {
  let path = paths.get(shape);
  if (path) return path;
  const number = (name) => Number(shape.getAttribute(name));
  path = new Path2D(shape.getAttribute("d") ?? "");
  if (shape.localName === "rect") path.rect(number("x"), number("y"), number("width"), number("height"));
  if (shape.localName === "circle") path.arc(0, 0, number("r"), 0, 7);
  if (shape.localName === "ellipse") path.ellipse(number("cx"), number("cy"), number("rx"), number("ry"), 0, 0, 7);
  paths.set(shape, path);
  return path;
}

/** @param {CanvasRenderingContext2D} pen @param {SVGImageElement} shape @param {() => void} onLoad */
function drawImage(pen, shape, onLoad) {
  const address = shape.href.baseVal;
  const image = images.get(address) ?? load(address);
  if (!isLoaded(image, onLoad)) return;
  const { x, y, width, height } = shape;
  pen.drawImage(image, x.baseVal.value, y.baseVal.value, width.baseVal.value, height.baseVal.value);
}

/** @param {string} address */
function load(address) {
  const image = new Image();
  // It stays the same picture: all who wait for it are told once it is there.
  image.addEventListener("error", () => setTimeout(() => (image.src = address), AGAIN_MS));
  image.src = address;
  images.set(address, image);
  return image;
}

/** @param {CanvasRenderingContext2D} pen @param {SVGForeignObjectElement} shape @param {() => void} onLoad */
function drawText(pen, shape, onLoad) {
  const body = /** @type {HTMLElement} */ (shape.firstElementChild);
  const size = parseFloat(body.style.fontSize);
  const [x, y, width] = [shape.x, shape.y, shape.width].map(({ baseVal }) => baseVal.value);
  if (body.querySelector("math")) {
    const picture = pictureOfText(shape, { size, colour: String(pen.fillStyle), width }, onLoad);
    if (picture) return pen.drawImage(picture.image, x - picture.margin, y - picture.margin, picture.w, picture.h);
  }
  const { fontFamily, direction, lineHeight } = getComputedStyle(body);
  pen.font = `${size}px ${fontFamily}`;
  pen.textBaseline = "middle";
  const isRightToLeft = direction === "rtl";
  pen.textAlign = isRightToLeft ? "right" : "left";
  const step = parseFloat(lineHeight) || size * 1.3;
  linesOf(wordsOf(body), width, (words) => pen.measureText(words).width).forEach((line, at) => {
    pen.fillText(line, isRightToLeft ? x + width : x, y + (at + 0.5) * step);
  });
}

/** Formulas as their code. @param {Node} node @returns {string} */
function wordsOf(node) {
  if (!isFormula(node)) return node.hasChildNodes() ? Array.from(node.childNodes, wordsOf).join("") : (node.textContent ?? "");
  const code = /** @type {Element} */ (node).querySelector("annotation");
  return code ? `$${code.textContent}$` : (node.textContent ?? "");
}
