import { permission } from "./capture.js";

/**
 * What is wrong with a device. What to say about it is in device_help.json.
 *
 * @import { Kind } from "./capture.js"
 * @typedef {"denied" | "dismissed" | "policy" | "system" | "missing" | "busy" | "security"
 *   | "insecure" | "unsupported" | "unplugged" | "unknown"} Problem
 */

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

/** Browsers give one error for a refusal by the person, the page's policy and the system. */
async function refusalOf(kind, error) {
  if (!policyAllows(kind)) return "policy";
  if (/by system/i.test(error.message)) return "system";
  const state = (await permission(kind))?.state;
  if (state === "granted") return "system";
  return state === "prompt" ? "dismissed" : "denied";
}

/** @param {Kind} kind */
function policyAllows(kind) {
  // Chromium only; elsewhere a refusal by policy reads like one by the person.
  const policy = document["permissionsPolicy"] ?? document["featurePolicy"];
  return policy?.allowsFeature(kind) ?? true;
}
