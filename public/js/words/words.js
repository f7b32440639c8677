/** Words in the page's language, by their English; base.html loads its catalogue first. */

const words = globalThis["words"] ?? { plural: Number, messages: {} };

/** @param {string} message With placeholders such as `{name}`. @param {object} [values] */
export function t(message, values = {}) {
  return (words.messages[message] ?? message).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** The words for `{count}`. @param {string} one @param {string} many @param {number} count @param {object} [values] */
export function tn(one, many, count, values) {
  const english = count === 1 ? one : many;
  const found = words.messages[one]?.[words.plural(count)];
  const language = globalThis.document?.documentElement.lang || "en";
  return t(found?.[1] ? found : english, { count: count.toLocaleString(`${language}-u-nu-latn`), ...values });
}
