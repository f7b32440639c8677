/**
 * Follow the system's default microphone to another device. The track keeps its id "default" and
 * the old device; only the group of the id changes.
 */

/** @param {Devices} devices */
export async function follow(devices) {
  const { deviceId, groupId } = devices.stream?.getAudioTracks()[0]?.getSettings() ?? {};
  if (deviceId !== "default") return;
  const all = await navigator.mediaDevices.enumerateDevices();
  const now = all.find((each) => each.kind === "audioinput" && each.deviceId === deviceId);
  if (!now || now.groupId === groupId) return;
  // The devices may have stopped during the await.
  if (!devices.stream) return;
  await devices.choose("microphone", deviceId);
  const [track] = devices.stream?.getAudioTracks() ?? [];
  if (!track) return;
  const detail = { kind: "microphone", reason: "changed", name: track.label };
  devices.dispatchEvent(new CustomEvent("notice", { detail }));
}
