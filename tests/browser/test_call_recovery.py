"""How a call recovers, in real Chromium: both sides in one page, without the room."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.room_page import Meeting

# `pair(fast)` makes two calls, teacher and student, that are connected with each other. With
# `pass[index]` the signals of a side arrive; `out[index]` has all of them, `said[index]` what its
# call reports. Time runs `fast` times as fast for the modules.
HELPERS = """async () => {
  const { Call } = await import("/js/call/call.js");
  const real = { RTCPeerConnection, now: performance.now.bind(performance) };
  const [later, often] = [window.setTimeout.bind(window), window.setInterval.bind(window)];
  window.wait = (ms) => new Promise((resolve) => later(resolve, ms));
  window.until = async (holds) => {
    for (let tries = 0; !holds(); tries += 1) {
      if (tries > 1500) throw new Error(`never: ${holds}`);
      await wait(10);
    }
  };
  window.connections = [];
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  window.tracks = [...media.getAudioTracks(), ...media.getVideoTracks(), null];
  window.RTCPeerConnection = class extends real.RTCPeerConnection {
    // The lobby's check of the network has no configuration.
    constructor(how) { super(how); if (how) connections.push(this); }
  };
  window.pair = async (fast = 1) => {
    window.setTimeout = (does, ms = 0) => later(does, ms / fast);
    window.setInterval = (does, ms) => often(does, ms / fast);
    performance.now = () => real.now() * fast;
    Object.assign(window, { connections: [], out: [[], []], pass: [true, true], said: [[], []] });
    window.calls = [false, true].map((polite, index) => {
      const send = ({ to, type, ...signal }) => {
        const sent = { from: "page", ...JSON.parse(JSON.stringify(signal)) };
        out[index].push(sent);
        if (pass[index]) later(() => calls[1 - index].receive(sent), 5);
        return pass[index];
      };
      const call = new Call({ send }, []);
      Object.assign(call, { polite, numbersOffers: true });
      for (const name of ["anew", "dropped", "failing", "stuck"]) {
        call.addEventListener(name, () => said[index].push(name));
      }
      return call;
    });
    for (const call of calls) {
      call.sendTracks(tracks);
      call.call("page");
    }
    // Only the student's side watches.
    calls[0].expectMedia(Infinity);
    await connected();
  };
  window.connected = () => until(() => calls.every((call) => call.state === "connected"));
  window.hangUp = () => calls.forEach((call) => call.hangUp());
  window.fragment = ({ sdp }) => sdp.match(/a=ice-ufrag:(\\S+)/)[1];
  window.described = (index) => out[index].flatMap(({ description }) => description ?? []);
  // A restart of ICE has a new user fragment.
  window.fragments = (index) => new Set(described(index).map(fragment));
}"""

RETRY = """async (index) => {
  await pair();
  const before = [...connections];
  calls[index].retry();
  const areOver = () => before.every((each) => each.connectionState === "closed");
  await until(() => connections.length === 4 && areOver());
  await connected();
  await wait(200);
  const found = { connections: connections.length, other: said[1 - index] };
  hangUp();
  return found;
}"""

# What happens within a moment of the network's return: both sockets are new, the polite side
# requests, the browser says `online`.
RETURN = """async () => {
  await pair();
  const peers = [...connections];
  // The state that an outage leaves.
  for (const each of peers) {
    Object.defineProperty(each, "connectionState", { get: () => "failed", configurable: true });
    each.onconnectionstatechange();
  }
  await until(() => described(1).length > 1);
  await until(() => peers[0].signalingState === "stable");
  const before = { offers: fragments(0).size, answers: described(1).length };
  const { now } = performance;
  performance.now = () => now() + 5000;
  dispatchEvent(new Event("online"));
  for (const call of calls) call.call("page");
  dispatchEvent(new Event("online"));
  await until(() => fragments(0).size > before.offers && described(1).length > before.answers);
  for (const each of peers) {
    delete each.connectionState;
    each.onconnectionstatechange();
  }
  await connected();
  await wait(1000);
  const restarts = fragments(0).size - before.offers;
  const found = { restarts, connections: connections.length };
  hangUp();
  return found;
}"""

# The offers of a restart are lost with the socket, and what is offered then replaces them.
LOST_OFFERS = """async () => {
  await pair();
  pass = [false, false];
  calls[0].call("page");
  calls[0].useServers([]);
  await until(() => fragments(0).size === 2);
  calls[0].useServers([]);
  await until(() => fragments(0).size === 3);
  pass = [true, true];
  calls[1].useServers([]);
  const [offering, answering] = connections;
  await until(() => offering.signalingState === "stable");
  const found = {
    agree: fragment(offering.localDescription) === fragment(answering.remoteDescription),
    newest: fragment(offering.localDescription) === [...fragments(0)].at(-1),
  };
  hangUp();
  return found;
}"""

# The teacher's browser sends nothing more, without a word.
SILENT = """async () => {
  await pair(2);
  // After 2 s the tracks are set once more: then pictures may be large.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await Promise.all(connections[0].getSenders().map((sender) => sender.replaceTrack(null)));
  await until(() => calls[1].state === "reconnecting");
  await connected();
  const isSent = connections[0].getSenders()[0].track === tracks[0];
  const found = { said: said[1], connections: connections.length, isSent };
  hangUp();
  return found;
}"""

# Nothing comes over a path that works, and restarts do not help.
DEAD = """async () => {
  await pair(4);
  const [, answering] = connections;
  answering.getStats = async () => new Map();
  await until(() => connections.length === 4);
  await connected();
  const found = { said: [...new Set(said[1])], isToldToOther: said[0].includes("anew") };
  hangUp();
  return found;
}"""

# The page of the other person has dropped the old connection, and calls again.
CALLED_AGAIN = """async (index) => {
  await pair();
  const before = [...connections];
  calls[index].hangUp();
  calls[index].call("page");
  if (index) calls[1].retry();
  await until(() => before.every((each) => each.connectionState === "closed"));
  await connected();
  const found = said[1 - index].includes("anew");
  hangUp();
  return found;
}"""

TRACKS = """async () => {
  await pair();
  const off = [tracks[0], null, null];
  await calls[0].sendTracks(tracks);
  // A camera that is switched off and on faster than the browser replaces tracks.
  calls[0].sendTracks(off);
  await calls[0].sendTracks(tracks);
  const on = connections[0].getSenders()[1].track === tracks[1];
  calls[0].sendTracks(tracks);
  await calls[0].sendTracks(off);
  const found = [on, connections[0].getSenders()[1].track];
  hangUp();
  return found;
}"""

# Two sides in one page, which both request restarts as soon as they are connected.
TWO_PEERS = """async () => {
  const { Peer } = await import("/js/call/peer.js");
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const tracks = [...media.getAudioTracks(), ...media.getVideoTracks(), null];
  const sides = [true, false].map((polite, index) => {
    const send = (signal) => void setTimeout(() => sides[1 - index].peer.receive(signal), 20);
    const video = Object.assign(document.createElement("video"), { autoplay: true, muted: true });
    document.body.append(video);
    const peer = new Peer({ iceServers: [], polite, numbersOffers: true, send });
    peer.addEventListener("tracks", () => {
      video.srcObject ??= new MediaStream(peer.remoteTracks.slice(0, 2));
    });
    peer.senders.send(tracks);
    return { peer, video };
  });
  const connected = () => sides.every(({ peer }) => peer.state === "connected");
  for (let tries = 0; tries < 5000 && !connected(); tries += 1) await wait(1);
  for (const { peer } of sides) peer.restart();
  await wait(3000);
  return sides.map(({ peer, video }) => ({
    state: peer.state, lines: peer.remoteTracks.length, sees: video.videoWidth > 0,
  }));
}"""


@pytest.fixture(scope="module")
def page(shared_meeting: Meeting) -> Iterator[Page]:
    """Return a lobby whose page can hold pairs of calls."""
    page = shared_meeting.open("student")
    errors: list[str] = []

    def note(error: object) -> None:
        errors.append(str(error))

    page.on("pageerror", note)
    page.evaluate(HELPERS)
    yield page
    assert errors == []


@pytest.mark.parametrize("index", [0, 1], ids=["teacher", "student"])
def test_retry_on_one_side_begins_anew_on_both(page: Page, index: int) -> None:
    found = page.evaluate(RETRY, index)

    assert found["connections"] >= 4
    assert "anew" in found["other"]


def test_the_return_of_the_network_makes_one_restart(page: Page) -> None:
    assert page.evaluate(RETURN) == {"restarts": 1, "connections": 2}


def test_offers_that_were_lost_are_replaced(page: Page) -> None:
    assert page.evaluate(LOST_OFFERS) == {"agree": True, "newest": True}


def test_media_that_stops_over_a_connection_that_is_up_comes_again(page: Page) -> None:
    assert page.evaluate(SILENT) == {"said": ["dropped"], "connections": 2, "isSent": True}


def test_a_connection_that_carries_nothing_is_replaced(page: Page) -> None:
    found = page.evaluate(DEAD)

    assert found == {"said": ["dropped", "failing", "anew"], "isToldToOther": True}


@pytest.mark.parametrize("index", [0, 1], ids=["teacher", "student"])
def test_a_page_that_calls_again_after_hanging_up_is_answered(page: Page, index: int) -> None:
    assert page.evaluate(CALLED_AGAIN, index) is True


def test_the_newest_tracks_are_sent(page: Page) -> None:
    assert page.evaluate(TRACKS) == [True, None]


def test_both_sides_restart_before_the_first_picture(page: Page) -> None:
    assert page.evaluate(TWO_PEERS) == [
        {"state": "connected", "lines": 3, "sees": True},
        {"state": "connected", "lines": 3, "sees": True},
    ]
