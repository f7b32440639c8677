/**
 * A number as the page's language writes it, with Latin digits.
 *
 * @param {number} value @param {Intl.NumberFormatOptions} [options]
 */
export function inNumbers(value, options) {
  const language = globalThis.document?.documentElement?.lang || "en";
  return value.toLocaleString(`${language}-u-nu-latn`, options);
}
