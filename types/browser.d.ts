/**
 * Types that the comments in public/js name without an import: many modules use them, and comments
 * count in what a lobby loads. Only tsc reads this file (jsconfig.json).
 */

type Session = import("../public/js/shared/session.js").Session;
type SessionWithFiles = import("../public/js/files/session_files.js").SessionWithFiles;
type Devices = import("../public/js/devices/devices.js").Devices;
type LiveSocket = import("../public/js/room/live_socket.js").LiveSocket;
type Stage = import("../public/js/stage/stage.js").Stage;
type Panel = import("../public/js/room/panel.js").Panel;
type CallPlace = import("../public/js/call/call_place.js").CallPlace;

type Kind = "camera" | "microphone";
type Device = { id: string; name: string };
/** What a browser remembers of earlier visits. */
type Choices = {
  camera?: Device;
  microphone?: Device;
  speaker?: Device;
  cameraOn: boolean;
  microphoneOn: boolean;
  originalSound?: boolean;
  savesData?: boolean;
};
/** Why a device does not work; public/device_help.json has the words. */
type Problem =
  | "denied"
  | "dismissed"
  | "policy"
  | "system"
  | "missing"
  | "busy"
  | "security"
  | "insecure"
  | "unsupported"
  | "unplugged"
  | "interrupted"
  | "unknown";
/** The device `name` is in use instead of the expected one. */
type Notice = { kind: Kind; reason: "gone" | "busy" | "unplugged" | "changed" | "back"; name: string };

/** What a request for devices has brought. */
type Captured = {
  tracks: Map<Kind, MediaStreamTrack>;
  /** Why a kind is missing. */
  errors: Map<Kind, DOMException>;
  /** Why another device is in use. */
  replaced: Map<Kind, "gone" | "busy">;
  /** Stops the tracks. */
  end: AbortSignal;
};
/** A problem in words. */
type Explanation = { title: string; text: string; steps: string[] };
