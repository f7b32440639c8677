import { Call } from "./call.js";
import { press } from "../room/controls.js";
import { showDeviceLists } from "../devices/device_lists.js";
import { tellDeviceTrouble } from "./device_trouble.js";
import { MutedSpeech } from "./muted_speech.js";
import { SilentMicrophone } from "./silent_microphone.js";
import { ScreenShare } from "./screen_share.js";
import { toast } from "../shared/toasts.js";

const $ = (id) => document.getElementById(id);
const LISTS = { camera: "call-camera-picker", microphone: "call-microphone-picker", speaker: "call-speaker-picker" };

const NOTHING = { microphone: false, camera: false, screen: false };

/** Our own microphone, camera and screen in the call: their buttons, where they go, what ails them. */
export class OwnMedia {
  #share = new ScreenShare();
  #silence = new SilentMicrophone();
  #mutedSpeech = new MutedSpeech(() => toast("You are muted. Nobody hears what you say."));

  /**
   * @param {{ devices: Devices, session: Session,
   *   live: LiveSocket, call: import("./call.js").Call, held: CallPlace,
   *   stage: Stage }} parts
   * @param {AbortSignal} signal Ends it.
   */
  constructor({ devices, session, live, call, held, stage }, signal) {
    this.devices = devices;
    this.session = session;
    this.live = live;
    this.call = call;
    this.held = held;
    this.stage = stage;
    this.signal = signal;
    signal.addEventListener("abort", () => {
      this.#mutedSpeech.listenTo(null);
      this.#silence.listenTo(null);
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
    this.#silence.addEventListener("change", () => this.#onSilence(), { signal });
    // Back from a phone call: another track may have sound again.
    addEventListener("focus", () => this.#silence.silent && this.#takeAnew(), { signal });
    showDeviceLists(devices, LISTS, signal);
    tellDeviceTrouble(devices, session, signal);
    this.#show();
  }

  /** Tell the other person what they may expect to see and hear. */
  tell() {
    // The provider's client does that for its own devices.
    if (this.held.byProvider) return;
    if (!Call.isPossible) return this.live.send({ type: "media", ...NOTHING, call: false });
    const { microphoneOn, cameraOn } = this.devices;
    const microphone = microphoneOn && !this.#silence.silent;
    const screen = this.#share.track !== null;
    this.live.send({ type: "media", microphone, camera: cameraOn, screen });
  }

  #takeAnew() {
    this.devices.choose("microphone", this.devices.currentId("microphone"));
  }

  #onSilence() {
    if (this.#silence.silent) toast("Your microphone sends no sound. Is it muted on the headset, or in your system?");
    this.#show();
  }

  /** Let go of it all. */
  stop() {
    this.#share.stop();
    this.devices.stop();
  }

  /** After anything has changed on our side. */
  #show() {
    const { devices } = this;
    const shared = this.#share.track;
    const camera = devices.stream?.getVideoTracks()[0] ?? null;
    const microphone = devices.stream?.getAudioTracks()[0] ?? null;
    press("call-microphone", devices.microphoneOn);
    press("call-camera", devices.cameraOn);
    press("call-screen", shared !== null);
    this.stage.showOwn(camera, this.#lack());
    this.stage.useSpeaker(devices.speakerId);
    this.call.show([microphone, camera, shared]);
    this.#mutedSpeech.listenTo(devices.microphoneOn || devices.problems.has("microphone") ? null : microphone);
    this.#silence.listenTo(devices.microphoneOn ? microphone : null);
    this.tell();
  }

  /** What to say in place of picture and sound: off is neither broken nor still to be allowed. */
  #lack() {
    const { asking, cameraWanted, microphoneOn, problems } = this.devices;
    const interrupted = problems.get("microphone") === "interrupted";
    const broken = interrupted ? "Microphone interrupted" : "No microphone";
    const mute = problems.has("microphone") ? broken : "You are muted";
    const dark = problems.has("camera") ? "No camera" : "Camera off";
    return {
      picture: asking && cameraWanted ? "Starting… Choose Allow if you are asked." : dark,
      sound: microphoneOn ? (this.#silence.silent ? "No sound from you" : "") : mute,
    };
  }
}
