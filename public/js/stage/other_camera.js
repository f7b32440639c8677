/** Words of phones for the camera that looks away from the person. */
const AWAY = /back|rear|environment/i;

/**
 * The camera to change to: one that looks the other way, where the names say so, else the next one.
 *
 * @param {Device[]} cameras
 * @param {string} currentId
 * @returns {Device | null} Null when there is no other camera.
 */
export function otherCamera(cameras, currentId) {
  const index = cameras.findIndex(({ id }) => id === currentId);
  const others = [...cameras.slice(index + 1), ...cameras.slice(0, Math.max(index, 0))];
  const isAway = ({ name }) => AWAY.test(name);
  const facing = index < 0 ? undefined : others.find((each) => isAway(each) !== isAway(cameras[index]));
  return facing ?? others[0] ?? null;
}
