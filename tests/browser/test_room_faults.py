"""Faults during a call, and how the call recovers."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.room_page import (
    CONNECTED,
    Meeting,
    join,
    meeting_on,
    seconds_played,
    wait_until_it_plays,
)
from tests.browser.wire import Wire
from tests.conftest import start_worker
from tools.local_worker import LocalWorker

# Keeps each connection of the page, so that a test can break it.
KEEP_PEERS = """
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...all) { super(...all); window.peers.push(this); }
};
"""


@pytest.fixture
def worker_of_my_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorker]:
    """A Worker that the test may stop and start."""
    worker = start_worker({}, tmp_path_factory.mktemp("own"))
    yield worker
    worker.stop()


def connect_within_reach(*pages: Page) -> None:
    """Join as both, with each connection of these pages in `peers`."""
    for page in pages:
        page.add_init_script(KEEP_PEERS)
        page.reload()
        join(page)
    for page in pages:
        page.wait_for_selector(CONNECTED)
        wait_until_it_plays(page)


def test_media_goes_on_while_the_socket_is_cut_for_10_s(meeting: Meeting) -> None:
    student = meeting.open("student")
    wire = Wire(student)
    student.reload()
    join(student)
    teacher = meeting.enter("teacher")
    student.wait_for_selector(CONNECTED)
    teacher.wait_for_selector(CONNECTED)
    wire.break_off()
    expect(student.locator("#reconnecting")).to_be_visible()
    before = seconds_played(teacher)
    student.wait_for_timeout(10_000)

    assert seconds_played(teacher) > before + 5
    assert teacher.locator(CONNECTED).count() == 1
    wire.cut = False
    expect(student.locator("#reconnecting")).to_be_hidden(timeout=15_000)
    assert student.locator(CONNECTED).count() == 1
    attendance = meeting.record()["attendance"]
    assert [row["left_at"] for row in attendance] == [None, None]


def test_offline_is_shown_at_once_and_a_silent_socket_is_replaced(meeting: Meeting) -> None:
    student = meeting.open("student")
    wire = Wire(student)
    student.reload()
    join(student)
    expect(student.locator("#cover-text")).to_have_text("Waiting for Amara")
    wire.silence()
    student.evaluate(
        """() => {
          dispatchEvent(new Event("offline"));
          window.atOnce = document.getElementById("reconnecting-text").textContent;
        }"""
    )

    assert student.evaluate("atOnce") == "You are offline. Reconnecting…"
    # The browser never says `online`: the new socket shows that there is a network. The lobby's
    # was the first.
    expect(student.locator("#cover-text")).to_have_text("Waiting for Amara")
    expect(student.locator("#reconnecting")).to_be_hidden()
    assert len([socket for socket in wire.opened if "page=" in socket.url]) == 1


def test_a_picture_that_stops_alone_is_connected_again(meeting: Meeting) -> None:
    student, teacher = meeting.open("student"), meeting.open("teacher")
    connect_within_reach(student, teacher)
    # After 2 s the page sets its tracks once more: then pictures may be large.
    student.wait_for_timeout(2500)
    teacher.evaluate(
        "peers.find((peer) => peer.connectionState === 'connected')"
        ".getSenders().find(({ track }) => track?.kind === 'video').replaceTrack(null)"
    )
    expect(student.locator("#toasts")).to_contain_text("Amara's picture has stopped")
    student.wait_for_selector(CONNECTED)
    wait_until_it_plays(student)
    wait_until_it_plays(teacher)


def test_a_connection_that_fails_is_restarted(meeting: Meeting) -> None:
    student, teacher = meeting.open("student"), meeting.open("teacher")
    radio = Radio(student)
    connect_within_reach(student, teacher)
    fragment = "peers.at(-1).localDescription.sdp.match(/a=ice-ufrag:(\\S+)/)[1]"
    before, peers = student.evaluate(fragment), student.evaluate("peers.length")
    expect(student.locator("#quality")).to_be_visible()
    student.evaluate(
        """() => {
          const note = () => (window.connectionSaid ??= peers.at(-1).connectionState);
          new MutationObserver(note).observe(document.getElementById("reconnecting"), {
            attributeFilter: ["hidden"],
          });
        }"""
    )
    radio.lose(percent=100)
    expect(student.locator("#room-status-words")).to_have_text("Reconnecting…", timeout=20_000)
    # Seconds before the connection's own state changes: no "Connected" over a frozen picture.
    assert student.evaluate("connectionSaid") == "connected"
    expect(student.locator("#quality")).to_be_hidden()
    deadline = time.monotonic() + 20
    while student.evaluate(fragment) == before:
        assert time.monotonic() < deadline, "nothing is restarted"
        student.wait_for_timeout(200)
    radio.lose(percent=0)

    for page in (student, teacher):
        page.wait_for_selector(CONNECTED, timeout=30_000)
        expect(page.locator("#reconnecting")).to_be_hidden()
    # The same connection over another network path.
    assert student.evaluate("peers.length") == peers
    played = seconds_played(teacher)
    teacher.wait_for_timeout(1000)
    assert seconds_played(teacher) > played


class Radio:
    """The network of a page's media. It must be set up before the call."""

    def __init__(self, page: Page) -> None:
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("Network.enable")
        self.lose(percent=0)

    def lose(self, *, percent: int) -> None:
        """Drop this share of the packets."""
        conditions = {
            "offline": False,
            # Without a limit Chromium ignores the other conditions.
            "latency": 1,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
            "packetLoss": percent,
        }
        self._devtools.send("Network.emulateNetworkConditions", conditions)


