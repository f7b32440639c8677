import { t } from "../words/words.js";
import { KINDS } from "./devices.js";

/**
 * device_help.json, for this browser on this system. The first entry that applies counts. Its sentences are words of
 * scripts.po; where a sentence differs by the devices, it has a form for the camera, the microphone and both.
 */

const UNREAD = {
  title: t("Your camera or microphone does not work."),
  text: t("What to do about it could not be loaded. Try again."),
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
  const said = [...working.map((kind) => t(help.works[kind])), ...others.map(({ title }) => title)];
  return { ...lead, text: [...said, lead.text].join(" ") };
}

/** @param {Problem} problem @param {Kind[]} kinds @returns {Explanation} */
function explainOne(problem, kinds) {
  const { browsers, systems, problems, steps } = help;
  const what = kinds.length > 1 ? "both" : kinds[0];
  const browser = nameBySign(browsers) ?? null;
  const here = { problem, what, browser, system: system(systems) };
  // Translators: in place of a browser's name, where settings are listed.
  const names = { browser: browser ?? t("your browser"), host: location.hostname };
  const inWords = (sentence) => {
    const message = typeof sentence === "string" ? sentence : sentence[what];
    return t(message, names);
  };
  const applies = ({ when }) =>
    Object.entries(when).every(([name, value]) => [value].flat().includes(here[name]));
  const { title, text } = problems.find(applies);
  const found = steps.find(applies)?.steps ?? [];
  return { title: inWords(title), text: inWords(text), steps: found.map(inWords) };
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
