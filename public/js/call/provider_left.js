/**
 * The page that a provider's client leads to when the call is over for it. In a frame of ours it
 * tells the page around it, which does the rest; in a tab of its own it just stands there.
 */
if (window.parent !== window) {
  window.parent.postMessage({ type: "session-room:call-left" }, location.origin);
}
