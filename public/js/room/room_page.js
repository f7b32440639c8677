import { Call } from "../call/call.js";
import { CallServers } from "../call/call_servers.js";
import { Chat } from "../chat/chat.js";
import { ConnectionTimes } from "../call/connection_times.js";
import { DataSaver } from "../call/data_saver.js";
import { BoardDoor } from "./board_door.js";
import { autoHide, watchShortcuts } from "./controls.js";
import { offerToEnd } from "./end_dialog.js";
import { offerToLeave } from "./leave_choice.js";
import { rememberEnd } from "../shared/ended_by.js";
import { reloadOnce } from "../shared/state_follower.js";
import { CallPlace, hidePeerControls } from "../call/call_place.js";
import { NetworkWatch } from "./network_watch.js";
import { OtherPerson } from "./other_person.js";
import { OwnMedia } from "../call/own_media.js";
import { Panel } from "./panel.js";
import { RecordingDoor } from "../recording/recording_door.js";
import { RoomFiles } from "../files/room_files.js";
import { showQuality } from "../call/quality_display.js";
import { updateTimes, RoomClock } from "./room_clock.js";
import { RoomView } from "./room_view.js";
import { situationOf } from "./situation.js";
import { closeSmallWindow, offerSmallWindow } from "../call/small_window.js";
import { Stage } from "../stage/stage.js";
import { NOTICES } from "./timer.js";
import { toast } from "../shared/toasts.js";
import { offerWaitingMail, showWaitingMail } from "../shared/waiting_mail.js";
import { keepAwake, offerFullScreen } from "./full_screen.js";
import { t } from "../words/words.js";

const $ = (id) => document.getElementById(id);

/** The room while this person is in it: connects socket, call, chat, files and display. */
export class Room {
  #end = new AbortController();
  /** The room's last `session` message. */
  #record = { status: "scheduled", no_show: null };
  #haveMet = false;
  #isStuck = false;
  #keepsWaiting = false;

