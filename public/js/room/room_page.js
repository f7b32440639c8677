import { Call } from "../call/call.js";
import { Chat } from "../chat/chat.js";
import { autoHide, watchShortcuts } from "./controls.js";
import { offerToEnd } from "./end_dialog.js";
import { rememberEnd } from "../shared/ended_by.js";
import { reloadOnce } from "../shared/state_follower.js";
import { CallPlace, putAwayOurCall } from "../call/call_place.js";
import { OtherPerson } from "./other_person.js";
import { OwnMedia } from "../call/own_media.js";
import { Panel } from "./panel.js";
import { RoomFiles } from "../files/room_files.js";
import { showQuality } from "../call/quality_display.js";
import { learnTimes, RoomClock } from "./room_clock.js";
import { RoomView } from "./room_view.js";
import { situationOf } from "./situation.js";
import { closeSmallWindow, offerSmallWindow } from "../call/small_window.js";
import { Stage } from "../call/stage.js";
import { NOTICES } from "./timer.js";
import { toast } from "../shared/toasts.js";
import { offerWaitingMail, showWaitingMail } from "../shared/waiting_mail.js";
import { keepAwake, offerFullScreen } from "./full_screen.js";

const $ = (id) => document.getElementById(id);

/** The room while somebody is in it: what is heard is shown, what is pressed is done. */
export class Room {
  #gone = new AbortController();
  #facts = { status: "scheduled", no_show: null };
  #met = false;
  #stuck = false;
  #keepsWaiting = false;

  /** @param {import("./room.js").Entry & { live: LiveSocket, comeBack: () => void, onLeft: () => void }} with */
  constructor({ grant, devices, session, live, comeBack, onLeft }) {
    const { signal } = this.#gone;
    this.session = session;
    this.devices = devices;
    this.live = live;
    this.comeBack = comeBack;
    this.onLeft = onLeft;
    this.other = new OtherPerson(session);
    this.call = new Call(live, grant.ice_servers ?? []);
    this.held = new CallPlace(session, live, grant, signal);
    this.serversUntil = grant.expires_at;
    this.stage = new Stage(signal);
    this.view = new RoomView(this.stage);
    this.clock = new RoomClock(session);
    this.own = new OwnMedia({ devices, session, live, call: this.call, held: this.held, stage: this.stage }, signal);
    this.panel = new Panel(signal);
    this.files = new RoomFiles(this.panel, session, signal);
    this.chat = new Chat(live, this.panel, session, signal);
    live.addEventListener("message", (event) => this.#hear(event["detail"]));
    live.addEventListener("down", () => this.#render());
    live.addEventListener("over", (event) => this.#over(event["detail"]));
  }

  /** Take over the screen. */
  open() {
    const { signal } = this.#gone;
    this.#listen(signal);
    watchShortcuts(signal);
    showQuality(this.call.meter, signal);
    offerFullScreen(signal);
    offerSmallWindow(this.stage, signal);
    offerWaitingMail(this.session);
    offerToEnd(this.session, signal);
    keepAwake(signal);
    const mayHide = () => $("room").dataset.state === "connected" && !this.held.byProvider;
    autoHide(() => mayHide() && !this.panel.open, signal);
    const clock = setInterval(() => this.#tick(), 1000);
    signal.addEventListener("abort", () => clearInterval(clock));
    this.own.open();
    this.held.open();
    if (!Call.isPossible && !this.held.byProvider) this.#doWithoutCall();
    this.#render();
    this.view.open();
  }

  /** A browser without WebRTC: what works is the provider's call, if there is one, chat and files. */
  #doWithoutCall() {
    this.own.stop();
    $("self").hidden = true;
    putAwayOurCall();
    this.held.ask("not_connected");
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    this.held.addEventListener("moved", () => this.#giveWay(), { signal });
    this.held.addEventListener("left", () => this.#leave(), { signal });
    this.held.addEventListener("anew", () => this.#joinInNewPage(), { signal });
    $("call-leave").addEventListener("click", () => this.#leave(), { signal });
    for (const button of document.querySelectorAll("#room [data-do]")) {
      button.addEventListener("click", () => this.#do(button.getAttribute("data-do")), { signal });
    }
    this.call.addEventListener("state", () => this.#onCall(), { signal });
    this.call.addEventListener("tracks", (event) => this.stage.showRemote(event["detail"]), { signal });
    this.call.addEventListener("stuck", () => this.#onStuck(), { signal });
  }

  #hear(message) {
    this.held.hear(message);
    if (message.type === "welcome") this.#welcome(message);
    else if (message.type === "presence") this.#see(message);
    else if (message.type === "signal") this.call.receive(message);
    else if (message.type === "chat") this.chat.receive(message);
    else if (message.type === "files") this.files.hear(message);
    else if (message.type === "ended" && message.by) rememberEnd(this.session, message.by);
    // Devices are the business of the provider's client then.
    else if (message.type === "media" && !this.held.byProvider) this.#hearMedia(message);
    else if (message.type === "session") this.#learn(message);
    else if (message.type === "notice") toast(NOTICES[message.notice]);
    else if (message.type === "error") this.chat.refuse(message);
    this.#render();
  }

  #hearMedia(message) {
    this.other.hearMedia(message);
    if (!this.other.canCall) this.call.hangUp();
  }

  #learn(facts) {
    this.#facts = facts;
    learnTimes(this.session, facts);
    if (facts.closes_at > this.serversUntil && !this.held.byProvider) this.#renewServers(facts.closes_at);
  }

  /** The session was prolonged: relays would drop the call when their credentials end. */
  async #renewServers(closesAt) {
    this.serversUntil = closesAt;
    const grant = await this.session.join().catch(() => null);
    if (grant?.ice_servers) this.call.useServers(grant.ice_servers);
  }

  #welcome(message) {
    this.call.polite = message.polite;
    this.call.numbersOffers = Boolean(message.numbers_offers);
    this.#noteChange(this.other.find(message.other));
    this.chat.restore(message.chat);
    this.files.catchUp();
    this.own.tell();
    this.#meet();
    this.#onCall();
  }

  /** Someone came, dropped, or left. */
  #see(message) {
    if (message.role !== this.other.role) return;
    const { from } = this.#noteChange(this.other.see(message));
    const hasLeft = this.other.state === "left";
    // Who goes on purpose is gone; who was lost may still be seen and heard.
    if (hasLeft && (from === "online" || this.call.state !== "connected")) this.call.hangUp();
    this.#meet();
  }

  /** @template {{ isNewPage: boolean }} T @param {T} change Of the other person. @returns {T} */
  #noteChange(change) {
    const { state } = this.other;
    // Trouble was with the page that is gone.
    if (state === "left" || (change.isNewPage && state === "online")) this.#stuck = false;
    return change;
  }

  #meet() {
    if (this.held.byProvider || !Call.isPossible || !this.other.canCall) return;
    if (this.other.state === "online") this.call.call(this.other.page);
  }

  #onCall() {
    // Lost after all, and nobody is left to come back to.
    if (this.other.state === "left" && this.call.state === "reconnecting") this.call.hangUp();
    this.#render();
  }

  #onStuck() {
    this.#stuck = true;
    this.session.report(this.#met ? "peer_lost" : "peer_unreachable");
    this.held.ask(this.#met ? "restart_failed" : "not_connected");
    this.#render();
  }

  /** Before the start nobody is late. */
  #tick() {
    this.clock.show();
    const { state } = $("room").dataset;
    const late = state === "waiting" && this.clock.isPastStart;
    showWaitingMail(!this.#met && (late || state === "no_show"));
  }

  /** The provider's client takes the stage, and the devices. */
  #giveWay() {
    closeSmallWindow();
    this.call.hangUp();
    this.own.stop();
    this.stage.clear();
    this.#stuck = false;
  }

  /** The lobby of the new page joins at once, as it does after scripts that did not arrive. */
  #joinInNewPage() {
    history.replaceState({ join: this.devices.audioOnly ? "audio" : "all" }, "");
    reloadOnce("the call has moved");
  }

