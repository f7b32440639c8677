import { isRightToLeft } from "./direction.js";

/** Scripts that run from right to left, and marks that change the direction. */
const TURNS = /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A person's text, or a name of a device, inside our own words: neither changes the direction of the
 * other. The same as the server's `human_text.isolated`. An element with nothing but such a text needs `dir="auto"` or `<bdi>` instead.
 *
 * @param {string} text
 */
export function isolated(text) {
  return text && (isRightToLeft() || TURNS.test(text)) ? `\u2068${text}\u2069` : text;
}
