/** The connection-quality indicator: three bars, a word, and on request what is behind them. */

import { toast } from "../shared/toasts.js";
import { QUALITY, numbers } from "./stats.js";

/** Bad samples in a row before anybody is bothered, and how often at most. */
const BAD_IN_A_ROW = 3;
const QUIET_MS = 5 * 60_000;
const MOST_TOASTS = 3;

const $ = (id) => document.getElementById(id);

/** @param {import("./stats.js").QualityMeter} meter @param {AbortSignal} signal */
export function showQuality(meter, signal) {
  const button = $("quality");
  const details = $("quality-details");
  let bad = 0;
  let toasts = 0;
  let toastedAt = -Infinity;
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
      bad = detail.quality === "poor" ? bad + 1 : 0;
      const now = performance.now();
      if (bad < BAD_IN_A_ROW || toasts >= MOST_TOASTS || now - toastedAt < QUIET_MS) return;
      toasts += 1;
      toastedAt = now;
      toast("Your connection is weak. Switching your camera off helps the sound.");
    },
    { signal },
  );
}
