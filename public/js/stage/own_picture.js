/** The own picture: it can be dragged to a corner, hidden, and taken by the other camera of a phone. */

import { isRightToLeft } from "../shared/direction.js";
import { otherCamera } from "./other_camera.js";

const $ = (id) => document.getElementById(id);
const CORNERS = ["bottom-end", "bottom-start", "top-start", "top-end"];
const room = $("room");
const self = $("self");
const video = $("self-video");

/** @param {AbortSignal} signal Ends it. */
export function offerOwnPicture(signal) {
  letMove(signal);
  const show = (/** @type {boolean} */ shown) => {
    room.dataset.own = shown ? "shown" : "hidden";
    $("self-show").hidden = shown;
  };
  show(true);
  $("self-hide").addEventListener("click", () => (show(false), $("self-show").focus()), { signal });
  $("self-show").addEventListener("click", () => (show(true), $("self-hide").focus()), { signal });
}

/** @param {AbortSignal} signal */
function letMove(signal) {
  const moveTo = (corner) => {
    room.dataset.corner = corner;
    self.style.translate = "";
  };
  moveTo(CORNERS[0]);
  const next = () => moveTo(CORNERS[(CORNERS.indexOf(room.dataset.corner) + 1) % CORNERS.length]);
  $("self-move").addEventListener("click", next, { signal });
  let from = null;
  const grab = (event) => {
    if (getComputedStyle(self).position !== "absolute") return;
    from = { x: event.clientX, y: event.clientY };
    video.setPointerCapture(event.pointerId);
  };
  const drag = (event) => {
    if (from) self.style.translate = `${event.clientX - from.x}px ${event.clientY - from.y}px`;
  };
  const drop = (event) => {
    if (!from) return;
    from = null;
    const area = $("stage-area").getBoundingClientRect();
    const vertical = event.clientY < area.top + area.height / 2 ? "top" : "bottom";
    const isLeft = event.clientX < area.left + area.width / 2;
    const horizontal = isLeft === isRightToLeft() ? "end" : "start";
    moveTo(`${vertical}-${horizontal}`);
  };
  const handlers = { pointerdown: grab, pointermove: drag, pointerup: drop, pointercancel: drop };
  for (const [event, does] of Object.entries(handlers)) video.addEventListener(event, does, { signal });
}

/** A phone with two cameras has a button for the other one. @param {Devices} devices @param {AbortSignal} signal */
export function offerOtherCamera(devices, signal) {
  const button = $("self-flip");
  const find = async () => otherCamera((await devices.list()).camera, devices.currentId("camera"));
  const show = async () => {
    const isPhone = matchMedia("(pointer: coarse)").matches;
    button.hidden = !(isPhone && devices.cameraOn && (await find()));
  };
  const flip = async () => {
    const other = await find();
    if (other) await devices.choose("camera", other.id);
  };
  button.addEventListener("click", flip, { signal });
  devices.addEventListener("change", show, { signal });
  show();
}
