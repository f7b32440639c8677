import { BROWSER_NAMES } from "./platform.js";

/**
 * What to click, in this browser on this system, to let the page use camera and microphone.
 *
 * @typedef {import("./platform.js").Browser} Browser
 * @typedef {import("./platform.js").System} System
 * @typedef {{ browser: Browser, system: System }} Place
 */

const AGAIN = "Come back here. If nothing happens, press Try again.";

/**
 * For a permission that was refused to this page.
 *
 * @param {string} what "camera", "microphone" or "camera and microphone"
 * @param {Place} place
 * @returns {string[]}
 */
export function stepsInBrowser(what, { browser, system }) {
  if (system === "ios") return browser === "safari" ? safariOnIos(what) : appOnIos(what, browser);
  if (system === "android") return browser === "firefox" ? firefoxOnAndroid(what) : onAndroid(what);
  switch (browser) {
    case "edge":
      return [
        "Click the lock icon left of the address.",
        `Under “Permissions for this site”, set ${what} to Allow.`,
        AGAIN,
      ];
    case "firefox":
      return [
        "Click the crossed-out camera or microphone icon left of the address.",
        "Remove the mark “Blocked” beside it.",
        `Press Try again and allow the ${what}.`,
      ];
    case "safari":
      return [
        `In the menu bar, choose Safari, then “Settings for ${location.hostname}…”.`,
        `Set ${what} to Allow.`,
        AGAIN,
      ];
    case "chrome":
      return [
        "Click the icon with the two sliders, left of the address.",
        `Switch ${what} on.`,
        AGAIN,
      ];
    default:
      return [
        "Open this site's settings: usually an icon left of the address.",
        `Allow ${what}.`,
        AGAIN,
      ];
  }
}

/**
 * For a permission that the operating system keeps from the browser.
 *
 * @param {string} what
 * @param {Place} place
 * @returns {string[]}
 */
export function stepsInSystem(what, { browser, system }) {
  const name = BROWSER_NAMES[browser];
  switch (system) {
    case "windows":
      return [
        `Open Start, Settings, “Privacy & security”, then ${panes(what)}.`,
        `Switch on ${what} access, also for apps and for desktop apps.`,
        AGAIN,
      ];
    case "macos":
      return [
        `Open the Apple menu, System Settings, “Privacy & Security”, then ${panes(what)}.`,
        `Switch on ${name}.`,
        "Quit and reopen the browser if the Mac asks for it, then come back here.",
      ];
    case "android":
      return [
        `Open Settings, Apps, ${name}, Permissions.`,
        `Allow ${what}. In the quick settings, the access switches must be on too.`,
        AGAIN,
      ];
    case "ios":
      return browser === "safari" ? safariOnIos(what) : appOnIos(what, browser);
    case "chromeos":
      return [
        "Open Settings, “Security and Privacy”, “Privacy controls”.",
        `Switch on access to ${what}.`,
        AGAIN,
      ];
    default:
      return [`In your system's privacy settings, let ${name} use ${what}.`, AGAIN];
  }
}

/** @param {string} what */
function safariOnIos(what) {
  return [
    "Tap the page icon at the left of the address bar, then the three dots or “Website Settings”.",
    `Set ${what} to Allow.`,
    "Not there? Open the Settings app, Apps, Safari, and allow it under “Settings for websites”.",
    AGAIN,
  ];
}

/** @param {string} what @param {Browser} browser */
function appOnIos(what, browser) {
  return [
    `Open the Settings app, Apps, ${BROWSER_NAMES[browser]}.`,
    `Switch on ${what}.`,
    "Come back here and press Try again. If it does not help, open this page in Safari.",
  ];
}

/** @param {string} what */
function onAndroid(what) {
  return [
    "Tap the icon left of the address, then Permissions.",
    `Allow ${what}.`,
    "Greyed out? Open the phone's Settings, Apps, this browser, Permissions, and allow it there.",
    AGAIN,
  ];
}

/** @param {string} what */
function firefoxOnAndroid(what) {
  return ["Tap the lock icon left of the address.", `Tap “Blocked” beside ${what}.`, AGAIN];
}

/** @param {string} what "Camera", "Microphone" or both, as the settings call their pages. */
function panes(what) {
  return what
    .split(" and ")
    .map((each) => each[0].toUpperCase() + each.slice(1))
    .join(" and ");
}
