import { permission } from "./capture.js";

/** From a browser's error to the problem; device_help.json has the words. */

/** @type {Record<string, Problem>} */
const PROBLEMS = {
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
  SecurityError: "security",
};

/** @param {Kind} kind @param {Error} error From getUserMedia. @returns {Promise<Problem>} */
export async function problemOf(kind, error) {
  if (error.name === "NotAllowedError") return refusalOf(kind, error);
  return PROBLEMS[error.name] ?? "unknown";
}

/** Browsers have one error for a refusal by the person, the page's policy and the system. */
async function refusalOf(kind, error) {
  if (!policyAllows(kind)) return "policy";
  if (/by system/i.test(error.message)) return "system";
  const state = (await permission(kind))?.state;
  if (state === "granted") return "system";
  // Firefox still says "prompt" after Block.
  return state === "prompt" && !/Firefox/.test(navigator.userAgent) ? "dismissed" : "denied";
}

/** @param {Kind} kind */
function policyAllows(kind) {
  // Chromium only.
  const policy = document["permissionsPolicy"] ?? document["featurePolicy"];
  return policy?.allowsFeature(kind) ?? true;
}
