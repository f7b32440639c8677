"""A provider's call inside our room, in real Chromium, and the move to it from peer to peer."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, WebSocketRoute, expect

from tests.browser.board_page import ELEMENTS, drag
from tests.browser.room_page import (
    CONNECTED,
    DESKTOP,
    MINUTE,
    Meeting,
    ask_to_end,
    leave_as_teacher,
    meeting_on,
)
from tests.fakes import bigbluebutton, plugnmeet
from tests.fakes.plugnmeet import PlugNmeetFake
from tools.local_worker import LocalWorker
from tools.paths import ROOT

SCREENS = ROOT / ".cache" / "screens"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Relays only, and there are none.
NO_DIRECT_WAY = """
const Real = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Real {
  constructor(how) { super({ ...how, iceTransportPolicy: "relay" }); }
};
"""
BLOCKED_WEBRTC = """
window.RTCPeerConnection = class { constructor() { throw new Error("blocked"); } };
"""
WORKS = "Camera and microphone work."
UNAVAILABLE = "Video service unavailable. Try again."


@pytest.fixture(scope="module")
def server() -> Iterator[PlugNmeetFake]:
    with plugnmeet.running() as server:
        yield server


@pytest.fixture(autouse=True)
def no_faults(server: PlugNmeetFake) -> Iterator[None]:
    yield
    server.faults.clear()
    server.webhooks.lost.clear()


@pytest.fixture
def meeting(
    worker_with: Callable[..., LocalWorker], server: PlugNmeetFake, browser_with_camera: Browser
) -> Iterator[Meeting]:
    worker = worker_with(**server.settings, PROVIDER_TIMEOUT_S="2")
    with meeting_on(worker, browser_with_camera) as meeting:
        yield meeting


@pytest.fixture
def peers(
    worker_with: Callable[..., LocalWorker], server: PlugNmeetFake, browser_with_camera: Browser
) -> Iterator[Meeting]:
    worker = worker_with(**server.settings, PROVIDER_TIMEOUT_S="2", PEER_FIRST="true")
    with meeting_on(worker, browser_with_camera) as meeting:
        yield meeting


def enter(meeting: Meeting, role: str, script: str = "", **options) -> Page:
    """Join, with a script that runs before the page's own."""
    page = meeting.open(role, **options)
    page.complaints = []
    page.on("console", lambda m: m.type == "error" and page.complaints.append(m.text))
    if script:
        page.add_init_script(script)
        page.reload()
    page.locator("#toggle-camera[aria-pressed=true]").wait_for()
    page.locator("#join").click()
    return page


def call_of(page: Page) -> FrameLocator:
    return page.frame_locator("#embed iframe")


def in_call(page: Page, name: str, seconds: float = 20) -> None:
    expect(call_of(page).locator("#title")).to_have_text(
        f"Linear Algebra: {name}", timeout=seconds * 1000
    )


def say(page: Page, text: str) -> None:
    if page.locator("#chat-part").is_hidden():
        page.locator("#call-chat").click()
    page.locator("#chat-text").fill(text)
    page.locator("#chat-send").click()


def test_a_providers_call_opens_in_a_frame_of_the_room(meeting: Meeting, axe_source: str) -> None:
    student, teacher = enter(meeting, "student"), enter(meeting, "teacher")
    in_call(student, "Lena Fischer")
    in_call(teacher, "Amara Okafor")

    # The frame may use the devices, and ours are stopped.
    for page in (student, teacher):
        expect(call_of(page).locator("#devices")).to_have_text(WORKS)
        expect(page.locator("#room-timer")).to_be_visible()
        expect(page.locator("#call-microphone")).to_be_hidden()
        assert page.evaluate("document.getElementById('self-video').srcObject") is None
    expect(call_of(student).locator("#others")).to_have_text("Here: Amara Okafor")
    # A person in the call needs neither Reload nor New tab.
    for page in (student, teacher):
        expect(page.locator("#embed-out")).to_be_hidden(timeout=15_000)

    say(student, "Which page?")
    expect(teacher.locator("#chat-lines")).to_contain_text("Which page?")
    teacher.locator("#call-board").click()
    expect(student.locator("#board-surface")).to_be_visible()
    drag(student, (0.3, 0.3), (0.5, 0.5))
    expect(teacher.locator(ELEMENTS)).to_have_attribute("aria-label", "Stroke by Lena")
    in_call(teacher, "Amara Okafor")
    student.screenshot(path=SCREENS / "embed-desktop.png")
    student.evaluate(axe_source)
    found = student.evaluate("tags => axe.run('#room', { runOnly: tags, iframes: false })", WCAG)[
        "violations"
    ]
    assert [each["id"] for each in found] == []
    assert student.complaints == teacher.complaints == []

    # The teacher ends the session for both.
    ask_to_end(teacher)
    teacher.locator("#end-confirm").click()
    for page in (student, teacher):
        expect(page.get_by_role("heading", name="Session ended")).to_be_visible(timeout=15_000)


