/** Words about files and uploads. */

import { t, tn } from "../words/words.js";

const LANGUAGE = `${globalThis.document?.documentElement.lang || "en"}-u-nu-latn`;

/** `340 KB`, in the server's form. @param {number} size */
export function sizeInWords(size) {
  // Translators: gigabytes, as in "1.5 GB".
  if (size >= 1e9) return t("{size} GB", { size: inUnits(size, 1e9) });
  // Translators: megabytes.
  if (size >= 1e6) return t("{size} MB", { size: inUnits(size, 1e6) });
  // Translators: kilobytes.
  if (size >= 1e3) return t("{size} KB", { size: inUnits(size, 1e3) });
  return tn("{count} byte", "{count} bytes", size);
}

/** @param {number} size @param {number} unit */
function inUnits(size, unit) {
  return (size / unit).toLocaleString(LANGUAGE, { maximumFractionDigits: size >= 10 * unit ? 0 : 1 });
}

/** `56 minutes`, in the server's form. @param {number} seconds */
function lengthInWords(seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const hours = Math.floor(minutes / 60);
  const parts = /** @type {[number, string][]} */ ([[hours, "hour"], [minutes % 60, "minute"]]).filter(([count]) => count);
  return parts.map(([count, unit]) => count.toLocaleString(LANGUAGE, { style: "unit", unit, unitDisplay: "long" })).join(" ");
}

/** `56 minutes · 240 MB`. @param {any} resource */
export function about(resource) {
  const size = sizeInWords(resource.size_bytes);
  const length = resource.duration_seconds;
  return length === undefined ? size : `${lengthInWords(length)} · ${size}`;
}

/** @param {import("./file_upload.js").FileUpload} transfer */
export function progressInWords({ state, sent, file, problem }) {
  // Translators: {sent} and {size} are such as "1.5 MB".
  const share = t("{sent} of {size}", { sent: sizeInWords(sent), size: sizeInWords(file.size) });
  switch (state) {
    case "queued":
      return [t("Waiting for its turn"), sizeInWords(file.size)].join(" · ");
    case "waiting":
      return [navigator.onLine ? t("Connection lost, trying again") : t("Waiting for the network"), share].join(" · ");
    case "checking":
      return t("Almost done…");
    case "failed":
      return problem;
    default:
      return share;
  }
}

/** @param {any} upload Interrupted in an earlier visit. */
export function interruptedInWords(upload) {
  const percent = Math.floor((100 * upload.received_bytes) / upload.size_bytes);
  return t("Interrupted at {percent} %. Choose the same file again to go on.", { percent });
}
