/** Blocks of scripts that run from right to left, and marks that turn the direction. */
const TURNS = /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Somebody's text for the middle of our own words: it cannot change their direction. The server's `human_text.isolated`
 * does the same. An element that holds nothing else needs `dir="auto"` or `<bdi>` instead.
 *
 * @param {string} text
 */
export function isolated(text) {
  return TURNS.test(text) ? `\u2068${text}\u2069` : text;
}
