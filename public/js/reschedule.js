import { showDeviceZone } from "./device_zone.js";
import "./too_long.js";

/** The page on which another time is asked for. */

showDeviceZone();
