/** The page's direction of reading, where a script decides by it. Elements with a text of people have their own (`dir="auto"`). */

export function isRightToLeft() {
  return globalThis.document?.documentElement.dir === "rtl";
}

/** One on, or one back, along a row of controls: 1, -1, or 0 for another key. @param {string} key */
export function stepAlong(key) {
  const right = isRightToLeft() ? -1 : 1;
  return { ArrowRight: right, ArrowLeft: -right }[key] ?? 0;
}
