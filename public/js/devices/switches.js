/** The switches "Original sound" and "Save data", in the lobby and in the room. */

/** Whether small pictures are wanted: chosen here, or for the whole browser. @param {Devices} devices */
export function savesData(devices) {
  return devices.choices.savesData ?? Boolean(navigator["connection"]?.saveData);
}

/**
 * @param {Devices} devices
 * @param {"" | "call-"} place What the checkboxes' ids begin with.
 * @param {AbortSignal} signal
 */
export function showSwitches(devices, place, signal) {
  const [sound, data] = ["original-sound", "save-data"].map(
    (id) => /** @type {HTMLInputElement} */ (document.getElementById(place + id)),
  );
  // Noise and echo are removed as the microphone starts.
  sound.addEventListener("change", () => devices.change({ originalSound: sound.checked }, "microphone"), { signal });
  data.addEventListener("change", () => devices.change({ savesData: data.checked }), { signal });
  const show = () => {
    sound.checked = Boolean(devices.choices.originalSound);
    data.checked = savesData(devices);
    sound.disabled = data.disabled = false;
  };
  devices.addEventListener("change", show, { signal });
  show();
}
