/**
 * Which browser on which system this is, for telling people what to click. Never for deciding
 * what the page can do: that is asked of the platform itself.
 *
 * @typedef {"chrome" | "edge" | "samsung" | "firefox" | "safari" | "other"} Browser
 * @typedef {"windows" | "macos" | "linux" | "chromeos" | "android" | "ios" | "other"} System
 */

/** Edge, Samsung and the iOS editions call themselves Chrome or Safari too: they come first. */
const BROWSERS = [
  ["edge", /Edg(e|A|iOS)?\//],
  ["samsung", /SamsungBrowser\//],
  ["firefox", /(Firefox|FxiOS)\//],
  ["chrome", /(Chrome|Chromium|CriOS)\//],
  ["safari", /Version\/.*Safari\//],
];

const SYSTEMS = [
  ["ios", /iPhone|iPad|iPod/],
  ["android", /Android/],
  ["chromeos", /CrOS/],
  ["windows", /Windows/],
  ["macos", /Macintosh/],
  ["linux", /Linux/],
];

export const BROWSER_NAMES = {
  chrome: "Chrome",
  edge: "Edge",
  samsung: "Samsung Internet",
  firefox: "Firefox",
  safari: "Safari",
  other: "your browser",
};

/** @returns {{ browser: Browser, system: System }} */
export function platform() {
  const find = (table) =>
    table.find(([, pattern]) => pattern.test(navigator.userAgent))?.[0] ?? "other";
  const system = find(SYSTEMS);
  // An iPad asks for desktop pages as a Mac; Macs have no touch screen.
  const isPad = system === "macos" && navigator.maxTouchPoints > 1;
  return { browser: find(BROWSERS), system: isPad ? "ios" : system };
}
