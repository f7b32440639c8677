import { KINDS } from "./devices.js";

/** device_help.json, filled in for this browser on this system. The first entry that applies counts. */

const UNREAD = {
  title: "Your camera or microphone does not work.",
  text: "What to do about it could not be loaded. Try again.",
  steps: [],
};
let help = null;
let reading = null;

/** After a failure the next call tries again. Never rejects. */
export async function readHelp() {
  reading ??= fetch("/device_help.json", { signal: AbortSignal.timeout(5000) })
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null);
  help = await reading;
  if (!help) reading = null;
}

/**
 * The problem with the most steps comes first; the text names the others.
 *
 * @param {Map<Kind, Problem>} problems Not empty. @param {Kind[]} working @returns {Explanation}
 */
export function explain(problems, working) {
  if (!help) return UNREAD;
  const [lead, ...others] = [...new Set(problems.values())]
    .map((problem) => explainOne(problem, KINDS.filter((kind) => problems.get(kind) === problem)))
    .sort((a, b) => b.steps.length - a.steps.length);
  const said = [...working.map((kind) => help.works[kind]), ...others.map(({ title }) => title)];
  return { ...lead, text: [...said, lead.text].join(" ") };
}

/** @param {Problem} problem @param {Kind[]} kinds @returns {Explanation} */
function explainOne(problem, kinds) {
  const { browsers, systems, problems, steps } = help;
  const what = kinds.join(" and ");
  const browser = nameBySign(browsers) ?? "your browser";
  const here = { problem, what, browser, system: system(systems) };
  const are = kinds.length > 1 ? "are" : "is";
  const words = { ...here, are, host: location.hostname };
  const filled = (text) => text.replace(/\{(\w+)\}/g, (_, name) => words[name]);
  const applies = ({ when }) =>
    Object.entries(when).every(([name, value]) => [value].flat().includes(here[name]));
  const { title, text } = problems.find(applies);
  const found = steps.find(applies)?.steps ?? [];
  return { title: filled(title), text: filled(text), steps: found.map(filled) };
}

/** Only for words. @param {Record<string, string>} signs */
function nameBySign(signs) {
  const isHere = ([, sign]) => new RegExp(sign).test(navigator.userAgent);
  return Object.entries(signs).find(isHere)?.[0];
}

function system(signs) {
  const name = nameBySign(signs);
  // An iPad says that it is a Mac; Macs have no touch screen.
  return name === "macOS" && navigator.maxTouchPoints > 1 ? "iOS" : name;
}
