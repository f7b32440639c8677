(role, colour, hertz, fps) => {
  const { mediaDevices } = navigator;
  const context = new AudioContext();
  addEventListener("click", () => context.resume(), true);
  let opened = 0;

  /** A picture with the time in fifths of a second, in bits between a white and a black block: see film.py. */
  const camera = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    const pen = canvas.getContext("2d");
    const words = `${role}, camera ${(opened += 1)}`;
    const draw = () => {
      const time = Math.floor(Date.now() / 200) % 2048;
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 640, 360);
      const bits = [1, ...Array.from({ length: 11 }, (_, at) => (time >> (10 - at)) & 1), 0];
      bits.forEach((bit, at) => {
        pen.fillStyle = bit ? "white" : "black";
        pen.fillRect(21 + at * 46, 20, 46, 60);
      });
      pen.fillStyle = "white";
      pen.font = "40px sans-serif";
      pen.fillText(words, 24, 140);
      pen.fillText(new Date().toISOString().slice(11, 21), 24, 300);
      pen.fillRect(420 + ((Date.now() / 20) % 150), 260, 40, 40);
    };
    setInterval(draw, 1000 / fps);
    draw();
    return canvas.captureStream(fps).getVideoTracks();
  };

  const microphone = () => {
    const tone = new OscillatorNode(context, { frequency: hertz });
    const quiet = new GainNode(context, { gain: 0.2 });
    const end = context.createMediaStreamDestination();
    tone.connect(quiet).connect(end);
    tone.start();
    return end.stream.getAudioTracks();
  };

  mediaDevices.getUserMedia = async ({ video, audio }) =>
    new MediaStream([...(video ? camera() : []), ...(audio ? microphone() : [])]);

  mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
    const pen = canvas.getContext("2d");
    setInterval(() => {
      pen.fillStyle = "#00b000";
      pen.fillRect(0, 0, 1280, 720);
      pen.fillStyle = "white";
      pen.font = "60px sans-serif";
      pen.fillText(`a shared screen, ${new Date().toISOString().slice(11, 19)}`, 80, 360);
    }, 500);
    return canvas.captureStream(5);
  };
}
