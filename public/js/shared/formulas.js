/** Texts with formulas: `$x^2$` is set as mathematics, by KaTeX as MathML. KaTeX loads with the first formula. */

const FORMULA = /\$([^$\n]{1,1000})\$/g;
/** @type {Promise<any> | null} */
let loading = null;
let failures = 0;

/** @param {string} words @returns {{ text?: string, formula?: string }[]} */
export function piecesOf(words) {
  const pieces = [];
  let end = 0;
  for (const found of words.matchAll(FORMULA)) {
    // "It costs $5, or $6": a formula has no space inside its signs, and no digit after them.
    const isPrice = /^\s|\s$/.test(found[1]) || /\d/.test(words[found.index + found[0].length] ?? "");
    if (isPrice) continue;
    if (found.index > end) pieces.push({ text: words.slice(end, found.index) });
    pieces.push({ formula: found[1] });
    end = found.index + found[0].length;
  }
  if (end < words.length) pieces.push({ text: words.slice(end) });
  return pieces;
}

/** @param {string} words @returns {(string | HTMLElement)[]} For an element's `append`. Formulas show their code until KaTeX is there. */
export function withFormulas(words) {
  return piecesOf(words).map(({ text, formula }) => (formula === undefined ? text : formulaOf(formula)));
}

/** @param {Element} text Sets the formulas of its text. Resolves when KaTeX has set them; rejects without KaTeX. */
export async function setFormulas(text) {
  text.replaceChildren(...withFormulas(text.textContent ?? ""));
  await loading;
}

/** @param {string} formula */
function formulaOf(formula) {
  const place = document.createElement("span");
  place.className = "formula";
  place.dir = "ltr";
  place.textContent = `$${formula}$`;
  loading ??= load();
  loading.then(
    (katex) => {
      katex.render(formula, place, { output: "mathml", throwOnError: false, maxExpand: 200, maxSize: 20 });
      place.dispatchEvent(new Event("formula", { bubbles: true }));
    },
    () => {},
  );
  return place;
}

/** When it fails, the next formula loads it again: older browsers only under another address. */
async function load() {
  try {
    return (await import(`../vendor/katex.js${failures ? `?again=${failures}` : ""}`)).default;
  } catch (error) {
    failures += 1;
    loading = null;
    throw error;
  }
}
