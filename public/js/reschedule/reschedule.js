import { showDeviceZone } from "../shared/device_zone.js";
import "../shared/too_long.js";

/** The page with the form for another time. */

showDeviceZone();
