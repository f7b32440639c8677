/** Texts of the board in lines, as the page breaks them. */

/** @param {Node} node */
export function isFormula(node) {
  return node instanceof Element && node.classList.contains("formula");
}

/**
 * @param {string} words
 * @param {number} width
 * @param {(words: string) => number} measure
 * @returns {string[]}
 */
export function linesOf(words, width, measure) {
  return words.split("\n").flatMap((line) => broken(line, width, measure));
}

/** @param {string} line @param {number} width @param {(words: string) => number} measure */
function broken(line, width, measure) {
  const lines = [""];
  // A space stays at the end of its line.
  for (const word of line.split(/(?<=\s)(?=\S)/)) {
    const last = lines[lines.length - 1];
    if (last && measure((last + word).trimEnd()) > width) lines.push(word);
    else lines[lines.length - 1] = last + word;
  }
  return lines;
}
