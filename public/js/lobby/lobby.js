import { announce } from "../shared/announce.js";
import { permission } from "../devices/capture.js";
import { showCheckLine } from "./check_line.js";
import { everySecond, inWords } from "./countdown.js";
import { Devices, KINDS } from "../devices/devices.js";
import { StateFollower } from "../shared/state_follower.js";
import { JoinFlow } from "./join_flow.js";
import { LevelMeter } from "./level_meter.js";
import { showPreview } from "./preview.js";
import { Session } from "../shared/session.js";
import { t } from "../words/words.js";

/** The lobby: connects the other modules. */

/** A moment longer ago is not announced: the page was hidden. */
const RECENT_S = 5;
const $ = (id) => document.getElementById(id);
const session = new Session();
const devices = new Devices();
const follower = new StateFollower(session);
const meter = new LevelMeter($("microphone-level"), $("microphone-hint"));
const joinFlow = new JoinFlow(session, devices, {
  onJoining: (joins) => follower.hold(joins),
  takeSocket: () => follower.takeSocket(),
  onEntered: leaveLobby,
  onTooEarly,
});
const courseTitle = document.querySelector(".course-title").textContent;
/** Aborted when the lobby ends. */
const lobbyEnd = new AbortController();
const { signal } = lobbyEnd;
let lastTick = session.now();
let problemPanel = null;
let waitingMail = null;

follower.addEventListener("state", (event) => showState(event["detail"]));
const stopClock = everySecond(() => session.now(), tick);
showDeviceZone();
showPreview(devices, signal);
showCheckLine(devices, signal);
devices.addEventListener("change", onDevices, { signal });
$("checks").addEventListener("toggle", showPickers, { once: true });
$("switches").addEventListener("toggle", showSwitches, { once: true });
watchDevices();
loadLater(startDevices());
joinFlow.resume();

async function startDevices() {
  // After leaving, Join starts them.
  if (history.state?.left) return;
  const states = await Promise.all(KINDS.map(permission));
  const early = session.view === "early";
  // Early visitors press a button for the prompt.
  if (early && !states.every((status) => status?.state === "granted")) return;
  // Join may have started them.
  if (devices.asking) return;
  await devices.start({ quietly: early });
}

/** The rest of the lobby, after the devices; at most 2 s later. */
async function loadLater(devicesStarted) {
  await Promise.race([devicesStarted, new Promise((resolve) => setTimeout(resolve, 2000))]);
  // Before Join, and before the check, which measures the network.
  if (!navigator["connection"]?.saveData) await joinFlow.loadRoom();
  if (signal.aborted) return;
  try {
    (await import("./connection_check.js")).watchConnection(signal);
  } catch {
    // Offline: the module did not load.
    addEventListener("online", () => loadLater(null), { once: true, signal });
  }
}

async function showPickers() {
  (await import("./pickers.js")).showPickers(devices, signal);
}

async function showSwitches() {
  (await import("../devices/switches.js")).showSwitches(devices, "", signal);
}

async function onDevices() {
  meter.listenTo(devices.microphoneOn ? devices.stream.getAudioTracks()[0] : null);
  if (devices.problems.size > 0) problemPanel ??= import("./problem_panel.js");
  // When it fails, the next change loads it again.
  const loaded = await problemPanel?.catch(() => (problemPanel = null));
  loaded?.showProblems(devices, session);
}

/** Goes on in the room, where devices change too. */
function watchDevices() {
  const recheck = () => devices.recheck();
  navigator.mediaDevices?.addEventListener("devicechange", async () => {
    recheck();
    (await import("../devices/follow_devices.js")).follow(devices);
  });
  addEventListener("focus", recheck);
  document.addEventListener("visibilitychange", () => document.hidden || recheck());
  for (const kind of KINDS) {
    permission(kind).then((status) => status?.addEventListener("change", recheck));
  }
  addEventListener("pagehide", () => devices.release());
  // The browser's cache stops devices.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

function tick() {
  const now = session.now();
  const hasCome = (moment) => lastTick < moment && moment <= now && now - moment < RECENT_S;
  $("countdown").textContent = inWords(session, now);
  joinFlow.setOpen(session.canJoin || (now >= session.opensAt && now < session.closesAt));
  if (hasCome(session.opensAt)) announce(t("The room is open. You can join now."));
  if (hasCome(session.scheduledStart - 60)) announce(t("Your session starts in 1 minute."));
  if (hasCome(session.scheduledStart)) announce(t("Your session starts now."));
  lastTick = now;
}

/** @param {any} state GET /state */
function showState({ view, words, participants, no_show, started_at }) {
  document.body.dataset.view = view;
  document.querySelector(".status").setAttribute("data-tone", view);
  if (words) {
    $("heading").textContent = words.heading;
    $("lead").textContent = words.lead;
    $("status-label").textContent = words.status;
    $("join").dataset.joinLabel = words.join;
    if ($("trouble").hidden) document.title = `${words.heading} · ${courseTitle}`;
  }
  const { present, role } = participants.find((person) => person.role !== session.role);
  if (present && !session.other.present) announce(t("{name} is here.", { name: session.other.called }));
  session.other.present = present;
  const presence = $("presence");
  presence.dataset.present = present;
  presence.textContent = presence.dataset[present ? "here" : started_at ? "gone" : "coming"];
  offerMail(no_show === role && !present);
}

/** @param {boolean} isAwaited Whether the other person is a no-show who can still come. */
async function offerMail(isAwaited) {
  if (isAwaited) waitingMail ??= import("../shared/waiting_mail.js");
  // When it fails, the next change loads it again.
  const loaded = await waitingMail?.catch(() => (waitingMail = null));
  if (signal.aborted) return;
  loaded?.offerWaitingMail(session);
  loaded?.showWaitingMail(isAwaited);
}

/** Only where this device's clock differs from the page's. */
async function showDeviceZone() {
  const offset = -60 * new Date(session.scheduledStart * 1000).getTimezoneOffset();
  if (offset !== session.clock.utcOffset) (await import("../shared/device_zone.js")).showDeviceZone();
}

function onTooEarly() {
  session.canJoin = false;
  follower.refresh();
}

function leaveLobby() {
  lobbyEnd.abort();
  follower.stop();
  stopClock();
  meter.close();
  $("lobby").hidden = true;
}