  #render() {
    if (this.#gone.signal.aborted) return;
    this.call.expectMedia(this.other.longestGap);
    const call = this.call.state;
    const held = this.held.byProvider;
    const withoutCall = held || !Call.isPossible || !this.other.canCall;
    if (call === "connected" || (withoutCall && this.other.state === "online")) {
      this.#met = true;
      this.#stuck = false;
    }
    const situation = situationOf({
      name: this.other.name,
      otherRole: this.other.role,
      other: this.other.state,
      call,
      canCall: Call.isPossible,
      otherCanCall: this.other.canCall,
      held,
      live: this.live.isUp,
      stuck: this.#stuck,
      met: this.#met,
      status: this.#facts.status,
      noShow: this.#facts.no_show,
      keepsWaiting: this.#keepsWaiting,
    });
    this.view.show(situation, { other: this.other, met: this.#met, held });
    this.#tick();
  }

  /** @param {string} what */
  #do(what) {
    if (what === "leave") return this.#leave();
    if (what === "move") this.held.ask("asked");
    if (what === "keep-waiting") this.#keepsWaiting = true;
    // For this time: what they like to join with is another matter.
    if (what === "audio-only") this.devices.audioOnly = true;
    if (what === "audio-only" || what === "retry") {
      this.#stuck = false;
      this.call.retry();
    }
    this.#render();
    $("room-heading").focus();
  }

  /** The devices stop at once. The room's answer may take a moment. */
  #leave() {
    this.live.leave();
    this.own.stop();
  }

  /** @param {string} how */
  #over(how) {
    this.panel.close();
    this.#gone.abort();
    this.call.hangUp();
    // Nobody has seen this room yet: the lobby says what is the matter.
    if ($("room").hidden) return;
    this.own.stop();
    this.stage.clear();
    // The lobby that a reload shows does not start the devices.
    history.replaceState({ left: true }, "");
    if (how === "left") {
      this.view.close();
      return this.onLeft();
    }
    if (how === "cancelled") $("card-over").textContent = "This session was cancelled";
    this.view.end(how === "replaced" ? "replaced" : "over");
    if (how === "replaced") {
      $("use-here").addEventListener("click", () => this.comeBack(), { once: true });
    } else {
      // Who would rather stay for an upload goes on later.
      $("go-on").addEventListener("click", () => location.reload());
      location.reload();
    }
  }
}
