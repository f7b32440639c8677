/** The choice of camera, microphone and speaker, in the lobby and in the room. */

const canChooseSpeaker = "setSinkId" in HTMLMediaElement.prototype;

/**
 * @param {import("./devices.js").Devices} devices
 * @param {{ camera: string, microphone: string, speaker: string }} ids Of the selects.
 * @param {AbortSignal} signal
 */
export function showDeviceLists(devices, ids, signal) {
  const picker = (id, choose) => {
    const select = /** @type {HTMLSelectElement} */ (document.getElementById(id));
    select.addEventListener("change", () => choose(select.value), { signal });
    return select;
  };
  const cameras = picker(ids.camera, (id) => devices.chooseCamera(id));
  const microphones = picker(ids.microphone, (id) => devices.chooseMicrophone(id));
  const speakers = picker(ids.speaker, (id) => devices.chooseSpeaker(id));
  const refresh = async () => {
    const found = await devices.list();
    const instead = (what) => (devices.checked ? `No ${what} available` : "Not checked yet");
    fill(cameras, found.cameras, devices.currentId("camera"), instead("camera"));
    fill(microphones, found.microphones, devices.currentId("microphone"), instead("microphone"));
    const hasDefault = found.speakers.some((each) => each.id === "default");
    const outputs = [...(hasDefault ? [] : [{ id: "", name: "System default" }]), ...found.speakers];
    fill(speakers, outputs, devices.speakerId || outputs[0].id, "");
    speakers.hidden = !canChooseSpeaker || found.speakers.length === 0;
  };
  devices.addEventListener("change", refresh, { signal });
  refresh();
}

/** @param {HTMLSelectElement} picker @param {string} instead Shown when there is no choice. */
function fill(picker, choices, current, instead) {
  const options = choices.map(({ id, name }, index) => new Option(name || `No. ${index + 1}`, id));
  if (options.length === 0) options.push(new Option(instead, ""));
  picker.disabled = choices.length === 0;
  const key = (all) => [...all].map((option) => `${option.value} ${option.text}`).join();
  // An open list would close if it were filled anew.
  if (key(picker.options) !== key(options)) picker.replaceChildren(...options);
  const index = choices.findIndex((each) => each.id === current);
  picker.selectedIndex = Math.max(0, index);
}
