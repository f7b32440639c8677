/** What the pages use although a browser of the floor lacks it, and why nobody misses anything. */

const REASONS = {
  "Lines break a little less evenly.": ["text-wrap", "text-wrap: balance", "text-wrap: pretty"],
  "The field stays one line high, and scrolls.": ["field-sizing", "field-sizing: content"],
  "The prefixed property stands beside it; Firefox on computers never enlarges text by itself.": ["text-size-adjust"],
  "The property with Safari's prefix stands beside it.": ["user-select"],
  "There is nothing to point with, or to pull at.": [
    "cursor: crosshair",
    "cursor: default",
    "cursor: grab",
    "cursor: pointer",
    "resize",
    "resize: none",
    "resize: vertical",
  ],
  "Browsers ignore it where they have no use for it.": [
    '<link rel="icon">',
    '<link rel="modulepreload">',
    '<meta name="theme-color">',
    '<meta name="viewport">',
    "<iframe loading>",
    "<video playsinline>",
  ],
  "The script asks whether it is there.": [
    ".allowsFeature",
    ".ancestorOrigins",
    ".documentPictureInPicture",
    ".exitPictureInPicture",
    ".getCoalescedEvents",
    ".getDisplayMedia",
    ".pictureInPictureElement",
    ".pictureInPictureEnabled",
    ".requestPictureInPicture",
    ".requestVideoFrameCallback",
    ".requestWindow",
    ".saveData",
    ".setSinkId",
    ".wakeLock",
    "AbortSignal.any",
  ],
  "A browser without it does not record a call: the other one's browser does.": [
    ".createWritable",
    "AudioEncoder",
    "AudioEncoder.isConfigSupported",
    "VideoEncoder",
    "VideoEncoder.isConfigSupported",
  ],
  "It is only a wish: the encoder works without it.": [".contentHint"],
  "Paper is printed as the person has chosen it.": ["@page", "size"],
};

/** The reason by feature. @type {Record<string, string>} */
export const HARMLESS = Object.fromEntries(
  Object.entries(REASONS).flatMap(([reason, features]) => features.map((feature) => [feature, reason])),
);
