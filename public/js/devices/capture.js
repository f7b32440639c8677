/**
 * Getting camera and microphone. The tries: both at once (one prompt), each alone (one refusal fails
 * a joint request), without the remembered device, without constraints.
 */

/** Errors that other constraints do not avoid. */
const REFUSALS = ["NotAllowedError", "SecurityError", "InvalidStateError"];
const CONSTRAINTS = {
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } },
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};
const MEDIA = { camera: "video", microphone: "audio" };

/** @param {Map<Kind, Device>} wanted Each with the device to try first. @param {AbortSignal} end */
export async function capture(wanted, end, originalSound = false) {
  for (const effect in CONSTRAINTS.microphone) CONSTRAINTS.microphone[effect] = !originalSound;
  /** @type {Captured} */
  const captured = { tracks: new Map(), errors: new Map(), replaced: new Map(), end };
  const refusal = wanted.size > 1 ? await captureTogether(wanted, captured) : null;
  for (const [kind, device] of wanted) {
    if (captured.tracks.has(kind) || end.aborted) continue;
    if (refusal && !(await mayAskAlone(kind, wanted))) captured.errors.set(kind, refusal);
    else await captureAlone(kind, device, captured);
  }
  return captured;
}

/** @returns {Problem | null} */
export function unusable() {
  if (!isSecureContext) return "insecure";
  if (!navigator.mediaDevices?.getUserMedia) return "unsupported";
  return null;
}

/** Null where browsers do not answer. @param {Kind} kind */
export function permission(kind) {
  const name = /** @type {PermissionName} */ (kind);
  return navigator.permissions?.query({ name }).catch(() => null) ?? Promise.resolve(null);
}

/** @param {Captured} captured @returns {Promise<DOMException | null>} */
async function captureTogether(wanted, captured) {
  let first, last;
  // A missing remembered device must not cost a second prompt.
  for (const remembered of [true, false]) {
    const asked = [...wanted].map(([kind, device]) => [MEDIA[kind], constraintsOf(kind, remembered && device)]);
    try {
      const stream = await navigator.mediaDevices.getUserMedia(Object.fromEntries(asked));
      for (const [kind, device] of wanted) keep(kind, stream, device, first, captured);
      return null;
    } catch (error) {
      first ??= error;
      last = error;
      if (captured.end.aborted || error.name !== "OverconstrainedError") break;
    }
  }
  return REFUSALS.includes(last.name) ? last : null;
}

/** @param {Kind} kind */
async function captureAlone(kind, device, captured) {
  const tries = [...(device ? [constraintsOf(kind, device)] : []), constraintsOf(kind, null), true];
  let first, last;
  for (const constraints of tries) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ [MEDIA[kind]]: constraints });
      return keep(kind, stream, device, first, captured);
    } catch (error) {
      first ??= error;
      last = error;
      if (captured.end.aborted || REFUSALS.includes(error.name)) break;
    }
  }
  captured.errors.set(kind, last);
}

/** After a joint refusal: this kind was granted before, or only the other one was refused. */
async function mayAskAlone(kind, wanted) {
  const state = (await permission(kind))?.state;
  const all = await Promise.all([...wanted.keys()].map(permission));
  const otherDenied = state === "prompt" && all.some((status) => status?.state === "denied");
  return !state || state === "granted" || otherDenied;
}

/** @returns {MediaTrackConstraints} */
function constraintsOf(kind, device) {
  if (device) return { ...CONSTRAINTS[kind], deviceId: { exact: device.id } };
  return kind === "camera" ? { ...CONSTRAINTS.camera, facingMode: "user" } : CONSTRAINTS.microphone;
}

function keep(kind, stream, device, firstError, captured) {
  const track = stream.getTracks().find((each) => each.kind === MEDIA[kind]);
  captured.end.addEventListener("abort", () => track.stop());
  captured.tracks.set(kind, track);
  if (!device || track.getSettings().deviceId === device.id || track.label === device.name) return;
  captured.replaced.set(kind, firstError?.name === "OverconstrainedError" ? "gone" : "busy");
}