def test_a_dead_connection_is_replaced_when_the_page_comes_back(meeting: Meeting) -> None:
    student, teacher = meeting.both()
    student.context.close()
    expect(teacher.locator("#reconnecting")).to_be_visible(timeout=15_000)

    again = meeting.enter("student")
    again.wait_for_selector(CONNECTED)
    teacher.wait_for_selector(CONNECTED)


def test_a_connection_that_cannot_be_made_shows_trouble(
    dev_worker: LocalWorker, browser_with_camera: Browser
) -> None:
    with meeting_on(dev_worker, browser_with_camera) as meeting:
        student = meeting.open("student")
        # Candidates without a working address.
        student.add_init_script(
            "RTCPeerConnection.prototype.addIceCandidate = async () => {};"
            "const real = RTCPeerConnection.prototype.setRemoteDescription;"
            "RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {"
            "  return real.call(this, { type, sdp: sdp.replace(/a=candidate:.*\\r\\n/g, '') }); };"
        )
        student.reload()
        join(student)
        teacher = meeting.open("teacher")
        teacher.add_init_script("RTCPeerConnection.prototype.addIceCandidate = async () => {};")
        teacher.reload()
        join(teacher)

        for page in (student, teacher):
            expect(heading_of(page)).to_be_focused(timeout=25_000)
        why = "Your network and Amara's network do not let you connect directly. We keep trying."
        expect(student.get_by_text(why)).to_be_visible()
        student.get_by_role("button", name="Audio only").last.click()
        expect(student.locator("#call-camera")).to_have_attribute("aria-pressed", "false")
        expect(student.locator("#cover-text")).to_contain_text("Connecting with Amara")
        expect(student.locator("#room-heading")).to_be_focused()
        # Both pages try again.
        expect(teacher.locator("#cover-text")).to_contain_text("Connecting with Lena")
        expect(heading_of(teacher)).to_be_hidden()
        # For this call only.
        remembered = "JSON.parse(localStorage.getItem('session-room:devices') ?? '{}').cameraOn"
        assert student.evaluate(remembered) is not False
        # The other page shows no trouble once nobody is there to connect with.
        expect(heading_of(teacher)).to_be_focused(timeout=25_000)
        student.locator("#call-leave").click()
        expect(teacher.locator("#cover-text")).to_have_text("Waiting for Lena")


def heading_of(page: Page) -> Locator:
    return page.locator("#card-trouble")


