/** Words for screen readers, through the page's polite live region. */

/** Cleared first, set a moment later: so the same words are spoken again. */
const SETTLE_MS = 150;
/** So that none swallows another. */
const SPACING_MS = 300;
/** An open dialog silences the page, and has its own. */
const REGION = "dialog[open] [role=status], #announcer";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let queue = Promise.resolve();

export function announce(words) {
  queue = queue.then(async () => {
    const region = document.querySelector(REGION);
    region.textContent = "";
    await pause(SETTLE_MS);
    region.textContent = words;
    await pause(SPACING_MS);
  });
}
