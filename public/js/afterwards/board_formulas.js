/**
 * The board to read and to print: sets the formulas of its texts as mathematics. The server writes their code into the
 * pictures; without this script, or without KaTeX, the code stays.
 */

import { setFormulas } from "../shared/formulas.js";

const SVG = "image/svg+xml";

for (const sheet of document.querySelectorAll(".board-sheet")) void setIn(sheet);

/** @param {Element} sheet A page of the board: its picture, and its texts for people who do not see the picture. */
async function setIn(sheet) {
  const picture = /** @type {HTMLImageElement} */ (sheet.querySelector("img"));
  const texts = [...sheet.querySelectorAll("p")];
  if (!texts.some((text) => text.textContent?.includes("$"))) return;
  try {
    await Promise.all(texts.map(setFormulas));
    const answer = await fetch(picture.src);
    if (!answer.ok) return;
    // A style, too, would come under this page's policy while the picture is parsed.
    const [start, style, end] = (await answer.text()).split(/(<style>[^<]*<\/style>)/);
    const drawn = new DOMParser().parseFromString(start + end, SVG);
    await Promise.all([...drawn.querySelectorAll("foreignObject > div")].map(setFormulas));
    const text = new XMLSerializer().serializeToString(drawn).replace("<rect", `${style}<rect`);
    picture.src = `data:${SVG};charset=utf-8,${encodeURIComponent(text)}`;
  } catch {
    // The network is gone, or KaTeX is not there.
  }
}
