/** Changing camera, microphone and speaker in mid-call. */

const $ = (id) => /** @type {HTMLSelectElement} */ (document.getElementById(id));

/** @param {import("./devices.js").Devices} devices @param {AbortSignal} signal */
export function showCallDevices(devices, signal) {
  const pickers = [
    { picker: $("call-camera-picker"), list: "cameras", kind: "camera", choose: (id) => devices.chooseCamera(id) },
    { picker: $("call-microphone-picker"), list: "microphones", kind: "microphone", choose: (id) => devices.chooseMicrophone(id) },
    { picker: $("call-speaker-picker"), list: "speakers", kind: "speaker", choose: (id) => devices.chooseSpeaker(id) },
  ];
  const refresh = async () => {
    const all = await devices.list();
    for (const { picker, list, kind } of pickers) {
      const current = kind === "speaker" ? devices.speakerId : devices.currentId(/** @type {any} */ (kind));
      const options = all[list].map(({ id, name }, index) => new Option(name || `${kind} ${index + 1}`, id));
      picker.replaceChildren(...(options.length ? options : [new Option(`No ${kind} found`, "")]));
      picker.disabled = options.length === 0;
      if (current) picker.value = current;
    }
    document.getElementById("call-speaker").hidden =
      all.speakers.length === 0 || !("setSinkId" in HTMLMediaElement.prototype);
  };
  for (const { picker, choose } of pickers) {
    picker.addEventListener("change", () => choose(picker.value), { signal });
  }
  devices.addEventListener("change", refresh, { signal });
  navigator.mediaDevices?.addEventListener("devicechange", refresh, { signal });
  refresh();
}
