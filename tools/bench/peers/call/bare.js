// The least that connects two browsers over the room's socket: no lobby, no join request, no recovery.
// The devices are on before the button works, as in our lobby.
const id = new URL(location.href).searchParams.get("session");
const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720 } });
const video = document.getElementById("remote-video");
let pc, to, socket, polite;

document.getElementById("join").onclick = () => {
  const page = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  socket = new WebSocket(`ws://${location.host}/session/${id}/live?page=${page}`);
  socket.onmessage = ({ data }) => onMessage(JSON.parse(data));
};
document.title = "ready";

function onMessage(message) {
  if (message.type === "welcome") {
    polite = message.polite;
    document.title = "joined";
    if (message.other.state === "online") call(message.other.page);
  } else if (message.type === "presence" && message.state === "online") call(message.page);
  else if (message.type === "signal") receive(message);
}

function call(page) {
  to = page;
  pc = new RTCPeerConnection({ iceServers: [] });
  pc.onicecandidate = ({ candidate }) => candidate && send({ candidate: candidate.toJSON() });
  pc.ontrack = ({ streams }) => (video.srcObject = streams[0]);
  if (polite) return;
  pc.onnegotiationneeded = describe;
  for (const track of stream.getTracks()) pc.addTrack(track, stream);
}

async function receive({ description, candidate }) {
  if (candidate) return pc.addIceCandidate(candidate);
  await pc.setRemoteDescription(description);
  if (description.type === "answer") return;
  for (const track of stream.getTracks()) pc.addTrack(track, stream);
  await describe();
}

async function describe() {
  await pc.setLocalDescription();
  const { type, sdp } = pc.localDescription;
  send({ description: { type, sdp } });
}

function send(signal) {
  socket.send(JSON.stringify({ type: "signal", to, ...signal }));
}
