import { announce } from "../shared/announce.js";
import { checkNetwork } from "./network.js";
import { t } from "../words/words.js";

/** The connection's line in the lobby. */

const $ = (id) => document.getElementById(id);
const result = $("network-result");
const button = /** @type {HTMLButtonElement} */ ($("check-network"));
const noCalls = $("no-calls");

/** Check now, on the button, and when the network changes. @param {AbortSignal} signal */
export function watchConnection(signal) {
  const run = () => check(signal);
  button.onclick = async () => {
    await run();
    announce(result.textContent);
  };
  button.disabled = false;
  addEventListener("online", run, { signal });
  addEventListener("offline", run, { signal });
  run();
}

async function check(signal) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  result.textContent = t("Checking…");
  let found = await checkNetwork(signal);
  const { stun } = result.dataset;
  if (stun) found = await import("./reach.js").then((reach) => reach.withReach(found, stun), () => found);
  const { quality, text } = found;
  result.dataset.quality = quality;
  result.textContent = text;
  const blocked = quality === "blocked";
  if (blocked && noCalls.hidden) announce(noCalls.textContent);
  noCalls.hidden = !blocked;
  button.setAttribute("aria-busy", "false");
}
