import { stepsInBrowser, stepsInSystem } from "./allow_steps.js";
import { platform } from "./platform.js";

/**
 * What to say about devices that do not work. Loaded only then.
 *
 * @typedef {import("./capture.js").Kind} Kind
 * @typedef {import("./device_problems.js").Code} Code
 * @typedef {import("./device_problems.js").Problem} Problem
 * @typedef {{ title: string, text: string, steps: string[] }} Explanation
 */

/** The specification's sentence for a refused permission: word for word. */
const PLEASE_ALLOW = "Please allow camera/microphone access.";

/**
 * What to say. Different problems of the two devices: the one with steps to follow leads, the
 * other is named after it.
 *
 * @param {Map<Kind, Problem>} problems Not empty.
 * @param {Kind[]} working What works all the same.
 * @returns {Explanation}
 */
export function explain(problems, working) {
  const groups = new Map();
  for (const [kind, { code }] of problems) groups.set(code, [...(groups.get(code) ?? []), kind]);
  const [lead, ...others] = [...groups]
    .map(([code, kinds]) => explainOne(code, kinds))
    .sort((a, b) => b.steps.length - a.steps.length);
  const rest = others.map((other) => other.title);
  return {
    ...lead,
    text: [...working.map(whatStillWorks), ...rest, lead.text].filter(Boolean).join(" "),
  };
}

/** Another device is in use than the expected one. @param {import("./devices.js").Notice} notice */
export function noticeInWords({ kind, reason, name }) {
  const why = {
    gone: `Your usual ${kind} is not connected`,
    busy: `The chosen ${kind} could not be started`,
    unplugged: `Your ${kind} was disconnected`,
  }[reason];
  return `${why}. Using ${name || "another one"} now.`;
}

/** @param {Code} code @param {Kind[]} kinds @returns {Explanation} */
function explainOne(code, kinds) {
  const what = kinds.length > 1 ? "camera and microphone" : kinds[0];
  const are = kinds.length > 1 ? "are" : "is";
  const place = platform();
  switch (code) {
    case "denied":
      return {
        title: PLEASE_ALLOW,
        text: `This browser blocks the ${what} for this page. To allow it:`,
        steps: stepsInBrowser(what, place),
      };
    case "dismissed":
      return {
        title: PLEASE_ALLOW,
        text: "The browser's question was closed without an answer. Press Try again, then Allow.",
        steps: [],
      };
    case "system":
      return {
        title: PLEASE_ALLOW,
        text: `This page may use the ${what}, but your device's own settings block it. To allow it:`,
        steps: stepsInSystem(what, place),
      };
    case "policy":
      return {
        title: PLEASE_ALLOW,
        text:
          `The ${what} ${are} switched off for this page by its address or your organisation. ` +
          "Open the page in its own tab, in another browser, or on your phone.",
        steps: [],
      };
    case "security":
      return {
        title: `This browser blocks the ${what} here.`,
        text: "Its security settings forbid it. Use another browser, or your phone.",
        steps: [],
      };
    case "insecure":
      return {
        title: "Camera and microphone need a secure connection.",
        text: "The address of this page must begin with https. Open it from your dashboard.",
        steps: [],
      };
    case "unsupported":
      return {
        title: "This browser cannot use a camera or microphone.",
        text: "Open this page in a current Chrome, Edge, Firefox or Safari, not inside another app.",
        steps: [],
      };
    case "missing":
      return { title: `No ${kinds.join(" or ")} found.`, text: whatToPlugIn(kinds), steps: [] };
    case "busy":
      return {
        title: `Your ${what} ${are} in use or not responding.`,
        text: "Close other apps and tabs that use it (Zoom, Teams, Skype), then try again.",
        steps: [],
      };
    case "unplugged":
      return {
        title: `Your ${what} ${are} no longer connected.`,
        text: "Plug it in again, or try again to use another one.",
        steps: [],
      };
    default:
      return {
        title: `Your ${what} could not be started.`,
        text: "Try again. If it does not help, restart the browser.",
        steps: [],
      };
  }
}

/** @param {Kind[]} kinds */
function whatToPlugIn(kinds) {
  if (kinds.includes("microphone")) return "Plug one in or switch it on, then try again.";
  return "Plug one in, or join with audio only.";
}

/** @param {Kind} kind */
function whatStillWorks(kind) {
  return kind === "microphone"
    ? "Your microphone works: you can join with audio only."
    : "Your camera works, but nobody would hear you.";
}
