// Runs in the room's page before its own scripts: when pictures of the other person came, what the
// page said, and by which way the call goes. Times are milliseconds of the machine's clock.
{
  const observed = { joined: 0, frames: [], words: [], connections: [] };
  window.observed = observed;

  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(...given) {
      super(...given);
      observed.connections.push(this);
    }
  };

  addEventListener(
    "click",
    ({ target }) => {
      if (target.closest?.("#join")) observed.joined = Date.now();
    },
    true,
  );

  addEventListener("DOMContentLoaded", () => {
    const video = document.getElementById("remote-video");
    const words = document.getElementById("room-status-words");
    if (!video || !words) return;
    const onFrame = () => {
      observed.frames.push(Date.now());
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
    new MutationObserver(() => observed.words.push([Date.now(), words.textContent])).observe(words, { childList: true });
  });

  /** What the card in the room says, or "". */
  observed.card = () => {
    const card = document.querySelector("#room:not([hidden]) .room-card:not([hidden])");
    return card ? [...card.querySelectorAll("h2, h2 + p")].map((part) => part.textContent.trim()).join(" ") : "";
  };

  observed.stats = async () => {
    const pc = observed.connections.findLast(({ connectionState }) => connectionState === "connected");
    return pc ? [...(await pc.getStats()).values()] : [];
  };

  /** The candidates of both sides: "direct", or by which protocol a relay is reached. */
  observed.way = async () => {
    const stats = await observed.stats();
    const byId = new Map(stats.map((each) => [each.id, each]));
    const transport = stats.find(({ type }) => type === "transport");
    const pair = byId.get(transport?.selectedCandidatePairId);
    if (!pair) return "";
    const local = byId.get(pair.localCandidateId);
    if (local.candidateType === "relay") return `relay by ${local.relayProtocol.toUpperCase()}`;
    return byId.get(pair.remoteCandidateId).candidateType === "relay" ? "relay of the other" : "direct";
  };

  /** How much sound has come, in samples, and how much of it had to be made up. */
  observed.sound = async () => {
    const stats = await observed.stats();
    const { totalSamplesReceived = 0, concealedSamples = 0 } =
      stats.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio") ?? {};
    return [totalSamplesReceived, concealedSamples];
  };
}
