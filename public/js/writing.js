/** The fields that people write or choose in: nothing takes the focus or a key away from them. */

export const FIELDS = "input, textarea, select, [contenteditable]";

/** Focus `element`, unless somebody is in a field. @param {HTMLElement} element */
export function focusUnlessWriting(element) {
  if (!document.activeElement?.matches(FIELDS)) element.focus();
}
