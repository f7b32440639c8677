/** The oldest browsers that the pages must work in, and whether a feature of the web is in all of them. */

import { createRequire } from "node:module";

export const data = createRequire(import.meta.url)("@mdn/browser-compat-data");

/** docs/browsers.md names these versions to people. */
export const FLOOR = {
  chrome: "111",
  chrome_android: "111",
  firefox: "115",
  firefox_android: "115",
  safari: "16.4",
  safari_ios: "16.4",
};

/** @returns The entry below these keys, or undefined. @param {...string} keys */
export function find(...keys) {
  return keys.reduce((entry, key) => (Object.hasOwn(entry ?? {}, key) ? entry[key] : undefined), data);
}

/** @returns {string[]} The browsers of the floor that lack the feature; none where the data say nothing. */
export function lacking(entry) {
  const support = entry?.__compat?.support;
  if (!support) return [];
  return Object.keys(FLOOR).filter((browser) => !isIn(support[browser], FLOOR[browser]));
}

function isIn(statements, version) {
  return [statements ?? []].flat().some(
    ({ version_added: added, version_removed: removed, flags, prefix, alternative_name }) =>
      typeof added === "string" &&
      !flags &&
      !prefix &&
      !alternative_name &&
      added !== "preview" &&
      isAtMost(added.replace("≤", ""), version) &&
      !(typeof removed === "string" && isAtMost(removed, version)),
  );
}

function isAtMost(one, other) {
  const [a, b] = [one, other].map((text) => text.split(".").map(Number));
  for (let place = 0; place < Math.max(a.length, b.length); place += 1) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return true;
}