def test_leaving_the_providers_call_leaves_the_room(
    meeting: Meeting, server: PlugNmeetFake
) -> None:
    student = enter(meeting, "student")
    in_call(student, "Lena Fischer")
    call_of(student).locator("#leave").click()

    expect(student.get_by_role("heading", name="You left")).to_be_focused(timeout=15_000)
    expect(student.locator("#embed iframe")).to_have_count(0)
    student.get_by_role("button", name="Rejoin session").click()
    in_call(student, "Lena Fischer")


def test_a_second_device_takes_over_in_either_order_of_messages(
    meeting: Meeting, server: PlugNmeetFake
) -> None:
    first = enter(meeting, "student")
    in_call(first, "Lena Fischer")
    # PlugNmeet disconnects the older connection at the join, before the room knows of it.
    [call] = [
        room
        for room in server.rooms.values()
        if room.metadata["extra_data"]["session_id"] == meeting.id
    ]
    server.leave(call, "student")
    expect(first.get_by_role("heading", name="You left")).to_be_visible(timeout=15_000)
    second = enter(meeting, "student")
    in_call(second, "Lena Fischer")
    heading = first.get_by_role("heading", name="You joined in another place")
    expect(heading).to_be_visible(timeout=15_000)
    expect(first.locator("#lobby")).to_be_hidden()
    assert first.evaluate("document.getElementById('preview').srcObject") is None

    # Now the room's message comes before the provider's.
    first.get_by_role("button", name="Continue here").click()
    in_call(first, "Lena Fischer")
    expect(second.get_by_role("heading", name="You joined in another place")).to_be_visible()
    expect(second.locator("#embed iframe")).to_have_count(0)
    assert second.evaluate("document.getElementById('preview').srcObject") is None


def test_both_pages_move_when_an_operator_changes_the_provider(
    worker_with: Callable[..., LocalWorker], server: PlugNmeetFake, browser_with_camera: Browser
) -> None:
    with bigbluebutton.running() as other:
        both = other.settings | server.settings
        worker = worker_with(**both, PROVIDER_TIMEOUT_S="3")
        with meeting_on(worker, browser_with_camera) as meeting:
            student, teacher = enter(meeting, "student"), enter(meeting, "teacher")
            in_call(student, "Lena Fischer")
            in_call(teacher, "Amara Okafor")
            say(student, "Still here")

            switch(worker, "bigbluebutton")
            enter_again(teacher)
            for page, name in ((student, "Lena Fischer"), (teacher, "Amara Okafor")):
                expect(page.locator(f'#embed iframe[src^="{other.url}"]')).to_have_count(
                    1, timeout=20_000
                )
                in_call(page, name)
            expect(student.locator("#chat-lines")).to_contain_text("Still here")

            switch(worker, "peer")
            enter_again(teacher)
            for page in (student, teacher):
                expect(page.locator("#call-microphone")).to_be_visible(timeout=30_000)
                expect(page.locator(CONNECTED)).to_be_visible(timeout=30_000)
                expect(page.locator("#embed iframe")).to_have_count(0)


def enter_again(page: Page) -> None:
    """Reload and join; a Worker that has just started is slow."""
    page.reload()
    page.locator("#toggle-camera[aria-pressed=true]").wait_for()
    page.locator("#join").click()


def switch(worker: LocalWorker, provider: str) -> None:
    """Start the Worker again with another provider."""
    worker.stop()
    worker.settings["VIDEO_PROVIDER"] = provider
    worker.start()


def test_retry_works_after_the_video_service_was_down(
    meeting: Meeting, server: PlugNmeetFake
) -> None:
    server.faults.plan("500")
    student = enter(meeting, "student")
    expect(student.get_by_role("heading", name=UNAVAILABLE)).to_be_visible(timeout=15_000)
    student.locator("#trouble-retry").click()
    expect(student.get_by_role("heading", name=UNAVAILABLE)).to_be_visible()
    server.faults.clear()
    student.locator("#trouble-retry").click()

    in_call(student, "Lena Fischer")


