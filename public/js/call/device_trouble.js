/**
 * Trouble with camera and microphone in mid-call: each is told when it comes up, and again to
 * whoever asks for the device again.
 */

import { noticeInWords } from "../devices/device_lists.js";
import { toast } from "../shared/toasts.js";

/** A cause may become clearer within a moment: from "not found" to "unplugged". */
const SETTLE_MS = 100;

/**
 * @param {Devices} devices
 * @param {Session} session
 * @param {AbortSignal} signal Ends it.
 */
export function tellDeviceTrouble(devices, session, signal) {
  /** @type {Set<string>} */
  let told = new Set();
  let timer = 0;
  const look = () => {
    const all = [...devices.problems];
    const fresh = all.filter((each) => !told.has(each.join()));
    told = new Set(all.map((each) => each.join()));
    if (fresh.length > 0) tell(new Map(fresh), session);
  };
  const onChange = () => {
    clearTimeout(timer);
    if (devices.asking) told = new Set();
    else timer = window.setTimeout(look, SETTLE_MS);
  };
  devices.addEventListener("change", onChange, { signal });
  devices.addEventListener("notice", (event) => toast(noticeInWords(event["detail"])), { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  onChange();
}

/** @param {Devices["problems"]} problems @param {Session} session */
async function tell(problems, session) {
  const [{ explain, readHelp }, { reportProblems }] = await Promise.all([
    import("../devices/device_help.js"),
    import("../devices/problem_reports.js"),
  ]);
  reportProblems(problems, session);
  await readHelp();
  const titles = [...problems].map((each) => explain(new Map([each]), []).title);
  toast([...new Set(titles)].join(" "));
}
