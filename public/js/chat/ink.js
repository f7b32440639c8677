/**
 * Whether a text shows nothing. The same as `domain.human_text.is_blank`: controls, formats, spaces,
 * marks without a letter, the fillers of Hangul, the blank of Braille, and characters that are not drawn.
 *
 * @param {string} text
 */
export function isBlank(text) {
  return !SEEN.test(text);
}

const SEEN =
  /[^\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{M}\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\ufffe\uffff\u{e0000}-\u{e0fff}]/u;