def test_the_call_opens_in_a_tab_where_cookies_are_blocked(
    meeting: Meeting, server: PlugNmeetFake
) -> None:
    server.webhooks.lost.add("participant_joined")
    student = enter(meeting, "student")
    in_call(student, "Lena Fischer")
    with student.context.expect_page() as opened:
        student.locator("#embed-out [data-call=tab]").click()
    tab = opened.value

    expect(tab.locator("#title")).to_have_text("Linear Algebra: Lena Fischer", timeout=15_000)
    expect(student.locator("#embed-words")).to_have_text("The call is open in another tab")
    expect(student.locator("#room-timer")).to_be_visible()
    student.locator("#embed-here").click()
    in_call(student, "Lena Fischer")


def test_the_room_around_a_providers_call_shows_presence(meeting: Meeting) -> None:
    student = enter(meeting, "student")
    in_call(student, "Lena Fischer")
    status = student.locator("#room-status-words")
    expect(status).to_have_text("Waiting for Amara")
    expect(status).to_be_visible()
    mail = student.get_by_role("button", name="E-mail Amara that you are waiting")
    # Amara has switched such mails off.
    student.route("**/waiting", lambda route: route.fulfill(json={"mail": "unreachable"}))
    mail.click()
    answer = student.get_by_text("We can't e-mail Amara.")
    expect(answer.locator("visible=true")).to_be_focused()
    teacher = enter(meeting, "teacher")
    in_call(teacher, "Amara Okafor")
    expect(status).to_have_text("Amara is in the room")
    expect(answer.locator("visible=true")).to_have_count(0)
    leave_as_teacher(teacher)
    expect(status).to_have_text("Amara has left", timeout=30_000)


def test_the_room_around_a_providers_call_shows_a_lost_connection(meeting: Meeting) -> None:
    sockets: list[WebSocketRoute] = []
    student = meeting.open("student")
    student.route_web_socket(
        "**/live?*", lambda socket: (socket.connect_to_server(), sockets.append(socket))
    )
    student.reload()
    student.locator("#toggle-camera[aria-pressed=true]").wait_for()
    student.locator("#join").click()
    in_call(student, "Lena Fischer")
    student.context.set_offline(True)
    sockets[-1].close(code=4999)

    expect(student.locator("#room-status-words")).to_have_text("You are offline. Reconnecting…")


def test_a_broken_call_reloads_and_a_blocked_tab_shows_a_note(
    meeting: Meeting, server: PlugNmeetFake
) -> None:
    server.webhooks.lost.add("participant_joined")
    student = enter(meeting, "student")
    in_call(student, "Lena Fischer")
    student.evaluate("window.open = () => null")
    student.locator("#embed-out [data-call=tab]").click()
    expect(student.locator(".toast", has_text="blocked the new tab")).to_be_visible()
    in_call(student, "Lena Fischer")
    with student.expect_response("**/join"):
        student.locator("#embed-out [data-call=reload]").click()
    in_call(student, "Lena Fischer")
    expect(student.locator("#embed iframe")).to_be_focused()


def test_both_move_to_the_provider_without_a_direct_connection(peers: Meeting) -> None:
    student = enter(peers, "student", NO_DIRECT_WAY)
    teacher = enter(peers, "teacher", NO_DIRECT_WAY)
    joined = time.monotonic()
    say(student, "I cannot see you")
    in_call(student, "Lena Fischer", 30)
    in_call(teacher, "Amara Okafor", 30)
    took = time.monotonic() - joined
    print(f"both at the provider {took:.1f} s after the second join")

    assert took < 20
    expect(teacher.locator("#chat-lines")).to_contain_text("I cannot see you")
    for page in (student, teacher):
        expect(call_of(page).locator("#devices")).to_have_text(WORKS)
        assert page.complaints == []


def test_a_browser_without_webrtc_moves_to_the_provider_at_once(
    peers: Meeting, server: PlugNmeetFake
) -> None:
    student = enter(peers, "student", BLOCKED_WEBRTC)
    in_call(student, "Lena Fischer")
    teacher = enter(peers, "teacher")
    in_call(teacher, "Amara Okafor")


