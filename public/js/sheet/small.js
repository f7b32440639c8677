import { SHEET } from "./geometry.js";

/** A page as a small picture: lines, boxes and first words. @param {HTMLCanvasElement} canvas @param {Fields[]} records @param {CSSStyleDeclaration} theme */
export function drawSmall(canvas, records, theme) {
  const pen = canvas.getContext("2d");
  const scale = canvas.width / SHEET.w;
  pen.scale(scale, scale);
  for (const { kind, x, y, w, h, dx, dy, points, scale: grow = 1, size, colour, text, highlighter } of records) {
    pen.strokeStyle = pen.fillStyle = theme.getPropertyValue(`--board-${colour ?? "grey"}`);
    pen.globalAlpha = highlighter ? 0.4 : 1;
    pen.lineWidth = Math.max((size ?? 1) * grow, 1 / scale);
    pen.beginPath();
    if (kind === "stroke") for (let at = 0; at < points.length; at += 2) pen.lineTo(x + points[at] * grow, y + points[at + 1] * grow);
    if (kind === "line" || kind === "arrow") pen.moveTo(x, y), pen.lineTo(x + dx, y + dy);
    if (kind === "rectangle") pen.rect(x, y, w, h);
    if (kind === "ellipse") pen.ellipse(x + w / 2, y + h / 2, w / 2, h / 2, 0, 0, 7);
    if (kind === "image") pen.fillRect(x, y, w, h);
    pen.stroke();
    pen.font = `${size}px sans-serif`;
    if (kind === "text") pen.fillText(text.split("\n")[0], x, y + size, w);
  }
}
