import { announce } from "./announce.js";
import { checkNetwork } from "./network.js";

/** The connection's line in the lobby. Loaded when the devices have started. */

const result = document.getElementById("network-result");
const button = document.getElementById("check-network");

/** Check now, and whenever it is asked for or the network comes or goes. */
export function watchConnection() {
  button.addEventListener("click", async () => {
    await check();
    announce(result.textContent);
  });
  window.addEventListener("online", check);
  window.addEventListener("offline", check);
  check();
}

async function check() {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  result.textContent = "Checking…";
  const { quality, text } = await checkNetwork();
  result.dataset.quality = quality;
  result.textContent = text;
  button.ariaBusy = "false";
}
