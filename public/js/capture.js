/**
 * Getting hold of camera and microphone: as much as can be had, and why not the rest.
 *
 * The ladder: both at once (one prompt) -> each alone (one refusal spoils a joint request) ->
 * without the remembered device -> without any wishes.
 *
 * @typedef {"camera" | "microphone"} Kind
 * @typedef {import("./remembered.js").Remembered} Remembered
 * @typedef {object} Captured
 * @property {Map<Kind, MediaStreamTrack>} tracks
 * @property {Map<Kind, DOMException>} errors Why a kind is not among the tracks.
 * @property {Map<Kind, "gone" | "busy">} replaced Kinds that got another device, and why.
 */

/** Errors that come from a person or a policy: asking again in other words would only pester. */
const REFUSALS = ["NotAllowedError", "SecurityError", "InvalidStateError"];

const WISHES = {
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } },
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

/** @type {Record<Kind, "video" | "audio">} What the platform calls them. */
const MEDIA = { camera: "video", microphone: "audio" };

/**
 * @param {Map<Kind, Remembered | null>} wanted The kinds, each with the device to try first.
 * @returns {Promise<Captured>} Rejects never.
 */
export async function capture(wanted) {
  /** @type {Captured} */
  const captured = { tracks: new Map(), errors: new Map(), replaced: new Map() };
  const refusal = wanted.size > 1 ? await captureTogether(wanted, captured) : null;
  for (const [kind, device] of wanted) {
    if (captured.tracks.has(kind)) continue;
    if (refusal && !(await mayAskAlone(kind, wanted))) captured.errors.set(kind, refusal);
    else await captureAlone(kind, device, captured);
  }
  return captured;
}

/**
 * What the browser says of the permission, without asking anybody.
 *
 * @param {Kind} kind
 * @returns {Promise<PermissionStatus | null>} Null where the browser will not say.
 */
export async function permission(kind) {
  try {
    return await navigator.permissions.query({ name: /** @type {PermissionName} */ (kind) });
  } catch {
    return null;
  }
}

/**
 * @param {Map<Kind, Remembered | null>} wanted
 * @param {Captured} captured
 * @returns {Promise<DOMException | null>} The refusal, when it was one.
 */
async function captureTogether(wanted, captured) {
  const errors = [];
  // Twice, so that a remembered device that is gone does not cost a second prompt.
  for (const withDevices of [true, false]) {
    const constraints = Object.fromEntries(
      [...wanted].map(([kind, device]) => [MEDIA[kind], wish(kind, withDevices ? device : null)]),
    );
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      for (const [kind, device] of wanted) keep(kind, stream, device, errors[0], captured);
      return null;
    } catch (error) {
      errors.push(error);
      if (error.name !== "OverconstrainedError") break;
    }
  }
  const last = errors[errors.length - 1];
  return REFUSALS.includes(last.name) ? last : null;
}

/**
 * @param {Kind} kind
 * @param {Remembered | null} device
 * @param {Captured} captured
 */
async function captureAlone(kind, device, captured) {
  const rungs = [...(device ? [wish(kind, device)] : []), wish(kind, null), true];
  let first, last;
  for (const constraints of rungs) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ [MEDIA[kind]]: constraints });
      keep(kind, stream, device, first, captured);
      return;
    } catch (error) {
      first ??= error;
      last = error;
      if (REFUSALS.includes(error.name)) break;
    }
  }
  captured.errors.set(kind, last);
}

/**
 * After a joint refusal, ask for one kind alone where that cannot bring up the same prompt again:
 * it is granted already, or was not the one that was refused.
 *
 * @param {Kind} kind
 * @param {Map<Kind, Remembered | null>} wanted
 */
async function mayAskAlone(kind, wanted) {
  const states = new Map();
  for (const each of wanted.keys()) states.set(each, (await permission(each))?.state);
  const state = states.get(kind);
  const anotherIsDenied = [...states.values()].includes("denied");
  return !state || state === "granted" || (state === "prompt" && anotherIsDenied);
}

/**
 * @param {Kind} kind
 * @param {Remembered | null} device
 * @returns {MediaTrackConstraints}
 */
function wish(kind, device) {
  if (device) return { ...WISHES[kind], deviceId: { exact: device.id } };
  return kind === "camera" ? { ...WISHES.camera, facingMode: "user" } : WISHES.microphone;
}

/**
 * @param {Kind} kind
 * @param {MediaStream} stream
 * @param {Remembered | null} device
 * @param {DOMException | undefined} firstError
 * @param {Captured} captured
 */
function keep(kind, stream, device, firstError, captured) {
  const track = stream.getTracks().find((each) => each.kind === MEDIA[kind]);
  captured.tracks.set(kind, track);
  const same = !device || track.getSettings().deviceId === device.id || track.label === device.name;
  if (same) return;
  captured.replaced.set(kind, firstError?.name === "OverconstrainedError" ? "gone" : "busy");
}
