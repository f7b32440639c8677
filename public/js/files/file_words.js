/** Words about files and uploads. */

/** @type {[string, number][]} */
const UNITS = [["GB", 1e9], ["MB", 1e6], ["KB", 1e3]];

/** `340 KB`, in the server's form. @param {number} size */
export function sizeInWords(size) {
  for (const [unit, bytes] of UNITS) {
    if (size >= bytes) {
      return `${(size / bytes).toFixed(size >= 10 * bytes ? 0 : 1).replace(/\.0$/, "")} ${unit}`;
    }
  }
  return `${size} bytes`;
}

/** `56 minutes`. @param {number} seconds */
function lengthInWords(seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const hours = Math.floor(minutes / 60);
  const parts = [[hours, "hour"], [minutes % 60, "minute"]].filter(([count]) => count);
  return parts.map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ");
}

/** `56 minutes · 240 MB`. @param {any} resource */
export function about(resource) {
  const size = sizeInWords(resource.size_bytes);
  const length = resource.duration_seconds;
  return length === undefined ? size : `${lengthInWords(length)} · ${size}`;
}

/** @param {import("./file_upload.js").FileUpload} transfer */
export function progressInWords({ state, sent, file, problem }) {
  const share = `${sizeInWords(sent)} of ${sizeInWords(file.size)}`;
  switch (state) {
    case "queued":
      return `Waiting for its turn · ${sizeInWords(file.size)}`;
    case "waiting":
      return navigator.onLine ? `Connection lost, trying again · ${share}` : `Waiting for the network · ${share}`;
    case "checking":
      return "Almost done…";
    case "failed":
      return problem;
    default:
      return share;
  }
}

/** @param {any} upload Interrupted in an earlier visit. */
export function interruptedInWords(upload) {
  const share = Math.floor((100 * upload.received_bytes) / upload.size_bytes);
  return `Interrupted at ${share} %. Choose the same file again to go on.`;
}
