/** The connection's quality: three bars, a word, and its figures on a click. */

import { QUALITY, numbers } from "./quality_meter.js";

const $ = (id) => document.getElementById(id);

/** @param {import("./quality_meter.js").QualityMeter} meter @param {AbortSignal} signal */
export function showQuality(meter, signal) {
  const button = $("quality");
  const details = $("quality-details");
  const show = (quality, line) => {
    button.dataset.quality = quality;
    $("quality-label").textContent = QUALITY[quality].label;
    $("quality-words").textContent = QUALITY[quality].words;
    $("quality-numbers").textContent = line;
  };
  show("unknown", "");
  const open = (/** @type {boolean} */ shown) => {
    details.hidden = !shown;
    button.setAttribute("aria-expanded", String(shown));
  };
  const isElsewhere = ({ target }) => !button.contains(target) && !details.contains(target);
  button.addEventListener("click", () => open(details.hidden === true), { signal });
  addEventListener("keydown", ({ key }) => key === "Escape" && open(false), { signal });
  addEventListener("pointerdown", (event) => isElsewhere(event) && open(false), { signal });
  meter.addEventListener("start", () => show("unknown", ""), { signal });
  meter.addEventListener(
    "report",
    (event) => {
      const detail = event["detail"];
      show(detail.quality, numbers(detail));
    },
    { signal },
  );
}
