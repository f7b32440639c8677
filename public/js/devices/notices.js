/** Another device than expected is in use: in words. Loaded when that happens. */

/** @param {Notice} notice */
export function noticeInWords({ kind, reason, name }) {
  const why = {
    gone: `Your usual ${kind} is not connected`,
    busy: `The chosen ${kind} could not be started`,
    unplugged: `Your ${kind} was disconnected`,
    back: `Your usual ${kind} is back`,
    changed: `Your usual ${kind} has changed`,
  }[reason];
  return `${why}. Using ${name || "another one"} now.`;
}
