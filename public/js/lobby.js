import { announce } from "./announce.js";
import { permission } from "./capture.js";
import { everySecond, inWords } from "./countdown.js";
import { onThisClock } from "./device_zone.js";
import { Devices, KINDS } from "./devices.js";
import { Follower } from "./follow.js";
import { Door } from "./join.js";
import { LevelMeter } from "./level.js";
import { showPickers } from "./pickers.js";
import { Preview } from "./preview.js";
import { showProblems } from "./problem_panel.js";
import { Session } from "./session.js";

/** The lobby: from opening the page to entering the room. This file only connects the others. */

const NETWORK_CHECK_AFTER_MS = 2000;

const $ = (id) => document.getElementById(id);
const session = new Session();
const devices = new Devices();
const follower = new Follower(session);
const meter = new LevelMeter($("microphone-level"), $("microphone-hint"));
let lastTick = session.now();
const door = new Door(session, devices, { onEntered: leaveLobby, onTooEarly });
new Preview(devices);
showPickers(devices);
showProblems(devices, session);

devices.addEventListener("change", () => {
  meter.listenTo(devices.microphoneOn ? devices.stream.getAudioTracks()[0] : null);
});
follower.addEventListener("state", (event) => show(/** @type {CustomEvent} */ (event).detail));
const stopClock = everySecond(() => session.now(), tick);
showDeviceZone();
watchDevices();
startDevices();
watchNetwork();

async function startDevices() {
  // Early visitors are not asked for anything they did not ask for.
  const mayStart = session.view !== "early" || (await isGranted());
  if (mayStart) await devices.start({ quietly: session.view === "early" });
}

async function isGranted() {
  const states = await Promise.all(KINDS.map(permission));
  return states.every((status) => status?.state === "granted");
}

function watchDevices() {
  const recheck = () => devices.recheck();
  navigator.mediaDevices?.addEventListener("devicechange", recheck);
  window.addEventListener("focus", recheck);
  for (const kind of KINDS) {
    permission(kind).then((status) => status?.addEventListener("change", recheck));
  }
  window.addEventListener("pagehide", () => devices.stop());
  // Brought back by the browser's back button, with devices stopped: begin anew.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}

async function watchNetwork() {
  const result = $("network-result");
  const button = $("check-network");
  const check = async () => {
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    result.textContent = "Checking…";
    const { checkNetwork } = await import("./network.js");
    const { quality, text } = await checkNetwork();
    result.dataset.quality = quality;
    result.textContent = text;
    button.ariaBusy = "false";
  };
  button.addEventListener("click", async () => {
    await check();
    announce(result.textContent);
  });
  window.addEventListener("online", check);
  window.addEventListener("offline", check);
  // After the devices, whose start would disturb the measurement, but not for ever after them.
  const started = new Promise((resolve) => devices.addEventListener("change", () => devices.checked && resolve()));
  await Promise.race([started, new Promise((resolve) => setTimeout(resolve, NETWORK_CHECK_AFTER_MS))]);
  await check();
}

function tick() {
  const now = session.now();
  const has = (moment) => lastTick < moment && moment <= now;
  $("countdown").textContent = inWords(session, now);
  door.setOpen(session.canJoin || (now >= session.opensAt && now < session.closesAt));
  if (has(session.opensAt)) announce("The room is open. You can join now.");
  if (has(session.scheduledStart - 60)) announce("Your session starts in 1 minute.");
  if (has(session.scheduledStart)) announce("Your session starts now.");
  lastTick = now;
}

/** @param {any} state GET /state */
function show(state) {
  document.body.dataset.view = state.view;
  document.querySelector(".status").setAttribute("data-tone", state.view);
  if (state.words) showWords(state.words);
  const other = state.participants.find((person) => person.role !== session.role);
  if (other.present && !session.other.present) announce(`${session.otherFirstName} is here.`);
  session.other.present = other.present;
}

/** @param {{ heading: string, lead: string, join: string, status: string }} words */
function showWords(words) {
  $("heading").textContent = words.heading;
  $("lead").textContent = words.lead;
  $("status-label").textContent = words.status;
  $("join").dataset.joinLabel = words.join;
}

function showDeviceZone() {
  const shown = document.querySelector(".when-time time").getAttribute("datetime");
  const words = onThisClock(session.scheduledStart, shown);
  if (!words) return;
  $("device-zone").textContent = words;
  $("device-zone").hidden = false;
}

function onTooEarly() {
  session.canJoin = false;
  follower.refresh();
}

function leaveLobby() {
  follower.stop();
  stopClock();
  meter.close();
  $("lobby").hidden = true;
}
