/** Pictures that load while the page is drawn. */

/**
 * Whether it can be drawn. If not, each one who asks is told when it can: several drawings may wait for one picture.
 *
 * @param {HTMLImageElement} image
 * @param {() => void} onLoad
 */
export function isLoaded(image, onLoad) {
  if (image.complete && image.naturalWidth > 0) return true;
  image.addEventListener("load", onLoad, { once: true });
  return false;
}
