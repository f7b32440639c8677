/** The fields that people write or choose in: nothing takes the focus or a key away from them. */

export const FIELDS = "input, textarea, select, [contenteditable]";

/**
 * Focus `element`, unless somebody is in a field. In a frame nobody knows: a provider's call has fields, too.
 *
 * @param {HTMLElement} element
 */
export function focusUnlessWriting(element) {
  if (!document.activeElement?.matches(`${FIELDS}, iframe`)) element.focus();
}
