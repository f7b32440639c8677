import { Call } from "./call.js";
import { setPressed } from "../room/controls.js";
import { showDeviceLists } from "../devices/device_lists.js";
import { showDeviceTrouble } from "./device_trouble.js";
import { MutedSpeech } from "./muted_speech.js";
import { SilentMicrophone } from "./silent_microphone.js";
import { ScreenShare } from "./screen_share.js";
import { toast } from "../shared/toasts.js";

const $ = (id) => document.getElementById(id);
const LISTS = { camera: "call-camera-picker", microphone: "call-microphone-picker", speaker: "call-speaker-picker" };

const ALL_OFF = { microphone: false, camera: false, screen: false };

/** Our own microphone, camera and screen in the call: their buttons, their tracks, their problems. */
export class OwnMedia {
  #share = new ScreenShare();
  #silentMicrophone = new SilentMicrophone();
  #mutedSpeech = new MutedSpeech(() => toast("You are muted. Nobody hears what you say."));

  /**
   * @param {{ devices: Devices, session: Session,
   *   live: LiveSocket, call: import("./call.js").Call, callPlace: CallPlace,
   *   stage: Stage }} parts
   * @param {AbortSignal} signal Ends it.
   */
  constructor({ devices, session, live, call, callPlace, stage }, signal) {
    this.devices = devices;
    this.session = session;
    this.live = live;
    this.call = call;
    this.callPlace = callPlace;
    this.stage = stage;
    this.signal = signal;
    signal.addEventListener("abort", () => {
      this.#mutedSpeech.listenTo(null);
      this.#silentMicrophone.listenTo(null);
    });
  }

  /** The room is on the screen. */
  open() {
    const { devices, session, signal } = this;
    const on = (id, does) => $(id).addEventListener("click", does, { signal });
    on("call-microphone", () => devices.setMicrophoneOn(!devices.microphoneOn));
    on("call-camera", () => devices.setCameraOn(!devices.cameraOn));
    on("call-screen", () => this.#share.toggle());
    $("call-screen").hidden = !ScreenShare.isPossible;
    devices.addEventListener("change", () => this.#show(), { signal });
    this.#share.addEventListener("change", () => this.#show(), { signal });
    this.#silentMicrophone.addEventListener("change", () => this.#onSilence(), { signal });
    // After a phone call a new track may have sound.
    addEventListener("focus", () => this.#silentMicrophone.silent && this.#captureAgain(), { signal });
    showDeviceLists(devices, LISTS, signal);
    showDeviceTrouble(devices, session, signal);
    this.#show();
  }

  /** Send the other person what is switched on here. */
  sendMedia() {
    // At a provider, the provider's client shows that.
    if (this.callPlace.byProvider) return;
    if (!Call.isPossible) return this.live.send({ type: "media", ...ALL_OFF, call: false });
    const { microphoneOn, cameraOn } = this.devices;
    const microphone = microphoneOn && !this.#silentMicrophone.silent;
    const screen = this.#share.track !== null;
    this.live.send({ type: "media", microphone, camera: cameraOn, screen });
  }

  #captureAgain() {
    this.devices.choose("microphone", this.devices.currentId("microphone"));
  }

  #onSilence() {
    if (this.#silentMicrophone.silent) toast("Your microphone sends no sound. Is it muted on the headset, or in your system?");
    this.#show();
  }

  /** Stop all devices. */
  stop() {
    this.#share.stop();
    this.devices.stop();
  }

  /** After any change on our side. */
  #show() {
    const { devices } = this;
    const shared = this.#share.track;
    const camera = devices.stream?.getVideoTracks()[0] ?? null;
    const microphone = devices.stream?.getAudioTracks()[0] ?? null;
    setPressed("call-microphone", devices.microphoneOn);
    setPressed("call-camera", devices.cameraOn);
    setPressed("call-screen", shared !== null);
    this.stage.showOwn(camera, this.#missing());
    this.stage.useSpeaker(devices.speakerId);
    this.call.sendTracks([microphone, camera, shared]);
    this.#mutedSpeech.listenTo(devices.microphoneOn || devices.problems.has("microphone") ? null : microphone);
    this.#silentMicrophone.listenTo(devices.microphoneOn ? microphone : null);
    this.sendMedia();
  }

  /** The words in place of picture and sound: switched off, broken, or not allowed yet. */
  #missing() {
    const { asking, cameraWanted, microphoneOn, problems } = this.devices;
    const interrupted = problems.get("microphone") === "interrupted";
    const broken = interrupted ? "Microphone interrupted" : "No microphone";
    const mute = problems.has("microphone") ? broken : "You are muted";
    const dark = problems.has("camera") ? "No camera" : "Camera off";
    return {
      picture: asking && cameraWanted ? "Starting… Choose Allow if you are asked." : dark,
      sound: microphoneOn ? (this.#silentMicrophone.silent ? "No sound from you" : "") : mute,
    };
  }
}
