/** @param {string} address @returns {Promise<HTMLImageElement>} Rejects unless its server lets other sites read it: the recording could not be read, either. */
export async function loadedAvatar(address) {
  const image = Object.assign(new Image(), { crossOrigin: "anonymous", referrerPolicy: "no-referrer", src: address });
  await image.decode();
  return image;
}
