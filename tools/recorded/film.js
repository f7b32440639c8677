async ([address, every, moments, hertz]) => {
  const video = Object.assign(document.createElement("video"), { muted: true });
  const happens = (name) => new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, { once: true });
    video.addEventListener("error", () => reject(new Error(video.error.message)), { once: true });
  });
  const loaded = happens("loadeddata");
  video.src = address;
  await loaded;
  const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });

  const goTo = async (moment) => {
    const arrived = happens("seeked");
    video.currentTime = moment;
    await arrived;
    pen.drawImage(video, 0, 0);
  };
  const bright = (x, y) => {
    const [r, g, b] = pen.getImageData(x, y, 1, 1).data;
    return (r + g + b) / 3;
  };
  /** The time in a picture whose upper left corner is there; -1 if there is none. */
  const timeAt = ({ x, y, scale }) => {
    const bits = Array.from({ length: 13 }, (_, at) => (bright(x + (44 + at * 46) * scale, y + 50 * scale) > 128 ? 1 : 0));
    if (bits[0] !== 1 || bits[12] !== 0) return -1;
    return bits.slice(1, 12).reduce((sum, bit) => sum * 2 + bit, 0);
  };
  // As public/js/recording/layout.js lays out two pictures of 640 x 360.
  const wide = { teacher: { x: 8, y: 183, scale: 628 / 640 }, student: { x: 644, y: 183, scale: 628 / 640 } };
  const strip = { teacher: { x: 1032, y: 221, scale: 240 / 640 }, student: { x: 1032, y: 364, scale: 240 / 640 } };
  const read = (role) => [wide, strip].map((places) => timeAt(places[role])).find((time) => time >= 0) ?? -1;

  const sum = (...box) => pen.getImageData(...box).data.reduce((all, each, at) => (at % 97 === 0 ? all + each : all), 0);

  const seen = [];
  for (let moment = every / 2; moment < video.duration; moment += every) {
    await goTo(moment);
    seen.push({ at: moment, teacher: read("teacher"), student: read("student"), own: sum(8, 100, 628, 520) });
  }
  const pictures = [];
  for (const moment of moments) {
    await goTo(moment);
    pictures.push(canvas.toDataURL().split(",")[1]);
  }

  const bytes = await (await fetch(address)).arrayBuffer();
  const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes);
  const samples = sound.getChannelData(0);
  const heard = [];
  for (let from = 0; from + 48000 <= samples.length; from += 48000) {
    heard.push(hertz.map((each) => {
      // Goertzel's algorithm.
      const turn = 2 * Math.cos((2 * Math.PI * each) / 48000);
      let [before, last] = [0, 0];
      for (let at = from; at < from + 48000; at += 1) [before, last] = [last, samples[at] + turn * last - before];
      return (2 * Math.sqrt(Math.max(0, last * last + before * before - turn * last * before))) / 48000;
    }));
  }
  return { length: video.duration, seen, pictures, heard, sound: sound.duration };
}
