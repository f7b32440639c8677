/** Which microphone is in use, after devices were plugged in or out. */

/** @param {Devices} devices */
export async function follow(devices) {
  await followDefault(devices);
  await returnToChosen(devices);
}

/**
 * The system's default microphone is another device now. The track keeps its id "default" and the old
 * device; only the group of the id changes.
 */
async function followDefault(devices) {
  const { deviceId, groupId } = microphoneOf(devices)?.getSettings() ?? {};
  if (deviceId !== "default") return;
  const all = await navigator.mediaDevices.enumerateDevices();
  const now = all.find((each) => each.kind === "audioinput" && each.deviceId === deviceId);
  if (now && now.groupId !== groupId) await use(devices, deviceId, "changed");
}

/** The chosen one was unplugged, and is there again. */
async function returnToChosen(devices) {
  const chosen = devices.choices.microphone;
  const track = microphoneOf(devices);
  if (!chosen || !track || track.label === chosen.name || track.getSettings().deviceId === chosen.id) return;
  const { microphone } = await devices.list();
  const back = microphone.find(({ id, name }) => id === chosen.id || name === chosen.name);
  if (back) await use(devices, back.id, "back");
}

/** @param {Devices} devices @param {string} id @param {Notice["reason"]} reason */
async function use(devices, id, reason) {
  // The devices may have stopped during an await.
  if (!devices.stream) return;
  await devices.choose("microphone", id);
  const track = microphoneOf(devices);
  if (!track) return;
  const detail = { kind: "microphone", reason, name: track.label };
  devices.dispatchEvent(new CustomEvent("notice", { detail }));
}

/** @param {Devices} devices */
function microphoneOf(devices) {
  return devices.stream?.getAudioTracks()[0];
}
