/**
 * Only in a frame: tells the page around this one what its person sees happen. docs/integration.md,
 * "In your own page", has the types.
 */

const { id, view, parentOrigins, byLink } = JSON.parse(document.getElementById("session-data").textContent);
// Where the browser names the parent's origin, no other one is tried: it would complain in the console.
const known = location.ancestorOrigins?.[0];
const origins = known ? parentOrigins.filter((origin) => origin === known) : parentOrigins;

addEventListener("session-room", (event) => tell(event["detail"]));
if (byLink) document.addEventListener("click", ({ target }) => downloadInstead(target), true);
if (document.getElementById("lobby")) tell("lobby");
else tell(view === "cancelled" ? "cancelled" : "ended");

/** @param {string} type */
function tell(type) {
  for (const origin of origins) parent.postMessage({ source: "session-room", type, session_id: id }, origin);
}

/** A tab of its own would not have the frame's cookie. @param {EventTarget} target */
function downloadInstead(target) {
  const link = target instanceof Element && target.closest('a[target="_blank"][href*="/resources/"]');
  if (!(link instanceof HTMLAnchorElement)) return;
  link.href = link.pathname;
  link.removeAttribute("target");
}

// Without it, this would be no module to Node and tsc.
export {};
