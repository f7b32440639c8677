/**
 * Words for screen readers, through the page's one polite live region.
 *
 * Cleared first and set a moment later, so that the same words are spoken again, and spaced, so
 * that none is swallowed.
 */

const SETTLE_MS = 150;
const SPACING_MS = 300;

let queue = Promise.resolve();

/** @param {string} words */
export function announce(words) {
  const region = document.getElementById("announcer");
  queue = queue.then(async () => {
    region.textContent = "";
    await pause(SETTLE_MS);
    region.textContent = words;
    await pause(SPACING_MS);
  });
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
