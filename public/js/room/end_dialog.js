/** "End for both" asks the teacher first. */

const $ = (id) => document.getElementById(id);
const dialog = /** @type {HTMLDialogElement | null} */ ($("end-dialog"));

/** @param {Session} session @param {AbortSignal} signal */
export function offerToEnd(session, signal) {
  if (!dialog) return;
  const ask = () => {
    $("end-problem").textContent = "";
    dialog.showModal();
  };
  $("call-end").addEventListener("click", ask, { signal });
  $("end-confirm").addEventListener("click", () => end(session), { signal });
  signal.addEventListener("abort", () => dialog.close());
}

/** The room then ends this page as well. @param {Session} session */
async function end(session) {
  const button = $("end-confirm");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  $("end-problem").textContent = "";
  try {
    await session.request("end", { method: "POST" });
  } catch (error) {
    // 410: it has ended meanwhile.
    if (error.status !== 410) $("end-problem").textContent = error.message;
  } finally {
    button.setAttribute("aria-busy", "false");
  }
}
