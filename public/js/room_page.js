import { announce } from "./announce.js";
import { Call } from "./call.js";
import { Chat } from "./chat.js";
import { chime } from "./chime.js";
import { showDeviceLists } from "./device_lists.js";
import { autoHide, press, watchShortcuts } from "./controls.js";
import { Held } from "./held.js";
import { MutedSpeech } from "./muted_speech.js";
import { Panel } from "./panel.js";
import { showFiles } from "./room_files.js";
import { showQuality } from "./quality.js";
import { ScreenShare } from "./screen_share.js";
import { situationOf } from "./situation.js";
import { Stage } from "./stage.js";
import { NOTICES, clockOf } from "./timer.js";
import { toast } from "./toasts.js";
import { offerSmallWindow } from "./small_window.js";
import { offerWaitingMail, showWaitingMail } from "./waiting_mail.js";
import { keepAwake, offerFullScreen } from "./windows.js";

const $ = (id) => document.getElementById(id);
const DEVICE_LISTS = { camera: "call-camera-picker", microphone: "call-microphone-picker", speaker: "call-speaker-picker" };

/** The room while somebody is in it: what is heard is shown, what is pressed is done. */
export class Room {
  #gone = new AbortController();
  #facts = { status: "scheduled", no_show: null };
  #other = { state: "left", page: null, media: null };
  #met = false;
  #stuck = false;
  #keepsWaiting = false;
  #spoken = "";

