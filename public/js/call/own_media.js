import { Call } from "./call.js";
import { setPressed } from "../room/controls.js";
import { showDeviceLists } from "../devices/device_lists.js";
import { showDeviceTrouble } from "./device_trouble.js";
import { MutedSpeech } from "./muted_speech.js";
import { offerOtherCamera } from "../stage/own_picture.js";
import { SilentMicrophone } from "./silent_microphone.js";
import { ScreenShare } from "./screen_share.js";
import { showSwitches } from "../devices/switches.js";
import { toast } from "../shared/toasts.js";
import { isolated } from "../shared/isolated.js";
import { t } from "../words/words.js";

const $ = (id) => document.getElementById(id);
const LISTS = { camera: "call-camera-picker", microphone: "call-microphone-picker", speaker: "call-speaker-picker" };

/** Problems of a device that the person, the system or the page's frame refuses. */
const REFUSED = ["denied", "dismissed", "policy", "security", "system"];
const NO_SCREEN = t("Your screen could not be shared. Your system may not allow this browser to record the screen.");
const ALL_OFF = { microphone: false, camera: false, screen: false };

/** Our own microphone, camera and screen in the call: their buttons, their tracks, their problems. */
export class OwnMedia {
  #share = new ScreenShare();
  #silentMicrophone = new SilentMicrophone();
  #mutedSpeech = new MutedSpeech(() => toast(t("You are muted. Nobody hears what you say.")));
  #end = new AbortController();
  /** The last that the room got. */
  #sent = {};

  /**
   * @param {{ devices: Devices, session: Session,
   *   live: LiveSocket, call: import("./call.js").Call, callPlace: CallPlace,
   *   stage: Stage, saver: import("./data_saver.js").DataSaver }} parts
   * @param {AbortSignal} signal Ends it.
   */
  constructor({ devices, session, live, call, callPlace, stage, saver }, signal) {
    this.devices = devices;
    this.session = session;
    this.live = live;
    this.call = call;
    this.callPlace = callPlace;
    this.stage = stage;
    this.saver = saver;
    signal.addEventListener("abort", () => this.#end.abort());
    this.#end.signal.addEventListener("abort", () => {
      this.#mutedSpeech.listenTo(null);
      this.#silentMicrophone.listenTo(null);
    });
  }

  /** The room is on the screen. */
  open() {
    const { devices, session } = this;
    const { signal } = this.#end;
    const on = (id, does) => $(id).addEventListener("click", does, { signal });
    on("call-microphone", () => devices.setMicrophoneOn(!devices.microphoneOn));
    on("call-camera", () => devices.setCameraOn(!devices.cameraOn));
    on("call-screen", () => this.#share.toggle());
    on("stop-sharing", () => this.#share.stop());
    $("call-screen").hidden = !ScreenShare.isPossible;
    devices.addEventListener("change", () => this.#show(), { signal });
    this.#share.addEventListener("change", () => this.#show(), { signal });
    this.#share.addEventListener("failed", () => toast(NO_SCREEN), { signal });
    this.saver.addEventListener("change", () => this.#sendChange(), { signal });
    showSwitches(devices, "call-", signal);
    offerOtherCamera(devices, signal);
    this.#silentMicrophone.addEventListener("change", () => this.#onSilence(), { signal });
    // After a phone call a new track may have sound.
    addEventListener("focus", () => this.#silentMicrophone.silent && this.#captureAgain(), { signal });
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#onDeviceChange(), { signal });
    showDeviceLists(devices, LISTS, signal);
    showDeviceTrouble(devices, session, signal);
    this.#show();
  }

  /** Send the other person what is switched on here. */
  sendMedia() {
    // At a provider, the provider's client shows that.
    if (this.callPlace.byProvider) return;
    this.#sent = this.#media();
    this.live.send({ type: "media", ...this.#sent });
  }

  /** The room counts messages: nothing is sent twice. */
  #sendChange() {
    if (JSON.stringify(this.#media()) !== JSON.stringify(this.#sent)) this.sendMedia();
  }

  #media() {
    if (!Call.isPossible) return { ...ALL_OFF, call: false };
    const { microphoneOn, cameraOn } = this.devices;
    const microphone = microphoneOn && !this.#silentMicrophone.silent;
    const media = { microphone, camera: cameraOn, screen: this.#share.track !== null };
    return this.saver.asksOther ? { ...media, saves: true } : media;
  }

  #captureAgain() {
    this.devices.choose("microphone", this.devices.currentId("microphone"));
  }

  /** Headphones that come back are used again. */
  async #onDeviceChange() {
    await this.devices.list();
    this.stage.useSpeaker(this.devices.speakerId);
  }

  #onSilence() {
    if (this.#silentMicrophone.silent) {
      const name = this.devices.stream?.getAudioTracks()[0]?.label;
      toast(silenceInWords(name), showMicrophones);
    }
    this.#show();
  }

  /** Stop all devices. The buttons start them no more. */
  stop() {
    this.#share.stop();
    this.devices.stop();
    this.#end.abort();
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
    showPresenting(shared !== null);
    this.stage.showOwn(camera, devices.microphoneOn ? microphone : null, this.#missing());
    this.stage.useSpeaker(devices.speakerId);
    this.call.sendTracks([microphone, camera, shared]);
    this.#mutedSpeech.listenTo(devices.microphoneOn || devices.problems.has("microphone") ? null : microphone);
    this.#silentMicrophone.listenTo(devices.microphoneOn ? microphone : null);
    this.#sendChange();
  }

  /** The words in place of picture and sound: switched off, broken, or not allowed yet. */
  #missing() {
    const { asking, cameraWanted, microphoneOn, problems } = this.devices;
    const mute = lackInWords("microphone", problems) ?? t("You are muted");
    const dark = lackInWords("camera", problems) ?? t("Camera off");
    return {
      picture: asking && cameraWanted ? t("Starting… Choose Allow if you are asked.") : dark,
      sound: microphoneOn ? (this.#silentMicrophone.silent ? t("No sound from you") : "") : mute,
    };
  }
}

/** @param {Kind} kind @param {Devices["problems"]} problems */
function lackInWords(kind, problems) {
  const problem = problems.get(kind);
  if (!problem) return null;
  const refused = REFUSED.includes(problem);
  if (kind === "camera") return refused ? t("No access to the camera") : t("No camera");
  if (problem === "interrupted") return t("Microphone interrupted");
  return refused ? t("No access to the microphone") : t("No microphone");
}

/** @param {string | undefined} name The microphone's. */
function silenceInWords(name) {
  // Translators: "More" is the button of the settings.
  if (!name) return t("Your microphone sends no sound. Is it muted on the headset, or in your system? More has the other microphones.");
  return t("Your microphone “{name}” sends no sound. Is it muted on the headset, or in your system? More has the other microphones.", {
    name: isolated(name),
  });
}

/** @param {boolean} shown */
function showPresenting(shown) {
  if (!shown && document.activeElement === $("stop-sharing")) $("call-screen").focus();
  $("presenting").hidden = !shown;
}

function showMicrophones() {
  if ($("settings-part").hidden || $("panel").hidden) $("call-more").click();
  $(LISTS.microphone).focus();
}