def test_a_person_who_was_lost_and_left_is_not_reconnected(meeting: Meeting) -> None:
    student, teacher = meeting.open("student"), meeting.open("teacher")
    wire = Wire(student)
    connect_within_reach(student, teacher)
    # The room marks the student as left while their picture still arrives.
    wire.break_off()
    expect(teacher.locator("#other-state")).to_have_text("not here", timeout=40_000)
    assert teacher.locator(CONNECTED).count() == 1
    student.evaluate("peers.forEach((each) => each.close())")

    expect(teacher.locator("#cover-text")).to_have_text("Lena has left", timeout=20_000)


def test_a_call_survives_a_restart_of_the_worker(
    worker_of_my_own: LocalWorker, browser_with_camera: Browser
) -> None:
    worker = worker_of_my_own
    with meeting_on(worker, browser_with_camera) as meeting:
        student, teacher = meeting.both()
        student.get_by_role("button", name="Chat").click()
        student.get_by_label("Message to Amara").fill("before the restart")
        student.keyboard.press("Enter")
        expect(teacher.locator("#chat-lines li")).to_have_count(1)
        started_at = meeting.record()["started_at"]
        worker.stop()
        expect(student.locator("#reconnecting")).to_be_visible()
        before = {page: seconds_played(page) for page in (student, teacher)}
        worker.start()
        for page in (student, teacher):
            expect(page.locator("#reconnecting")).to_be_hidden(timeout=30_000)

        for page in (student, teacher):
            assert page.locator(CONNECTED).count() == 1
            # Picture and sound never stopped.
            assert seconds_played(page) > before[page] + 1
        teacher.get_by_role("button", name="Chat").click()
        teacher.get_by_label("Message to Lena").fill("after it")
        teacher.keyboard.press("Enter")
        expect(student.locator("#chat-lines li")).to_have_count(2)
        record = meeting.record()
        assert (record["status"], record["started_at"]) == ("in_progress", started_at)
        assert [row["left_at"] for row in record["attendance"]] == [None, None]


def test_a_third_person_with_a_session_of_their_own_is_refused(meeting: Meeting) -> None:
    student, teacher = meeting.both()
    stranger = meeting.open("stranger")
    expect(stranger.get_by_text("You're not part of this session.")).to_be_visible()
    # Signed in, with a socket of the test's own.
    refused = stranger.evaluate(
        """id => new Promise((resolve) => {
          const socket = new WebSocket(`ws://${location.host}/session/${id}/live`);
          socket.onopen = () => resolve("let in");
          socket.onclose = () => resolve("refused");
          setTimeout(() => resolve("no answer"), 10_000);
        })""",
        meeting.id,
    )

    assert refused == "refused"
    for page in (student, teacher):
        assert page.locator(CONNECTED).count() == 1


def test_without_a_socket_the_lobby_shows_trouble_and_retry_works(meeting: Meeting) -> None:
    student = meeting.open("student")
    wire = Wire(student)
    wire.cut = True
    student.reload()
    student.locator("#toggle-camera[aria-pressed=true]").wait_for()
    student.locator("#join").click()

    heading = student.get_by_role("heading", name="Unable to connect.", exact=True)
    expect(heading.first).to_be_focused(timeout=20_000)
    wire.cut = False
    student.locator("#trouble-retry").click()
    expect(student.locator("#cover-text")).to_have_text("Waiting for Amara")


def test_files_whose_scripts_fail_again_ask_for_a_new_page(meeting: Meeting) -> None:
    teacher = meeting.enter("teacher")
    teacher.route("**/js/files/file_words.js", lambda route: route.abort())
    files, close = teacher.locator("#call-files"), teacher.get_by_role("button", name="Close panel")
    incomplete = teacher.locator(".toast", has_text="This page did not load completely.")
    for told in (0, 1):
        with teacher.expect_event("requestfailed"):
            files.click()
        expect(incomplete).to_have_count(told)
        close.click()
    teacher.unroute("**/js/files/file_words.js")
    teacher.reload()
    join(teacher)
    files.click()
    expect(teacher.locator("#upload")).to_be_visible()
