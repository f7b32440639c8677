/** The elements and attributes that a template uses. */

import { find } from "./support.mjs";

const TEMPLATE_SYNTAX = /\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}/gs;
const TAG = /<([a-z][a-z0-9]*)((?:\s+[a-z][a-z-]*(?:=(?:"[^"]*"|'[^']*'))?)*)/g;
const ATTRIBUTE = /([a-z][a-z-]*)(?:=(?:"([^"]*)"|'([^']*)'))?/g;

/** @param {string} text @returns {Iterable<{ key: string, entry: any, line: number }>} */
export function* featuresOfMarkup(text) {
  // What a template fills in leaves its line breaks behind, so that lines keep their numbers.
  const html = text.replace(TEMPLATE_SYNTAX, (part) => part.replace(/[^\n]/g, ""));
  for (const { 1: element, 2: attributes, index } of html.matchAll(TAG)) {
    const line = html.slice(0, index).split("\n").length;
    const of = (key, ...keys) => ({ key, entry: find("html", ...keys), line });
    yield of(`<${element}>`, "elements", element);
    for (const [, name, value, quoted = value] of attributes.matchAll(ATTRIBUTE)) {
      yield of(`<${element} ${name}>`, "elements", element, name);
      yield of(`<${element} ${name}="${quoted}">`, "elements", element, name, quoted);
      yield of(`${name}=`, "global_attributes", name);
    }
  }
}
