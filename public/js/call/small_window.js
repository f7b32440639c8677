/**
 * The call in a small window above all others: with controls where browsers have document
 * picture-in-picture, else the video alone. The sound stays in the page: Firefox pauses media that
 * moves to another window, and plays there without a click only muted media.
 */

import { setPressed } from "../room/controls.js";
import { toast } from "../shared/toasts.js";
import { focusUnlessWriting } from "../shared/writing.js";
import { t } from "../words/words.js";

const $ = (id) => document.getElementById(id);
const room = $("room");
/** What the other person shows. */
const tiles = [$("shared"), $("remote")];
const SIZE = { width: 400, height: 300 };
/** The controls of the small window, and what each presses in the page. */
const CONTROLS = [["call-microphone"], ["call-camera"], ["call-leave", "leave-now"]];
/** Whether this browser refused to play even muted media there. */
let refused = false;

/** @param {Stage} stage @param {AbortSignal} signal Ends it. */
export function offerSmallWindow(stage, signal) {
  // Browsers open such a window for no frame.
  const documents = parent === window ? /** @type {any} */ (window).documentPictureInPicture : null;
  $("call-pip").hidden = !documents && !document.pictureInPictureEnabled;
  const toggle = () => (documents && !refused ? toggleWindow(documents, stage, signal) : toggleVideo(stage));
  $("call-pip").addEventListener("click", () => toggle().catch(() => {}), { signal });
  $("bring-back").addEventListener("click", () => documents?.window?.close(), { signal });
  signal.addEventListener("abort", closeSmallWindow);
  watchVideos(signal);
}

/** Close the window, and the browser's video window. */
export function closeSmallWindow() {
  /** @type {any} */ (window).documentPictureInPicture?.window?.close();
  if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => {});
}

async function toggleWindow(documents, stage, signal) {
  if (documents.window) return documents.window.close();
  const small = await documents.requestWindow(SIZE);
  const place = tiles[0].parentElement;
  const frame = small.document.createElement("section");
  frame.className = "room small-window";
  const bar = small.document.createElement("div");
  bar.className = "small-bar";
  const clock = small.document.createElement("p");
  clock.className = "room-pill timer";
  const controls = CONTROLS.map(([id, pressed = id]) => {
    const copy = clone($(id));
    for (const label of copy.querySelectorAll(".control-label")) label.remove();
    copy.setAttribute("aria-label", $(id).getAttribute("aria-label") ?? $(id).textContent.trim());
    copy.addEventListener("click", () => ($(pressed) ?? $(id)).click());
    return [$(id), copy];
  });
  bar.append(clock, ...controls.map(([, copy]) => copy));
  const follow = () => {
    Object.assign(frame.dataset, { state: room.dataset.state, shared: room.dataset.shared });
    clock.textContent = $("room-timer").textContent;
    clock.dataset.tone = $("room-timer").dataset.tone;
    for (const [original, copy] of controls) {
      if (original.hasAttribute("aria-pressed")) copy.setAttribute("aria-pressed", original.getAttribute("aria-pressed"));
    }
    small.document.title = document.title;
  };
  const watching = new MutationObserver(follow);
  watching.observe(room, { attributes: true, subtree: true, childList: true, attributeFilter: ["aria-pressed", "data-state", "data-shared", "data-tone"] });
  const { lang, dir } = document.documentElement;
  Object.assign(small.document.documentElement, { lang, dir });
  small.document.head.append(...styles(small.document));
  frame.append(...tiles, bar);
  small.document.body.append(frame);
  follow();
  show(true);
  small.addEventListener("pagehide", () => {
    watching.disconnect();
    place.prepend(...tiles);
    show(false);
    stage.keepSoundHere(false);
    stage.play();
    const isMoreOpen = room.dataset.panel === "settings";
    if (!signal.aborted) focusUnlessWriting($(isMoreOpen ? "call-pip" : "call-more"));
  });
  stage.keepSoundHere(true);
  if (!(await stage.play())) giveUp(small);
}

/** Go back to the page, where the call plays. @param {Window} small */
function giveUp(small) {
  refused = true;
  small.close();
  const canShowVideo = document.pictureInPictureEnabled;
  $("call-pip").hidden = !canShowVideo;
  // Translators: "Small window" is the name of a button.
  const pictureAlone = t("This browser cannot play the call in that window. Press Small window again for the picture alone.");
  toast(canShowVideo ? pictureAlone : t("This browser cannot play the call in a small window."));
}

/** @param {HTMLElement} element */
function clone(element) {
  return /** @type {HTMLElement} */ (element.cloneNode(true));
}

/** @param {boolean} small */
function show(small) {
  setPressed("call-pip", small);
  $("elsewhere").hidden = !small;
}

/** @param {Document} document_ */
function styles(document_) {
  /** @type {NodeListOf<HTMLLinkElement>} */
  const links = document.querySelectorAll("link[rel=stylesheet]");
  const used = [...links].map(({ href }) => href);
  return [...used, new URL("../../css/call/small_window.css", import.meta.url).href].map((href) =>
    Object.assign(document_.createElement("link"), { rel: "stylesheet", href }),
  );
}

/** @param {Stage} stage */
async function toggleVideo(stage) {
  if (document.pictureInPictureElement) return document.exitPictureInPicture();
  await stage.remoteVideo.requestPictureInPicture();
}

/** Browsers can open and close the small video by themselves. @param {AbortSignal} signal */
function watchVideos(signal) {
  for (const [event, on] of Object.entries({ enterpictureinpicture: true, leavepictureinpicture: false })) {
    for (const video of tiles.flatMap((tile) => [...tile.querySelectorAll("video")])) {
      video.addEventListener(event, () => setPressed("call-pip", on), { signal });
    }
  }
}
