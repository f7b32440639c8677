/**
 * The page that a provider's client opens when its call is over. In our frame it sends a message to
 * the page around it; in a tab it only shows its words.
 */
if (window.parent !== window) {
  window.parent.postMessage({ type: "session-room:call-left" }, location.origin);
}
