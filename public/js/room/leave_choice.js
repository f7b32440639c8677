/** The red button: a student leaves at once, the teacher chooses "Leave" or "End for both". */

const $ = (id) => document.getElementById(id);

/** @param {() => void} leave @param {AbortSignal} signal Ends it. */
export function offerToLeave(leave, signal) {
  const button = $("call-leave");
  const choice = $("leave-choice");
  if (!choice) return button.addEventListener("click", leave, { signal });
  const show = (/** @type {boolean} */ shown) => {
    if (!shown && choice.contains(document.activeElement)) button.focus();
    choice.hidden = !shown;
    button.setAttribute("aria-expanded", String(shown));
    if (shown) $("leave-now").focus();
  };
  const isElsewhere = ({ target }) => !button.contains(target) && !choice.contains(target);
  button.addEventListener("click", () => show(choice.hidden === true), { signal });
  $("leave-now").addEventListener("click", leave, { signal });
  // end_dialog.js asks then, and gives the focus back to the button.
  $("call-end").addEventListener("click", () => show(false), { signal });
  addEventListener("keydown", ({ key }) => key === "Escape" && show(false), { signal });
  addEventListener("pointerdown", (event) => isElsewhere(event) && show(false), { signal });
  signal.addEventListener("abort", () => show(false));
}
