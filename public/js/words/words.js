/**
 * The words of scripts in the page's language. They stand in the sources in English; the page loads
 * the catalogue of another language before all modules (base.html). Placeholders are named: `{name}`.
 */

/** @type {{ plural: (count: number) => number, messages: Record<string, string | string[]> }} */
const words = globalThis["words"] ?? { plural: (count) => Number(count !== 1), messages: {} };
const language = globalThis.document?.documentElement.lang || "en";

/** @param {string} message In English. @param {Record<string, string | number>} [values] */
export function t(message, values = {}) {
  const found = words.messages[message] ?? message;
  return filled(typeof found === "string" ? found : found[0], values);
}

/**
 * The message for a count, `{count}` in it.
 *
 * @param {string} one @param {string} many Both in English.
 * @param {number} count @param {Record<string, string | number>} [values]
 */
export function tn(one, many, count, values = {}) {
  const forms = words.messages[one];
  const english = count === 1 ? one : many;
  const found = Array.isArray(forms) ? forms[words.plural(count)] : (words.messages[english] ?? english);
  return filled(/** @type {string} */ (found), { count: inNumbers(count), ...values });
}

/** `1,234` as the page's language writes it. @param {number} value */
export function inNumbers(value) {
  return value.toLocaleString(language, { numberingSystem: "latn" });
}

function filled(message, values) {
  return message.replace(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);
}
