import { press } from "./controls.js";
import { showDeviceLists } from "./device_lists.js";
import { tellDeviceTrouble } from "./device_trouble.js";
import { MutedSpeech } from "./muted_speech.js";
import { ScreenShare } from "./screen_share.js";
import { toast } from "./toasts.js";

const $ = (id) => document.getElementById(id);
const LISTS = { camera: "call-camera-picker", microphone: "call-microphone-picker", speaker: "call-speaker-picker" };

/** Our own microphone, camera and screen in the call: their buttons, where they go, what ails them. */
export class OwnMedia {
  #share = new ScreenShare();
  #mutedSpeech = new MutedSpeech(() => toast("You are muted. Nobody hears what you say."));

  /**
   * @param {{ devices: import("./devices.js").Devices, session: import("./session.js").Session,
   *   live: import("./live.js").Live, call: import("./call.js").Call, held: import("./held.js").Held,
   *   stage: import("./stage.js").Stage }} parts
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
    signal.addEventListener("abort", () => this.#mutedSpeech.listenTo(null));
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
    showDeviceLists(devices, LISTS, signal);
    tellDeviceTrouble(devices, session, signal);
    this.#show();
  }

  /** Tell the other person what they may expect to see and hear. */
  tell() {
    // The provider's client does that for its own devices.
    if (this.held.byProvider) return;
    const { microphoneOn, cameraOn } = this.devices;
    const screen = this.#share.track !== null;
    this.live.send({ type: "media", microphone: microphoneOn, camera: cameraOn, screen });
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
    this.#mutedSpeech.listenTo(devices.microphoneOn ? null : microphone);
    this.tell();
  }

  /** What to say in place of picture and sound: off is neither broken nor still to be allowed. */
  #lack() {
    const { asking, cameraWanted, microphoneOn, problems } = this.devices;
    const mute = problems.has("microphone") ? "No microphone" : "You are muted";
    const dark = problems.has("camera") ? "No camera" : "Camera off";
    return {
      picture: asking && cameraWanted ? "Starting… Choose Allow if you are asked." : dark,
      sound: microphoneOn ? "" : mute,
    };
  }
}