def test_a_requested_move_moves_both_and_recovers_from_a_failed_join(
    peers: Meeting, server: PlugNmeetFake
) -> None:
    student, teacher = enter(peers, "student"), enter(peers, "teacher")
    for page in (student, teacher):
        page.wait_for_selector('#room[data-state="connected"]')
    server.faults.plan("503")
    with student.context.expect_page() as opened:
        # By shortcuts: the bar may be hidden.
        student.keyboard.press("p")
    student.keyboard.press("o")
    student.locator("#settings-part [data-do=move]").click()
    asked = time.monotonic()
    for page in (student, teacher):
        expect(page.locator("#embed-words")).to_have_text(UNAVAILABLE, timeout=15_000)
    assert time.monotonic() - asked < 8
    assert opened.value.is_closed()
    server.faults.clear()
    for page, name in ((student, "Lena Fischer"), (teacher, "Amara Okafor")):
        page.locator("#embed-retry").click()
        in_call(page, name)
        expect(call_of(page).locator("#devices")).to_have_text(WORKS)


def test_a_recorded_session_is_marked_and_recorded_with_the_teacher(
    worker_with: Callable[..., LocalWorker], server: PlugNmeetFake, browser_with_camera: Browser
) -> None:
    worker = worker_with(**server.settings, PROVIDER_TIMEOUT_S="2")
    with meeting_on(worker, browser_with_camera, -MINUTE, recording_enabled=True) as meeting:
        student = meeting.open("student")
        expect(student.locator("#recording-notice")).to_contain_text("This session is recorded")
        student = enter(meeting, "student")
        in_call(student, "Lena Fischer")
        expect(student.locator("#recording-words")).to_have_text("Recorded session")
        enter(meeting, "teacher")

        expect(student.locator("#recording-words")).to_have_text("Recording", timeout=15_000)
        student.screenshot(path=SCREENS / "embed-recording.png")


def test_a_bigbluebutton_call_opens_in_a_frame_of_the_room(
    worker_with: Callable[..., LocalWorker], browser_with_camera: Browser
) -> None:
    with bigbluebutton.running() as other:
        worker = worker_with(**other.settings, PROVIDER_TIMEOUT_S="2")
        with meeting_on(worker, browser_with_camera) as meeting:
            student, teacher = enter(meeting, "student"), enter(meeting, "teacher")
            in_call(student, "Lena Fischer")
            in_call(teacher, "Amara Okafor")
            expect(call_of(student).locator("#devices")).to_have_text(WORKS)
            assert student.complaints == []
            # After a while Reload and New tab are in the settings.
            expect(student.locator("#embed-out")).to_be_hidden(timeout=30_000)
            student.locator("#call-more").click()
            expect(student.get_by_role("button", name="Reload the call")).to_be_visible()

            # The call ends at the provider: both pages leave it, and both may rejoin.
            call_of(teacher).locator("#end").click()
            for page in (student, teacher):
                expect(page.get_by_role("heading", name="You left")).to_be_visible(timeout=15_000)


@pytest.mark.parametrize("width", [320, 390])
def test_the_header_fits_a_phone_at_its_fullest(
    worker_with: Callable[..., LocalWorker],
    server: PlugNmeetFake,
    browser_with_camera: Browser,
    width: int,
) -> None:
    worker = worker_with(**server.settings, PROVIDER_TIMEOUT_S="2")
    with meeting_on(worker, browser_with_camera, -MINUTE, recording_enabled=True) as meeting:
        student = enter(meeting, "student", viewport={"width": width, "height": 640})
        in_call(student, "Lena Fischer")
        boxes = student.evaluate(
            """() => {
              document.getElementById("room-timer").textContent = "Overtime · closes in 14:22";
              const shown = [...document.querySelectorAll(".room-who, .room-pill")];
              return shown.filter((each) => each.checkVisibility()).map((each) => {
                const { left, top, right, bottom } = each.getBoundingClientRect();
                return { left, top, right, bottom, cut: each.scrollWidth > each.clientWidth };
              });
            }"""
        )

    assert len(boxes) == 3
    for index, box in enumerate(boxes):
        assert box["left"] >= 0, boxes
        assert box["right"] <= width, boxes
        assert not box["cut"], boxes
        for other in boxes[:index]:
            apart = box["left"] >= other["right"] or other["left"] >= box["right"]
            assert apart or box["top"] >= other["bottom"] or other["top"] >= box["bottom"], boxes


def test_a_providers_call_fits_a_phone(meeting: Meeting) -> None:
    student = enter(meeting, "student", viewport={"width": 390, "height": 844})
    in_call(student, "Lena Fischer")
    student.screenshot(path=SCREENS / "embed-phone.png")
    frame = student.locator("#embed iframe").bounding_box()
    bar = student.locator("#room-bar").bounding_box()

    assert frame["height"] > 500
    assert frame["y"] + frame["height"] <= bar["y"] + 1
    assert bar["y"] + bar["height"] <= 845
    assert DESKTOP["width"] > frame["width"] <= 390
