"""Modules of the call in real Chromium: two sides in one page, without the room."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.room_page import Meeting

# Two sides that connect. `out` has all signals that each side has sent; with `passOn` a side's
# signals go to the other side at once.
TWO_SIDES = """async () => {
  const { Peer } = await import("/js/call/peer.js");
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const tracks = [...media.getAudioTracks(), ...media.getVideoTracks(), null];
  window.out = [[], []];
  window.passOn = [true, true];
  const Real = RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Real {
    constructor(...all) { super(...all); connections.push(this); }
  };
  window.sides = [false, true].map((polite, index) => {
    const send = (signal) => {
      out[index].push(signal);
      if (passOn[index]) setTimeout(() => sides[1 - index].receive(signal), 10);
      return true;
    };
    const peer = new Peer({ iceServers: [], polite, numbersOffers: true, send });
    peer.senders.send(tracks);
    return peer;
  });
  window.RTCPeerConnection = Real;
  window.until = async (holds) => {
    for (let tries = 0; !holds(); tries += 1) {
      if (tries > 1000) throw new Error(`never: ${holds}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await until(() => sides.every((side) => side.state === "connected"));
}"""

LATE_ANSWER = """async () => {
  const [offering, answering] = sides;
  const described = (index) => out[index].filter(({ description }) => description);
  const [firstOffer] = described(0);
  // The offer is made again, as after a lost answer, and so it is answered again.
  passOn = [true, false];
  const answers = described(1).length;
  await answering.receive(firstOffer);
  await until(() => described(1).length > answers);
  const late = described(1).at(-1);
  passOn = [false, false];
  offering.restart();
  await until(() => described(0).length > 1);
  await offering.receive(late);
  const kept = connections[0].signalingState;
  passOn = [true, true];
  await answering.receive(described(0).at(-1));
  await until(() => connections[0].signalingState === "stable");
  const fragment = ({ sdp }) => sdp.match(/a=ice-ufrag:(\\S+)/)[1];
  return {
    late: late.description.type,
    kept,
    agree: fragment(connections[0].remoteDescription) === fragment(connections[1].localDescription),
  };
}"""

OFFER_THAT_FAILS = """async () => {
  const { Peer } = await import("/js/call/peer.js");
  const { setLocalDescription } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setLocalDescription = () => Promise.reject(new Error("busy"));
  const sent = [];
  const send = (signal) => sent.push(signal) > 0;
  const peer = new Peer({ iceServers: [], polite: false, numbersOffers: true, send });
  await new Promise((resolve) => setTimeout(resolve, 200));
  RTCPeerConnection.prototype.setLocalDescription = setLocalDescription;
  peer.restart();
  await until(() => sent.some(({ description }) => description?.type === "offer"));
  peer.close();
}"""

SPEECH_AGAIN = """async () => {
  const { MutedSpeech } = await import("/js/call/muted_speech.js");
  const [track] = (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks();
  const speech = new MutedSpeech(() => {});
  for (const muted of [track, null, track, null]) speech.listenTo(muted);
  await new Promise((resolve) => setTimeout(resolve, 300));
}"""


# How often devices are captured after `stop()`, which comes during an await.
STOPPED_MEANWHILE = """async (what) => {
  const { Devices } = await import("/js/devices/devices.js");
  const { follow } = await import("/js/devices/follow_devices.js");
  const { mediaDevices, permissions } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  let asked = 0;
  let broken = what === "recheck";
  mediaDevices.getUserMedia = (wish) => {
    asked += 1;
    return broken ? Promise.reject(new DOMException("", "NotFoundError")) : ask(wish);
  };
  const devices = new Devices();
  await devices.start({ quietly: true });
  broken = false;
  const before = asked;
  const id = devices.currentId("microphone");
  const [track] = devices.stream?.getAudioTracks() ?? [];
  const begin = {
    choose: () => devices.choose("microphone", id),
    recheck: () => devices.recheck(),
    unplugged: () => {
      track.dispatchEvent(new Event("ended"));
      // Answered after the question that this has asked.
      return permissions.query({ name: "microphone" });
    },
    "another default": () => {
      track.getSettings = () => ({ deviceId: "default", groupId: "old" });
      mediaDevices.enumerateDevices = async () => [
        { kind: "audioinput", deviceId: "default", groupId: "new", label: "Headset" },
      ];
      return follow(devices);
    },
  };
  const begun = begin[what]();
  devices.stop();
  await begun;
  delete mediaDevices.getUserMedia;
  delete mediaDevices.enumerateDevices;
  return { started: before > 0, afterwards: asked - before, stream: devices.stream };
}"""

# The microphones in use, and why each was taken, while the chosen one is unplugged and plugged in.
CHOSEN_IS_BACK = """async () => {
  const { Devices } = await import("/js/devices/devices.js");
  const { follow } = await import("/js/devices/follow_devices.js");
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  const list = mediaDevices.enumerateDevices.bind(mediaDevices);
  let unplugged = "";
  mediaDevices.enumerateDevices = async () =>
    (await list()).filter((each) => each.deviceId !== unplugged);
  mediaDevices.getUserMedia = (wish) => {
    const missing = unplugged && wish.audio?.deviceId?.exact === unplugged;
    return missing ? Promise.reject(new OverconstrainedError("deviceId")) : ask(wish);
  };
  const devices = new Devices();
  await devices.start({ quietly: true });
  const label = () => devices.stream.getAudioTracks()[0].label;
  const chosen = (await devices.list()).microphone.findLast((each) => each.name !== label());
  await devices.choose("microphone", chosen.id);
  const found = [label() === chosen.name];
  devices.addEventListener("notice", ({ detail }) => {
    found.push(detail.reason, label() === chosen.name);
  });
  const [track] = devices.stream.getAudioTracks();
  unplugged = chosen.id;
  track.stop();
  track.dispatchEvent(new Event("ended"));
  for (let tries = 0; found.length < 3 && tries < 100; tries += 1) {
    await new Promise((done) => setTimeout(done, 20));
  }
  await follow(devices);
  unplugged = "";
  await follow(devices);
  await follow(devices);
  devices.stop();
  return found;
}"""

FOCUS_IN_A_FRAME = """async () => {
  const { focusUnlessWriting } = await import("/js/shared/writing.js");
  const frame = document.body.appendChild(document.createElement("iframe"));
  const heading = document.getElementById("heading");
  frame.focus();
  focusUnlessWriting(heading);
  const kept = document.activeElement === frame;
  frame.remove();
  focusUnlessWriting(heading);
  return { kept, afterwards: document.activeElement.id };
}"""


@pytest.fixture(scope="module")
def page(shared_meeting: Meeting) -> Page:
    """Return a lobby, with two connected sides in it."""
    page = shared_meeting.open("student")
    page.evaluate(TWO_SIDES)
    return page


@pytest.fixture(autouse=True)
def uncaught(page: Page) -> Iterator[list[str]]:
    """Fail the test whose scripts leave an uncaught error."""
    errors: list[str] = []

    def note(error: object) -> None:
        errors.append(str(error))

    page.on("pageerror", note)
    yield errors
    page.remove_listener("pageerror", note)
    assert errors == []


def test_a_late_answer_to_an_earlier_offer_is_ignored(page: Page) -> None:
    assert page.evaluate(LATE_ANSWER) == {
        "late": "answer",
        "kept": "have-local-offer",
        "agree": True,
    }


def test_a_failed_offer_is_made_again_by_a_restart(page: Page) -> None:
    page.evaluate(OFFER_THAT_FAILS)


def test_the_page_sends_pings_without_the_heartbeat_worker(page: Page) -> None:
    page.route("**/js/room/heartbeat.js", lambda route: route.abort())
    with page.expect_websocket(lambda socket: "page=" in socket.url) as opened:
        page.evaluate(
            """async () => {
              const { LiveSocket } = await import("/js/room/live_socket.js");
              const session = location.pathname.split("/")[2];
              window.live = new LiveSocket(session, "0123456789abcdef", () => true);
            }"""
        )
    # The room drops a page 10 s after its last ping.
    opened.value.wait_for_event("framesent", lambda frame: frame == "ping", timeout=9_000)
    page.evaluate("live.leave()")


def test_muted_speech_stops_listening_once(page: Page) -> None:
    page.evaluate(SPEECH_AGAIN)


@pytest.mark.parametrize("what", ["choose", "recheck", "unplugged", "another default"])
def test_devices_stopped_during_an_attempt_stay_off(page: Page, what: str) -> None:
    found = page.evaluate(STOPPED_MEANWHILE, what)

    assert found == {"started": True, "afterwards": 0, "stream": None}


def test_the_chosen_microphone_is_used_again_when_it_is_back(page: Page) -> None:
    found = page.evaluate(CHOSEN_IS_BACK)

    assert found[0] is True
    assert found[-2:] == ["back", True], "once"
    assert found[2] is False


def test_the_focus_stays_in_a_frame(page: Page) -> None:
    assert page.evaluate(FOCUS_IN_A_FRAME) == {"kept": True, "afterwards": "heading"}
