/**
 * Problems of camera and microphone in a call: each is shown when it comes up, and again after the
 * person switches the device on again.
 */

import { noticeInWords } from "../devices/notices.js";
import { toast } from "../shared/toasts.js";

/** By then the cause is exact: not "not found" but "unplugged". */
const CAUSE_KNOWN_MS = 100;

/**
 * @param {Devices} devices
 * @param {Session} session
 * @param {AbortSignal} signal Ends it.
 */
export function showDeviceTrouble(devices, session, signal) {
  /** @type {Set<string>} */
  let shown = new Set();
  let timer = 0;
  const check = () => {
    const all = [...devices.problems];
    const fresh = all.filter((each) => !shown.has(each.join()));
    shown = new Set(all.map((each) => each.join()));
    if (fresh.length > 0) show(new Map(fresh), session);
  };
  const onChange = () => {
    clearTimeout(timer);
    if (devices.asking) shown = new Set();
    else timer = window.setTimeout(check, CAUSE_KNOWN_MS);
  };
  devices.addEventListener("change", onChange, { signal });
  devices.addEventListener("notice", (event) => toast(noticeInWords(event["detail"])), { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  onChange();
}

/** @param {Devices["problems"]} problems @param {Session} session */
async function show(problems, session) {
  const [{ explain, readHelp }, { reportProblems }] = await Promise.all([
    import("../devices/device_help.js"),
    import("../devices/problem_reports.js"),
  ]);
  reportProblems(problems, session);
  await readHelp();
  const titles = [...problems].map((each) => explain(new Map([each]), []).title);
  toast([...new Set(titles)].join(" "));
}
