/**
 * The features of the web that a script uses, by their names.
 *
 * Syntax newer than ES2022 is refused as a whole. A member such as `.toSorted` is known by its name alone. The name
 * counts as supported when any interface has it in all browsers of the floor, or when our scripts define it themselves.
 */

import { parse } from "acorn";
import { full } from "acorn-walk";
import { data, find, lacking } from "./support.mjs";

const SYNTAX = 2022;
const INTERFACES = { ...data.javascript.builtins, ...data.api };
const MEMBERS = new Map();
for (const { __compat, ...members } of Object.values(INTERFACES)) {
  for (const [name, entry] of Object.entries(members)) {
    const plain = name.replace(/_(?:static|event)$/, "");
    if (entry.__compat) MEMBERS.set(plain, [...(MEMBERS.get(plain) ?? []), entry]);
  }
}

/** @returns {Set<string>} What our classes and objects call their members. @param {string[]} texts All scripts. */
export function ownMembers(texts) {
  const names = new Set();
  const own = /^(?:PropertyDefinition|MethodDefinition|Property)$/;
  for (const text of texts) {
    full(parsed(text), (node) => {
      if (own.test(node.type) && !node.computed && node.value?.type !== "AssignmentPattern") names.add(node.key.name);
      const { left } = node.type === "AssignmentExpression" ? node : {};
      if (left?.type === "MemberExpression" && left.object.type === "ThisExpression") names.add(left.property.name);
    });
  }
  return names;
}

/**
 * @param {string} text
 * @param {Set<string>} members Of `ownMembers`.
 * @returns {Iterable<{ key: string, entry: any, line: number }>}
 */
export function* featuresOfScript(text, members) {
  const tree = parsed(text);
  const own = declaredIn(tree);
  const found = [];
  const note = (node, key, entry) => entry && found.push({ key, entry, line: node.loc.start.line });
  full(tree, (node) => {
    if (node.type === "Identifier" && !own.has(node.name)) {
      note(node, node.name, globalNamed(node.name));
    }
    if (node.type !== "MemberExpression" || node.computed) return;
    const [object, name] = [node.object.type === "Identifier" ? node.object.name : "", node.property.name];
    const fixed = own.has(object) ? undefined : staticMember(object, name);
    note(node.property, fixed ? `${object}.${name}` : `.${name}`, fixed ?? (members.has(name) ? undefined : newest(MEMBERS.get(name))));
  });
  yield* found;
}

function parsed(text) {
  return parse(text, { ecmaVersion: SYNTAX, sourceType: "module", locations: true });
}

function globalNamed(name) {
  if (!Object.hasOwn(INTERFACES, name)) return find("api", "Window", name);
  return INTERFACES[name];
}

function staticMember(object, name) {
  return find("api", object, `${name}_static`) ?? find("javascript", "builtins", object, name);
}

/** The entry of all that have this name, if none of them is in the floor. */
function newest(entries = []) {
  return entries.every((entry) => lacking(entry).length > 0) ? entries[0] : undefined;
}

function declaredIn(tree) {
  const names = new Set();
  const add = (pattern) => {
    if (!pattern) return;
    if (pattern.type === "Identifier") names.add(pattern.name);
    else if (pattern.type === "AssignmentPattern") add(pattern.left);
    else if (pattern.type === "RestElement") add(pattern.argument);
    else if (pattern.type === "ArrayPattern") pattern.elements.forEach(add);
    else if (pattern.type === "ObjectPattern") {
      pattern.properties.forEach((property) => add(property.value ?? property.argument));
    }
  };
  full(tree, (node) => {
    if (/^(?:Function|Class|ArrowFunction)/.test(node.type)) add(node.id);
    if (/Function/.test(node.type)) node.params.forEach(add);
    if (node.type === "VariableDeclarator") add(node.id);
    if (node.type === "CatchClause") add(node.param);
    if (/^Import.*Specifier$/.test(node.type)) add(node.local);
  });
  return names;
}
