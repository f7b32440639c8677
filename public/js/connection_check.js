import { announce } from "./announce.js";
import { checkNetwork } from "./network.js";

/** The connection's line in the lobby. Loaded when the devices have started. */

const result = document.getElementById("network-result");
const button = document.getElementById("check-network");
const noCalls = document.getElementById("no-calls");

/** Check now, when asked for, and when the network comes or goes. @param {AbortSignal} signal Ends it. */
export function watchConnection(signal) {
  const look = () => check(signal);
  button.onclick = async () => {
    await look();
    announce(result.textContent);
  };
  window.addEventListener("online", look, { signal });
  window.addEventListener("offline", look, { signal });
  look();
}

async function check(signal) {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  result.textContent = "Checking…";
  const { quality, text } = await checkNetwork(signal);
  result.dataset.quality = quality;
  result.textContent = text;
  const blocked = quality === "blocked";
  if (blocked && noCalls.hidden) announce(noCalls.textContent);
  noCalls.hidden = !blocked;
  button.ariaBusy = "false";
}
