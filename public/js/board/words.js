/** The board's words, which its template has. */

/** @param {HTMLElement} board @returns {(key: string, parts?: { [name: string]: any }) => string} */
export function wordsOf(board) {
  const rows = [...board.querySelectorAll("#board-words > div")];
  const words = new Map(rows.map((row) => [row.querySelector("dt").textContent, row.querySelector("dd").textContent]));
  return (key, parts = {}) => words.get(key).replace(/\{(\w+)\}/g, (_all, name) => String(parts[name] ?? ""));
}
