/** Elements as SVG. docs/protocol.md has their fields; the Worker draws the same for print. */

import { withFormulas } from "../shared/formulas.js";
import { getStroke } from "../vendor/perfect_freehand.js";

const SVG = "http://www.w3.org/2000/svg";
const PEN = { thinning: 0.6, smoothing: 0.5, streamline: 0.3, simulatePressure: false, last: true };
/** More than any text needs; what is empty is not seen. */
const TEXT_ROOM = 4000;

/** @typedef {{ [name: string]: string | number }} Attributes */

/** @param {string} name @param {Attributes} [attributes] @returns {any} */
export function svg(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** @param {Fields} record @param {string} images The address of pictures, without their ids. @returns {SVGElement} */
export function drawn(record, images) {
  const group = svg("g", { class: `element ${record.kind} ink-${record.colour ?? "ink"}` });
  group.append(shapeOf(record, images));
  group.classList.toggle("pending", Boolean(record.pending));
  group.classList.toggle("marker", Boolean(record.highlighter));
  return group;
}

/** @param {Fields} record @param {string} images @returns {SVGElement} */
function shapeOf(record, images) {
  const { kind, x, y, w, h, size } = record;
  const box = { x, y, width: w, height: h };
  const line = { fill: "none", stroke: "currentColor", "stroke-width": size, "stroke-linecap": "round", "stroke-linejoin": "round" };
  const fill = record.filled ? { fill: "currentColor", "fill-opacity": 0.2 } : {};
  if (kind === "stroke") return stroke(record, line);
  if (kind === "line") return svg("path", { d: `M${x} ${y}l${record.dx} ${record.dy}`, ...line });
  if (kind === "arrow") return svg("path", { d: arrow(record), ...line });
  if (kind === "rectangle") return svg("rect", { ...box, ...line, ...fill });
  if (kind === "ellipse") return svg("ellipse", { cx: x + w / 2, cy: y + h / 2, rx: w / 2, ry: h / 2, ...line, ...fill });
  return kind === "image" ? svg("image", { ...box, href: images + record.image, preserveAspectRatio: "none" }) : text(record);
}

/** With pressures an outline; without, a line of one width. @param {Fields} record @param {Attributes} line */
function stroke({ x, y, scale = 1, points, pressures, size }, line) {
  const transform = `translate(${x} ${y}) scale(${scale})`;
  if (pressures) return svg("path", { d: outline(points, pressures, size), transform, fill: "currentColor" });
  return svg("path", { d: through(points), transform, ...line });
}

/** A smooth line: each point bends it, and it passes the middles. @param {number[]} points @returns {string} */
export function through(points) {
  const [x, y] = points;
  if (points.length === 2) return `M${x} ${y}h0.01`;
  let d = `M${x} ${y}`;
  for (let at = 2; at < points.length - 2; at += 2) {
    d += `Q${points[at]} ${points[at + 1]} ${middle(points, at)} ${middle(points, at + 1)}`;
  }
  return `${d}L${points[points.length - 2]} ${points[points.length - 1]}`;
}

/** @param {number[]} points @param {number} at */
function middle(points, at) {
  return ((points[at] + points[at + 2]) / 2).toFixed(2);
}

/** @param {number[]} points @param {number[]} pressures @param {number} size @returns {string} */
export function outline(points, pressures, size) {
  const input = pressures.map((pressure, at) => [points[2 * at], points[2 * at + 1], pressure / 100]);
  const border = getStroke(input, { ...PEN, size }).flat();
  return border.length === 0 ? "" : `${through(border)}Z`;
}

/** @param {Fields} record @returns {string} */
function arrow({ x, y, dx, dy, size }) {
  const angle = Math.atan2(dy, dx);
  const length = Math.min(Math.hypot(dx, dy) / 2, 10 + size * 3);
  const wing = (turn) => `${x + dx - length * Math.cos(angle + turn)} ${y + dy - length * Math.sin(angle + turn)}`;
  return `M${x} ${y}L${x + dx} ${y + dy}M${wing(0.5)}L${x + dx} ${y + dy}L${wing(-0.5)}`;
}

/** @param {Fields} record */
function text({ x, y, w, text: words, size }) {
  const place = svg("foreignObject", { x, y, width: w, height: TEXT_ROOM });
  const body = Object.assign(document.createElement("div"), { className: "board-text", dir: "auto" });
  body.style.fontSize = `${size}px`;
  body.append(...withFormulas(words));
  place.append(body);
  return place;
}
