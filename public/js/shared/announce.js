/** Words for screen readers, through the page's polite live region. */

/** The region is cleared, then set: the same words are spoken again. */
const CLEARED_MS = 150;
/** One announcement must not cut off the next. */
const SPACING_MS = 300;
/** An open dialog makes the page inert, so it has a region of its own. */
const REGION = "dialog[open] [role=status], #announcer";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let queue = Promise.resolve();

export function announce(words) {
  queue = queue.then(async () => {
    const region = document.querySelector(REGION);
    region.textContent = "";
    await pause(CLEARED_MS);
    region.textContent = words;
    await pause(SPACING_MS);
  });
}