  /** @param {import("./room.js").Entry & { live: LiveSocket, since: number, takeOver: () => void, onLeft: () => void }} with */
  constructor({ grant, devices, session, live, since, takeOver, onLeft }) {
    const { signal } = this.#end;
    this.session = session;
    this.devices = devices;
    this.live = live;
    this.takeOver = takeOver;
    this.onLeft = onLeft;
    this.since = since;
    this.network = new NetworkWatch(live, signal);
    this.other = new OtherPerson(session);
    this.call = new Call(live, grant.ice_servers ?? []);
    this.times = new ConnectionTimes(session, this.call, () => this.other.media.camera, signal);
    this.saver = new DataSaver(devices, this.call, signal);
    this.callPlace = new CallPlace(session, live, grant, signal);
    this.servers = new CallServers(session, this.call, grant);
    this.stage = new Stage(signal);
    this.view = new RoomView(this.stage);
    this.clock = new RoomClock(session);
    const { call, callPlace, stage, saver } = this;
    this.own = new OwnMedia({ devices, session, live, call, callPlace, stage, saver }, signal);
    this.panel = new Panel(signal);
    this.files = new RoomFiles(this.panel, session, signal);
    this.chat = new Chat(live, this.panel, session, signal);
    this.board = new BoardDoor(session, live, signal);
    this.recording = session.recordedInBrowser ? new RecordingDoor({ session, live, call, other: this.other }, signal) : null;
    live.addEventListener("message", (event) => this.#onMessage(event["detail"]));
    live.addEventListener("up", () => this.#onAnew());
    live.addEventListener("down", () => this.#render());
    live.addEventListener("over", (event) => this.#over(event["detail"]));
  }

  /** Show the room. */
  open() {
    const { signal } = this.#end;
    this.#listen(signal);
    watchShortcuts(signal);
    showQuality(this.call.meter, signal);
    offerFullScreen(signal);
    offerSmallWindow(this.stage, signal);
    offerWaitingMail(this.session);
    offerToEnd(this.session, signal);
    keepAwake(signal);
    const { dataset } = $("room");
    const isWatching = () => dataset.state === "connected" && dataset.shared !== "board" && !this.callPlace.byProvider;
    autoHide(() => isWatching() && !this.panel.open, signal);
    const clock = setInterval(() => this.#tick(), 1000);
    signal.addEventListener("abort", () => clearInterval(clock));
    this.own.open();
    this.callPlace.open();
    if (!Call.isPossible && !this.callPlace.byProvider) this.#openWithoutCall();
    this.#render();
    this.view.open();
  }

  /** A browser without WebRTC has chat and files, and the call at a provider if there is one. */
  #openWithoutCall() {
    this.own.stop();
    $("self").hidden = true;
    hidePeerControls();
    this.callPlace.requestMove("not_connected");
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    this.callPlace.addEventListener("handover", () => this.#handOverToProvider(), { signal });
    this.callPlace.addEventListener("left", () => this.#leave(), { signal });
    this.callPlace.addEventListener("new-page", () => this.#joinInNewPage(), { signal });
    offerToLeave(() => this.#leave(), signal);
    $("waiting-files").addEventListener("click", () => this.panel.show("session"), { signal });
    $("waiting-board").addEventListener("click", () => $("call-board").click(), { signal });
    for (const button of document.querySelectorAll("#room [data-do]")) {
      button.addEventListener("click", () => this.#onButton(button.getAttribute("data-do")), { signal });
    }
    this.call.addEventListener("state", () => this.#onCall(), { signal });
    this.call.addEventListener("tracks", (event) => this.stage.showRemote(event["detail"]), { signal });
    const onFrozen = () => toast(t("{name}'s picture has stopped. Connecting again…", { name: this.other.name }));
    this.call.addEventListener("frozen", onFrozen, { signal });
    this.call.addEventListener("stuck", () => this.#onStuck(), { signal });
    this.call.addEventListener("anew", () => this.#onAnew(), { signal });
    // The call drops before a socket notices that its network is gone.
    this.call.addEventListener("dropped", () => this.live.check(), { signal });
    this.call.addEventListener("failing", () => this.live.isUp && this.servers.renew(), { signal });
    this.network.addEventListener("change", () => this.call.doubt(), { signal });
    this.network.addEventListener("change", () => this.#onAnew(), { signal });
  }

  /** The call is tried anew. */
  #onAnew() {
    this.#isStuck = false;
    this.#render();
  }

  #onMessage(message) {
    this.callPlace.onMessage(message);
    this.board.receive(message);
    this.recording?.receive(message);
    if (message.type === "welcome") this.#onWelcome(message);
    else if (message.type === "presence") this.#onPresence(message);
    else if (message.type === "signal") this.call.receive(message);
    else if (message.type === "chat") this.chat.receive(message);
    else if (message.type === "files") this.files.onChange(message);
    else if (message.type === "ended" && message.by) rememberEnd(this.session, message.by);
    // At a provider, the provider's client shows devices.
    else if (message.type === "media" && !this.callPlace.byProvider) this.#onMedia(message);
    else if (message.type === "session") this.#onSessionUpdate(message);
    else if (message.type === "notice") toast(NOTICES[message.notice]);
    else if (message.type === "error") this.chat.refuse(message);
    this.#render();
  }

  #onMedia(message) {
    this.other.onMedia(message);
    this.saver.onOther(this.other.savesData);
    if (!this.other.canCall) this.call.hangUp();
  }

  #onSessionUpdate(facts) {
    this.#record = facts;
    updateTimes(this.session, facts);
  }

  #onWelcome(message) {
    this.call.polite = message.polite;
    this.call.numbersOffers = Boolean(message.numbers_offers);
    this.#onOtherChange(this.other.onWelcome(message.other));
    this.saver.onOther(this.other.savesData);
    // Who comes second has waited since the click.
    if (this.other.state === "online" && this.since) this.times.begin(this.since);
    this.since = 0;
    this.chat.restore(message.chat);
    this.files.catchUpSoon();
    this.own.sendMedia();
    this.#callIfOnline();
    this.#onCall();
  }

  /** The other person came, lost the connection, or left. */
  #onPresence(message) {
    if (message.role !== this.other.role) return;
    const { from } = this.#onOtherChange(this.other.onPresence(message));
    const hasLeft = this.other.state === "left";
    // A person who was lost first may still send picture and sound.
    if (hasLeft && (from === "online" || this.call.state !== "connected")) this.call.hangUp();
    this.#callIfOnline();
  }

  /** @template {{ from: string, isNewPage: boolean }} T @param {T} change Of the other person. @returns {T} */
  #onOtherChange(change) {
    const { state } = this.other;
    // The problem was with the connection to the old page, or to its old socket.
    if (state === "left" || (state === "online" && (change.isNewPage || change.from !== "online"))) this.#isStuck = false;
    const hasLeft = state === "left";
    if (hasLeft !== (change.from === "left")) this.session.happened(hasLeft ? "other_left" : "other_joined");
    return change;
  }

  #callIfOnline() {
    if (this.callPlace.byProvider || !Call.isPossible || !this.other.canCall) return;
    if (this.other.state === "online") this.call.call(this.other.page);
  }

  #onCall() {
    // The other person has left: do not try to reconnect.
    if (this.other.state === "left" && this.call.state === "reconnecting") this.call.hangUp();
    this.#render();
  }

  #onStuck() {
    this.#isStuck = true;
    this.session.report(this.#haveMet ? "peer_lost" : "peer_unreachable");
    this.callPlace.requestMove(this.#haveMet ? "restart_failed" : "not_connected");
    this.#render();
  }

  /** Each second. Before the start nobody is late. */
  #tick() {
    this.clock.show();
    if (!this.callPlace.byProvider) this.servers.keepUntil(this.session.closesAt);
    const { state } = $("room").dataset;
    const late = state === "waiting" && this.clock.isPastStart;
    showWaitingMail(!this.#haveMet && (late || state === "no_show"));
  }

  /** The provider's client needs the stage and the devices. */
  #handOverToProvider() {
    closeSmallWindow();
    this.call.hangUp();
    this.own.stop();
    this.stage.clear();
    this.#isStuck = false;
  }

  /** The lobby of the new page joins by itself. */
  #joinInNewPage() {
    history.replaceState({ join: this.devices.audioOnly ? "audio" : "all" }, "");
    reloadOnce("the call has moved");
  }

  #render() {
    if (this.#end.signal.aborted) return;
    const isOnline = this.other.state === "online";
    this.call.expectMedia(this.other.longestGap, isOnline && this.other.media.camera);
    const call = this.call.state;
    const isApart = !this.live.isUp || !isOnline;
    this.call.pausePictures(this.network.isOffline || (call === "reconnecting" && isApart));
    const { byProvider } = this.callPlace;
    const withoutCall = byProvider || !Call.isPossible || !this.other.canCall;
    if (call === "connected" || (withoutCall && isOnline)) {
      this.#haveMet = true;
      this.#isStuck = false;
    }
    const situation = situationOf({
      name: this.other.name,
      otherRole: this.other.role,
      other: this.other.state,
      call,
      canCall: Call.isPossible,
      otherCanCall: this.other.canCall,
      byProvider,
      live: this.live.isUp,
      offline: this.network.isOffline,
      stuck: this.#isStuck,
      met: this.#haveMet,
      status: this.#record.status,
      noShow: this.#record.no_show,
      keepsWaiting: this.#keepsWaiting,
    });
    this.view.show(situation, { other: this.other, met: this.#haveMet, byProvider });
    this.#tick();
  }

  /** @param {string} what */
  #onButton(what) {
    if (what === "leave") return this.#leave();
    if (what === "move") this.callPlace.requestMove("asked");
    if (what === "keep-waiting") this.#keepsWaiting = true;
    // For this call only: the stored choice stays.
    if (what === "audio-only") this.devices.audioOnly = true;
    if (what === "audio-only" || what === "retry") this.#retry();
    this.#render();
    $("room-heading").focus();
  }

  #retry() {
    this.#isStuck = false;
    this.live.check();
    this.servers.renew();
    this.call.retry();
  }

  /** The devices stop now. The room's answer may take a moment. */
  #leave() {
    this.live.leave();
    this.own.stop();
  }

  /** @param {string} how See live_socket.js. */
  async #over(how) {
    this.panel.close();
    const isKept = this.recording?.close();
    this.#end.abort();
    this.call.hangUp();
    // The room was never shown: the lobby shows the problem.
    if ($("room").hidden) return;
    this.session.happened("left");
    this.own.stop();
    this.stage.clear();
    // After a reload the lobby does not start the devices.
    history.replaceState({ left: true }, "");
    if (how === "left") {
      this.view.close();
      this.onLeft();
      return this.recording?.save();
    }
    if (how === "cancelled") $("card-over").textContent = t("This session was cancelled");
    this.view.end(how === "replaced" ? "replaced" : "over");
    if (how === "replaced") {
      $("use-here").addEventListener("click", () => this.takeOver(), { once: true });
      return this.recording?.save();
    }
    // A running upload asks before the reload; the button reloads later.
    $("go-on").addEventListener("click", () => location.reload());
    await isKept;
    location.reload();
  }
}
