/** Buttons that open a menu beside them: one at a time; Escape, or a press elsewhere, closes it. */

/** @param {HTMLElement} board @param {AbortSignal} signal @returns {{ close(): void }} */
export function watchMenus(board, signal) {
  const buttons = /** @type {HTMLElement[]} */ ([...board.querySelectorAll("[aria-controls][aria-expanded]")]);
  const menuOf = (button) => /** @type {HTMLElement} */ (board.querySelector(`#${button.getAttribute("aria-controls")}`));
  const set = (button, open) => {
    const menu = menuOf(button);
    // Else the focus would be lost.
    if (!open && menu.contains(document.activeElement) && button.offsetParent) button.focus();
    button.setAttribute("aria-expanded", String(open));
    // The tools fold by the style sheet, where there is no room for them.
    if (!("folds" in menu.dataset)) menu.hidden = !open;
    if (open) button.dispatchEvent(new Event("open"));
  };
  const close = (but = null) => buttons.forEach((button) => button !== but && set(button, false));
  for (const button of buttons) {
    button.addEventListener("click", () => {
      close(button);
      set(button, button.getAttribute("aria-expanded") !== "true");
    }, { signal });
  }
  const onKey = (event) => {
    const open = buttons.find((button) => button.getAttribute("aria-expanded") === "true");
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    close();
    open.focus();
  };
  board.addEventListener("keydown", onKey, { signal, capture: true });
  const isElsewhere = (target) => !buttons.some((button) => button.contains(target) || menuOf(button).contains(target));
  addEventListener("pointerdown", (event) => isElsewhere(event.target) && close(), { signal, capture: true });
  return { close };
}
