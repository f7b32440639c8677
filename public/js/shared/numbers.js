/** Numbers and lists as the page's language writes them. */

/** With Latin digits. @param {number} value @param {Intl.NumberFormatOptions} [options] */
export function inNumbers(value, options) {
  return value.toLocaleString(`${language()}-u-nu-latn`, options);
}

/** "34 ms, about 18 Mbit/s". @param {string[]} figures */
export function listed(figures) {
  return new Intl.ListFormat(language(), { type: "unit", style: "short" }).format(figures);
}

function language() {
  return globalThis.document?.documentElement?.lang || "en";
}
