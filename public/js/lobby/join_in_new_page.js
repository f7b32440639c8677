/**
 * A lobby of the release before loads this at Join instead of the room, whose modules have moved
 * (public/_redirects). Its modules and the new room may not fit: the page loads again, then joins.
 *
 * @param {{ devices: { audioOnly: boolean } }} entry
 */
export function enterRoom({ devices }) {
  history.replaceState({ join: devices.audioOnly ? "audio" : "all" }, "");
  location.reload();
  // Until then the lobby must not take itself away.
  return new Promise(() => {});
}
