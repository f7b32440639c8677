import { showDeviceZone } from "../shared/device_zone.js";
import "../shared/too_long.js";
import { showTheirTimes } from "./their_time.js";

/** The page with the form for another time. */

showDeviceZone();
const times = /** @type {HTMLFieldSetElement | null} */ (document.getElementById("times"));
if (times) showTheirTimes(times);
