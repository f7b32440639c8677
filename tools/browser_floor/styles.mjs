/** The features of the web that a style sheet uses. What stands inside `@supports` is guarded already. */

import { parse, walk } from "css-tree";
import { data, find } from "./support.mjs";

/** Lengths such as `1dvh`, which the data have under one name. */
const DYNAMIC_UNIT = /^[sld]v(?:h|w|i|b|min|max)$/;

/** Functions and units of any type: `color-mix`, `clamp`, `rem`. */
const TYPES = namesBelow(data.css.types);

/** @param {string} text @returns {Iterable<{ key: string, entry: any, line: number }>} */
export function* featuresOfStyles(text) {
  const found = [];
  const note = (node, key, entry) => entry && found.push({ key, entry, line: node.loc.start.line });
  const tree = parse(text, {
    positions: true,
    parseCustomProperty: true,
    onParseError: (error) => {
      throw new Error(`line ${error.line}: ${error.message}`);
    },
  });
  let supports = 0;
  let rules = 0;
  let property = "";
  walk(tree, {
    enter(node) {
      if (node.type === "Atrule" && node.name === "supports") supports += 1;
      if (supports) return;
      if (node.type === "Declaration") property = node.property;
      if (node.type === "Rule" && rules++ > 0) note(node, "nesting", find("css", "selectors", "nesting"));
      // What has a vendor's prefix is written for that vendor's browsers alone.
      if (/^-[a-z]/.test(node.name) || /^-[a-z]/.test(property)) return;
      for (const [key, entry] of featuresOf(node, property)) note(node, key, entry);
    },
    leave(node) {
      if (node.type === "Rule" && !supports) rules -= 1;
      if (node.type === "Declaration") property = "";
      if (node.type === "Atrule" && node.name === "supports") supports -= 1;
    },
  });
  yield* found;
}

function* featuresOf(node, property) {
  const { type, name } = node;
  if (type === "Atrule") yield [`@${name}`, find("css", "at-rules", name)];
  if (type === "Feature") yield [`@media (${name})`, find("css", "at-rules", "media", name)];
  if (type === "FeatureRange") yield ["media ranges", find("css", "at-rules", "media", "range_syntax")];
  if (type === "PseudoClassSelector") yield [`:${name}`, find("css", "selectors", name)];
  if (type === "PseudoElementSelector") yield [`::${name}`, find("css", "selectors", name)];
  if (type === "NestingSelector") yield ["nesting", find("css", "selectors", "nesting")];
  if (type === "Declaration") yield [node.property, find("css", "properties", node.property)];
  if (type === "Function") yield [`${name}()`, TYPES.get(name)];
  if (type === "Dimension") {
    const unit = DYNAMIC_UNIT.test(node.unit) ? "viewport_percentage_units_dynamic" : node.unit;
    yield [`1${node.unit}`, TYPES.get(unit)];
  }
  if (type === "Identifier" && property) {
    yield [`${property}: ${name}`, find("css", "properties", property, name)];
  }
  if (type === "Operator" && node.value.trim() === "/" && property === "content") {
    yield ["content: / alternative", find("css", "properties", "content", "alt_text")];
  }
}

function namesBelow(entries, names = new Map()) {
  for (const [name, entry] of Object.entries(entries)) {
    if (name === "__compat") continue;
    if (entry.__compat && !names.has(name)) names.set(name, entry);
    namesBelow(entry, names);
  }
  return names;
}
