/**
 * Trouble with camera and microphone in mid-call: each is told when it comes up, and again to
 * whoever asks for the device again.
 */

import { toast } from "./toasts.js";

/** A cause may become clearer within a moment: from "not found" to "unplugged". */
const SETTLE_MS = 100;

/**
 * @param {import("./devices.js").Devices} devices
 * @param {import("./session.js").Session} session
 * @param {AbortSignal} signal Ends it.
 */
export function tellDeviceTrouble(devices, session, signal) {
  /** @type {Set<string>} */
  let told = new Set();
  let timer = 0;
  const look = () => {
    const all = [...devices.problems].map(([kind, problem]) => ({ kind, problem, name: `${kind} ${problem.code}` }));
    const fresh = all.filter(({ name }) => !told.has(name));
    told = new Set(all.map(({ name }) => name));
    if (fresh.length > 0) tell(new Map(fresh.map(({ kind, problem }) => [kind, problem])), session);
  };
  const onChange = () => {
    clearTimeout(timer);
    if (devices.asking) told = new Set();
    else timer = window.setTimeout(look, SETTLE_MS);
  };
  devices.addEventListener("change", onChange, { signal });
  devices.addEventListener("notice", ({ detail }) => tellNotice(detail), { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  onChange();
}

/** @param {import("./devices.js").Devices["problems"]} problems @param {import("./session.js").Session} session */
async function tell(problems, session) {
  const [{ explain }, { reportProblems }] = await Promise.all([
    import("./problem_words.js"),
    import("./problem_reports.js"),
  ]);
  reportProblems(problems, session);
  const titles = [...problems].map((each) => explain(new Map([each]), []).title);
  toast([...new Set(titles)].join(" "));
}

/** @param {import("./devices.js").Notice} notice */
async function tellNotice(notice) {
  const { noticeInWords } = await import("./problem_words.js");
  toast(noticeInWords(notice));
}
