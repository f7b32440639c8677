/** Fields for writing and choosing: nothing takes the focus or a key away from them. */

export const FIELDS = "input, textarea, select, [contenteditable]";

/**
 * Focus `element`, unless the focus is in a field or in a frame, where a provider's call has fields.
 *
 * @param {HTMLElement} element
 */
export function focusUnlessWriting(element) {
  if (!document.activeElement?.matches(`${FIELDS}, iframe`)) element.focus();
}
