import { showDeviceZone } from "../shared/device_zone.js";
import "../shared/too_long.js";

/** The page on which another time is asked for. */

showDeviceZone();