  /** @param {import("./room.js").Entry & { live: import("./live.js").Live, comeBack: () => void }} with */
  constructor({ grant, devices, session, live, comeBack }) {
    this.session = session;
    this.devices = devices;
    this.live = live;
    this.comeBack = comeBack;
    this.name = session.otherFirstName;
    this.otherRole = session.role === "student" ? "teacher" : "student";
    this.call = new Call(live, grant.ice_servers ?? []);
    this.held = new Held(session, live, grant, this.#gone.signal);
    this.share = new ScreenShare();
    this.mutedSpeech = new MutedSpeech(() => toast("You are muted. Nobody hears what you say."));
    this.serversUntil = grant.expires_at;
    this.stage = new Stage(this.#gone.signal);
    this.panel = new Panel(this.#gone.signal);
    showFiles(this.panel, this.#gone.signal);
    this.chat = new Chat(live, this.panel, { role: session.role, otherName: this.name }, this.#gone.signal);
    live.addEventListener("message", ({ detail }) => this.#hear(detail));
    live.addEventListener("down", () => this.#render());
    live.addEventListener("over", ({ detail }) => this.#over(detail));
  }

  /** Take over the screen. */
  open() {
    const { signal } = this.#gone;
    document.body.dataset.room = "open";
    $("room").hidden = false;
    this.#listen(signal);
    watchShortcuts(signal);
    showDeviceLists(this.devices, DEVICE_LISTS, signal);
    showQuality(this.call.meter, signal);
    offerFullScreen(signal);
    offerSmallWindow(this.stage, signal);
    offerWaitingMail(this.session, signal);
    keepAwake(signal);
    const mayHide = () => $("room").dataset.state === "connected" && !this.held.byProvider;
    autoHide(() => mayHide() && !this.panel.open, signal);
    const clock = setInterval(() => this.#tick(), 1000);
    signal.addEventListener("abort", () => clearInterval(clock));
    this.#tick();
    this.#showOwn();
    this.held.open();
    this.#render();
    $("room-heading").focus();
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const on = (id, does) => $(id)?.addEventListener("click", does, { signal });
    on("call-microphone", () => this.devices.setMicrophoneOn(!this.devices.microphoneOn));
    on("call-camera", () => this.devices.setCameraOn(!this.devices.cameraOn));
    $("call-screen").hidden = !ScreenShare.isPossible;
    this.held.addEventListener("moved", () => this.#giveWay(), { signal });
    this.held.addEventListener("left", () => this.#leave(), { signal });
    on("call-screen", () => this.share.toggle());
    on("call-leave", () => this.#leave());
    on("call-end", () => /** @type {HTMLDialogElement} */ ($("end-dialog")).showModal());
    on("end-confirm", () => this.#endForBoth());
    for (const button of document.querySelectorAll("#room [data-do]")) {
      button.addEventListener("click", () => this.#do(button.getAttribute("data-do")), { signal });
    }
    this.devices.addEventListener("change", () => this.#showOwn(), { signal });
    this.share.addEventListener("change", () => this.#showOwn(), { signal });
    this.call.addEventListener("state", () => this.#render(), { signal });
    this.call.addEventListener("tracks", ({ detail }) => this.stage.showRemote(detail), { signal });
    this.call.addEventListener("stuck", () => this.#onStuck(), { signal });
  }

  #hear(message) {
    this.held.hear(message);
    if (message.type === "welcome") this.#welcome(message);
    else if (message.type === "presence") this.#see(message);
    else if (message.type === "signal") this.call.receive(message);
    else if (message.type === "chat") this.chat.receive(message);
    else if (message.type === "media") this.#hearMedia(message);
    else if (message.type === "session") this.#learn(message);
    else if (message.type === "notice") toast(NOTICES[message.notice]);
    else if (message.type === "error" && message.code === "too_frequent") this.chat.refuse(message.message);
    this.#render();
  }

  #learn(facts) {
    this.#facts = facts;
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
    this.#other = message.other;
    this.chat.restore(message.chat);
    this.#tellMedia();
    this.#meet();
  }

  /** Someone came, dropped, or left. */
  #see({ role, state, page }) {
    if (role !== this.otherRole) return;
    const before = this.#other;
    this.#other = { ...before, state, page, media: page === before.page ? before.media : null };
    if (state === "online" && before.state === "left") {
      chime();
      toast(`${this.name} is here.`);
    }
    // Who goes on purpose is gone; who was lost may still be seen and heard.
    if (state === "left" && (before.state === "online" || this.call.state !== "connected")) {
      this.call.hangUp();
    }
    this.#meet();
  }

  #meet() {
    if (this.held.byProvider) return;
    if (this.#other.state === "online") this.call.call(this.#other.page);
  }

  #hearMedia({ microphone, camera, screen }) {
    // Devices are the business of the provider's client then.
    if (this.held.byProvider) return;
    const before = this.#other.media;
    this.#other = { ...this.#other, media: { microphone, camera, screen } };
    if (before && before.microphone !== microphone) {
      announce(`${this.name} ${microphone ? "is no longer muted" : "is muted"}.`);
    }
    if (screen && !before?.screen) toast(`${this.name} shares the screen.`);
  }

  /** Our tracks and buttons, after anything has changed on our side. */
  #showOwn() {
    const { devices, share } = this;
    const camera = devices.stream?.getVideoTracks()[0] ?? null;
    const microphone = devices.stream?.getAudioTracks()[0] ?? null;
    press("call-microphone", devices.microphoneOn);
    press("call-camera", devices.cameraOn);
    press("call-screen", share.track !== null);
    this.stage.showOwn(camera, !devices.microphoneOn);
    this.stage.useSpeaker(devices.speakerId);
    this.call.show([microphone, camera, share.track]);
    this.mutedSpeech.listenTo(devices.microphoneOn ? null : microphone);
    this.#tellMedia();
  }

  #tellMedia() {
    if (this.held.byProvider) return;
    const { microphoneOn, cameraOn } = this.devices;
    const screen = this.share.track !== null;
    this.live.send({ type: "media", microphone: microphoneOn, camera: cameraOn, screen });
  }

  #tick() {
    const { scheduled_start, scheduled_end, closes_at } = /** @type {any} */ (this.#facts);
    const times = scheduled_end
      ? { scheduledStart: scheduled_start, scheduledEnd: scheduled_end, closesAt: closes_at }
      : this.session;
    const { text, tone } = clockOf(times, this.session.now());
    $("room-timer").textContent = text;
    $("room-timer").dataset.tone = tone;
    this.#offerMail(times.scheduledStart);
  }

  /** Before the start nobody is late. @param {number} scheduledStart */
  #offerMail(scheduledStart) {
    const { state } = $("room").dataset;
    const late = state === "waiting" && this.session.now() >= scheduledStart;
    showWaitingMail(!this.#met && (late || state === "no_show"));
  }

  /** The provider's client takes the stage, and the devices. */
  #giveWay() {
    this.call.hangUp();
    this.share.stop();
    this.devices.stop();
    this.stage.clear();
    this.#stuck = false;
  }

  #onStuck() {
    this.#stuck = true;
    this.session.report(this.#met ? "peer_lost" : "peer_unreachable");
    this.held.ask(this.#met ? "restart_failed" : "not_connected");
    this.#render();
  }

  #render() {
    if (this.#gone.signal.aborted) return;
    const call = this.call.state;
    if (call === "connected" || (this.held.byProvider && this.#other.state === "online")) {
      this.#met = true;
      this.#stuck = false;
    }
    const { state, words, hint, card, badge, dimmed } = situationOf({
      name: this.name,
      otherRole: this.otherRole,
      other: this.#other.state,
      call,
      held: this.held.byProvider,
      live: this.live.isUp,
      stuck: this.#stuck,
      met: this.#met,
      status: this.#facts.status,
      noShow: this.#facts.no_show,
      keepsWaiting: this.#keepsWaiting,
    });
    const media = this.#other.media ?? { microphone: true, camera: true, screen: false };
    const seen = state === "connected" || (dimmed && this.#met);
    $("room").dataset.state = state;
    this.#tick();
    this.stage.showCovers({ camera: media.camera, screen: media.screen, here: seen });
    this.stage.say(seen ? `${this.name}'s camera is off` : words, seen ? "" : hint);
    this.stage.showReconnecting(badge, dimmed);
    $("other-muted").hidden = this.held.byProvider || !(state === "connected" && !media.microphone);
    $("other-state").textContent = { online: "here", away: "reconnecting", left: "not here" }[this.#other.state];
    this.#showCard(card);
    this.#speak(words);
  }

  /** @param {string} words Each change once: in the title, and for screen readers. */
  #speak(words) {
    if (words === this.#spoken) return;
    if (this.#spoken) announce(words);
    this.#spoken = words;
    document.title = words;
  }

  /** @param {string | null} name */
  #showCard(name) {
    for (const card of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#room [data-card]"))) {
      const shown = card.dataset.card === name;
      if (shown && card.hidden) queueMicrotask(() => card.querySelector("h2").focus());
      card.hidden = !shown;
    }
  }

  /** @param {string} what */
  async #do(what) {
    if (what === "leave") return this.#leave();
    if (what === "move") this.held.ask("asked");
    if (what === "keep-waiting") this.#keepsWaiting = true;
    if (what === "audio-only") await this.devices.setCameraOn(false);
    if (what === "audio-only" || what === "retry") {
      this.#stuck = false;
      this.call.retry();
    }
    this.#render();
    $("room-heading").focus();
  }

  #leave() {
    this.live.leave();
  }

  async #endForBoth() {
    const answer = await fetch(`/session/${this.session.id}/end`, { method: "POST" }).catch(() => null);
    // 410: it has ended meanwhile. Either way the room tells everybody.
    if (answer?.ok || answer?.status === 410) return;
    $("end-problem").textContent = "That did not work. Check your connection, then try again.";
  }

  /** @param {string} how */
  #over(how) {
    this.#gone.abort();
    this.mutedSpeech.listenTo(null);
    this.call.hangUp();
    // Nobody has seen this room yet: the lobby says what is the matter.
    if ($("room").hidden) return;
    this.share.stop();
    this.devices.stop();
    this.stage.clear();
    if (how !== "replaced") return location.reload();
    $("room").dataset.state = "replaced";
    document.title = "You joined in another place";
    this.#showCard("replaced");
    $("use-here").addEventListener("click", () => this.comeBack(), { once: true });
  }
}
