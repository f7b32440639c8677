"""A call between two browsers, recorded by one of them: consent, the sign of it, and the film."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import FAKE_MEDIA
from tests.browser.recording_page import (
    FRAGMENT_S,
    ON,
    WORDS,
    Recorded,
    is_of,
    look,
    recorded_on,
)
from tests.browser.room_page import CONNECTED, join
from tests.browser.wire import Wire
from tests.conftest import start_worker
from tools.local_worker import LocalWorker
from tools.paths import ROOT

SCREENS = ROOT / ".cache" / "screens"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def browser(chromium: Callable[..., Browser]) -> Browser:
    return chromium(*FAKE_MEDIA)


@pytest.fixture
def recorded(dev_worker: LocalWorker, browser: Browser) -> Iterator[Recorded]:
    with recorded_on(dev_worker, browser) as recorded:
        yield recorded


def test_both_agree_and_watch_it_afterwards(recorded: Recorded) -> None:
    student, teacher = recorded.enter()
    expect(teacher.locator("#recording-card")).to_be_visible()
    student.locator("#recording-agree").click()
    expect(student.locator(WORDS)).to_have_text("Not recorded yet")
    expect(teacher.locator("#recording-so-far")).to_have_text(
        "Lena agreed. Nothing is recorded until you agree, too."
    )
    assert not recorded.sent()
    teacher.locator("#recording-agree").click()
    began = recorded.is_on()
    teacher.wait_for_timeout(9_000)
    length = recorded.end() - began
    [film] = recorded.films()
    # The first picture shows both, too: the cameras are on.
    seen = look(teacher, film, 0, 1, 5, length - 1)

    assert seen["length"] == pytest.approx(length, abs=1)
    assert film["duration_seconds"] == pytest.approx(length, abs=1.5)
    for picture in seen["seen"]:
        assert is_of("teacher", picture["left"]), picture
        assert is_of("student", picture["right"]), picture
    # Both voices, and nothing where there is no tone.
    teachers, students, none = seen["heard"]
    assert min(teachers, students) > 10 * none, seen["heard"]
    assert min(teachers, students) > 0.02, seen["heard"]
    student.reload()
    player = student.locator("#players video")
    expect(player).to_have_count(1)
    assert student.locator("#recording-saving").is_hidden()


def test_nothing_is_recorded_unless_both_agree(recorded: Recorded) -> None:
    student, teacher = recorded.enter()
    student.locator("#recording-not-now").click()
    expect(teacher.locator(WORDS)).to_have_text("Not recorded")
    expect(teacher.locator("#recording-card")).to_be_hidden()
    teacher.locator("#recording").click()
    expect(teacher.locator("#recording-more")).to_have_text(
        "Lena chose Not now: this session is not recorded."
    )
    # The student thinks again, and then again, before the teacher agrees.
    student.locator("#recording").click()
    student.locator("#recording-change").click()
    expect(student.locator(WORDS)).to_have_text("Not recorded yet")
    student.locator("#recording").click()
    student.locator("#recording-refuse").click()
    expect(student.locator(WORDS)).to_have_text("Not recorded")
    teacher.locator("#recording").click()
    teacher.locator("#recording-change").click()
    teacher.wait_for_timeout(1_500)
    for page in (student, teacher):
        assert page.locator(ON).count() == 0
    recorded.end()
    teacher.wait_for_timeout(500)

    assert not recorded.sent()
    assert recorded.listing() == {"resources": [], "recording": "none"}
    assert recorded.sql("SELECT * FROM recordings WHERE session_id = ?", recorded.meeting.id) == []


def test_either_stops_it_and_both_read_who(recorded: Recorded) -> None:
    student, teacher = recorded.enter()
    began = recorded.agree()
    teacher.wait_for_timeout(6_000)
    student.locator("#recording").click()
    student.locator("#recording-stop").click()
    length = time.monotonic() - began
    expect(teacher.locator(".toast", has_text="Lena stopped the recording.")).to_be_visible()
    expect(student.locator("#announcer")).to_have_text("You stopped the recording.")
    for page in (student, teacher):
        expect(page.locator(WORDS)).to_have_text("Not recorded")
        assert page.locator(ON).count() == 0
    teacher.wait_for_timeout(3_000)
    student.locator("#recording").click()
    student.locator("#recording-change").click()
    again = recorded.is_on()
    teacher.wait_for_timeout(5_000)
    length += recorded.end() - again
    [film] = recorded.films()

    assert look(teacher, film)["length"] == pytest.approx(length, abs=1.5)


def test_a_reload_of_the_recorder_makes_one_recording(recorded: Recorded) -> None:
    student, teacher = recorded.enter()
    recorded.agree()
    teacher.wait_for_timeout(9_000)
    teacher.reload()
    join(teacher)
    for page in (student, teacher):
        page.wait_for_selector(CONNECTED)
    recorded.is_on()
    teacher.wait_for_timeout(6_000)
    recorded.end()
    [film] = recorded.films()
    seen = look(teacher, film, 2, 13)

    # What the page had not handed over yet is lost with it.
    assert 15 - 5 <= seen["length"] <= 18
    for picture in seen["seen"]:
        assert is_of("teacher", picture["left"]), picture
        assert is_of("student", picture["right"]), picture


def test_cameras_screens_boards_and_devices_change_within_one_run(recorded: Recorded) -> None:
    student, teacher = recorded.enter()
    began = recorded.agree()
    at = {}

    def moment(name: str) -> None:
        teacher.wait_for_timeout(1_200)
        at[name] = time.monotonic() - began
        teacher.wait_for_timeout(800)

    student.locator("#call-camera").click()
    moment("camera off")
    student.locator("#call-camera").click()
    teacher.evaluate(
        """() => {
          navigator.mediaDevices.getDisplayMedia = async () => {
            const canvas = document.createElement("canvas");
            Object.assign(canvas, { width: 800, height: 450 });
            const pen = canvas.getContext("2d");
            setInterval(() => { pen.fillStyle = "#00b000"; pen.fillRect(0, 0, 800, 450); }, 100);
            return canvas.captureStream(10);
          };
        }"""
    )
    teacher.locator("#call-screen").click()
    moment("screen")
    student.locator("#call-board").click()
    expect(teacher.locator("#board-surface")).to_be_visible()
    moment("board")
    teacher.locator("#call-screen").click()
    student.locator("#call-board").click()
    student.evaluate("document.getElementById('call-microphone').click()")
    student.evaluate("document.getElementById('call-microphone').click()")
    teacher.evaluate(
        """() => {
          const picker = document.getElementById("call-camera-picker");
          picker.dispatchEvent(new Event("change"));
        }"""
    )
    moment("again")
    recorded.end()
    [film] = recorded.films()
    seen = dict(zip(at, look(teacher, film, *at.values())["seen"], strict=True))

    assert not is_of("student", seen["camera off"]["right"])
    assert is_of("teacher", seen["camera off"]["left"])
    green = seen["screen"]["middle"]
    assert green[1] > 120 > max(green[0], green[2]), green
    assert is_of("teacher", seen["screen"]["upper"])
    assert is_of("student", seen["screen"]["lower"])
    assert min(seen["board"]["middle"]) > 200
    assert is_of("student", seen["again"]["right"])
    # One beginning: nothing was negotiated with an encoder again.
    content = teacher.evaluate(
        """async (id) => {
          const path = location.pathname.split("/").slice(0, 3).join("/");
          const film = await (await fetch(`${path}/resources/${id}`)).arrayBuffer();
          const text = new TextDecoder("latin1").decode(film);
          return text.split("ftyp").length - 1;
        }""",
        film["id"],
    )
    assert content == 1


@pytest.mark.parametrize("can_send", [True, False], ids=["it sends", "it cannot send"])
def test_nothing_is_kept_from_between_a_stop_and_a_new_beginning(
    recorded: Recorded, *, can_send: bool
) -> None:
    """The student stops it and agrees again; the browser that records cannot hear of it."""
    wires: list[Wire] = []
    student, teacher = recorded.enter(prepare=lambda page: wires.append(Wire(page)))
    [wire] = wires
    began = recorded.agree()
    teacher.wait_for_timeout(6_000)
    wire.break_off()
    if not can_send:
        teacher.context.route("**/recordings/**", lambda route: route.abort())
    student.locator("#recording").click()
    student.locator("#recording-stop").click()
    length = time.monotonic() - began
    expect(student.locator(WORDS)).to_have_text("Not recorded")
    student.wait_for_timeout(3_000)
    student.locator("#recording").click()
    student.locator("#recording-change").click()
    student.wait_for_timeout(6_000)
    assert student.locator(ON).count() == 0
    teacher.context.unroute("**/recordings/**")
    wire.cut = False
    again = recorded.is_on()
    teacher.wait_for_timeout(6_000)
    length += recorded.end() - again
    [film] = recorded.films()

    # The piece in which the stop was is not kept either.
    assert length - FRAGMENT_S - 1 <= look(student, film)["length"] <= length + 1


def test_a_network_that_is_gone_loses_nothing(recorded: Recorded) -> None:
    student, teacher = recorded.enter()
    began = recorded.agree()
    teacher.wait_for_timeout(2_000)
    teacher.context.route("**/recordings/**", lambda route: route.abort())
    teacher.wait_for_timeout(11_000)
    assert recorded.sql(
        "SELECT received_bytes FROM recordings WHERE session_id = ?", recorded.meeting.id
    ) == [(0,)]
    length = recorded.end() - began
    expect(teacher.locator("#recording-saving")).to_be_visible()
    expect(teacher.locator("#recording-saving-words")).to_have_text(
        "Saving the recording: 0 %. Keep this page open."
    )
    teacher.context.unroute("**/recordings/**")
    expect(teacher.locator("#recording-saving")).to_be_hidden()
    [film] = recorded.films()

    assert look(student, film)["length"] == pytest.approx(length, abs=1)


def test_a_worker_that_starts_again_loses_nothing(browser: Browser, tmp_path: Path) -> None:
    worker = start_worker({}, tmp_path)
    try:
        with recorded_on(worker, browser) as recorded:
            student, teacher = recorded.enter()
            began = recorded.agree()
            recorded.wait_for_a_piece()
            worker.stop()
            teacher.wait_for_timeout(5_000)
            worker.start()
            for page in (student, teacher):
                expect(page.locator("#reconnecting")).to_be_hidden(timeout=30_000)
            teacher.wait_for_timeout(5_000)
            length = recorded.end() - began
            [film] = recorded.films()

            assert look(student, film)["length"] == pytest.approx(length, abs=1)
    finally:
        worker.stop()


def test_a_browser_that_dies_loses_at_most_ten_seconds(recorded: Recorded) -> None:
    student, teacher = recorded.enter()
    began = recorded.agree()
    teacher.wait_for_timeout(11_300)
    length = time.monotonic() - began
    # Nothing in the page has a chance to end what it does.
    teacher.context.close()
    student.locator("#call-leave").click()
    recorded.sql(
        "UPDATE sessions SET status = 'completed', ended_at = 1 WHERE id = ?", recorded.meeting.id
    )
    recorded.sql(
        "UPDATE recordings SET updated_at = updated_at - 1000 WHERE session_id = ?",
        recorded.meeting.id,
    )
    recorded.meeting.worker.scheduled("*/5 * * * *")
    [film] = recorded.films()
    # "You left" loads the page of the ended session by itself.
    student.locator('body[data-view="ended"]').wait_for()

    assert length - 10 <= look(student, film)["length"] <= length + 1


NO_FILES = """{
  navigator.storage.getDirectory = async () => {
    throw new DOMException("private", "SecurityError");
  };
}"""


def test_a_private_window_keeps_it_in_memory_until_it_is_sent(recorded: Recorded) -> None:
    student, teacher = recorded.enter(script=NO_FILES)
    began = recorded.agree()
    teacher.wait_for_timeout(6_000)
    length = recorded.end() - began
    recorded.sql(
        "UPDATE recordings SET updated_at = updated_at - 1000 WHERE session_id = ?",
        recorded.meeting.id,
    )
    recorded.meeting.worker.scheduled("*/5 * * * *")
    [film] = recorded.films()

    assert look(student, film)["length"] == pytest.approx(length, abs=1)


NO_MP4 = """{
  const ask = VideoEncoder.isConfigSupported.bind(VideoEncoder);
  VideoEncoder.isConfigSupported = async (config) =>
    config.codec === "vp8" ? ask(config) : { supported: false, config };
}"""


def test_a_browser_without_the_codecs_of_mp4_records_webm(recorded: Recorded) -> None:
    student, teacher = recorded.enter(script=NO_MP4)
    began = recorded.agree()
    teacher.wait_for_timeout(7_000)
    length = recorded.end() - began
    [film] = recorded.films()
    seen = look(student, film, 3)

    assert film["name"].endswith(".webm")
    assert seen["length"] == pytest.approx(length, abs=1)
    [picture] = seen["seen"]
    assert is_of("teacher", picture["left"])
    assert is_of("student", picture["right"])


def test_it_is_asked_and_stopped_by_keyboard_on_a_narrow_phone(
    recorded: Recorded, axe_source: str
) -> None:
    student, teacher = recorded.enter()
    pages = (student, teacher)

    def check(name: str) -> None:
        for page in pages:
            page.evaluate(axe_source)
            found = page.evaluate("tags => axe.run('#room', { runOnly: tags })", WCAG)
            problems = [each["id"] for each in found["violations"]]
            assert (name, problems) == (name, [])
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    student.set_viewport_size({"width": 320, "height": 640})
    check("asked")
    student.screenshot(path=SCREENS / "recording-asked-phone.png")
    teacher.screenshot(path=SCREENS / "recording-asked.png")
    for page in pages:
        page.locator("#recording-agree").focus()
        page.keyboard.press("Enter")
    recorded.is_on()
    # The sign stays when the other controls hide.
    student.locator('#room[data-controls="hidden"]').wait_for(timeout=15_000)
    expect(student.locator("#recording-place")).to_have_css("opacity", "1")
    student.locator("#recording").focus()
    student.keyboard.press("Enter")
    expect(student.locator("#recording-details")).to_be_visible()
    check("recorded")
    student.screenshot(path=SCREENS / "recording-on-phone.png")
    teacher.screenshot(path=SCREENS / "recording-on.png")
    student.keyboard.press("Escape")
    expect(student.locator("#recording")).to_be_focused()
    student.keyboard.press("Enter")
    student.keyboard.press("Tab")
    expect(student.locator("#recording-stop")).to_be_focused()
    student.keyboard.press("Enter")
    expect(teacher.locator(WORDS)).to_have_text("Not recorded")


def test_several_recordings_are_one_film(recorded: Recorded) -> None:
    student, teacher = recorded.enter(script=NO_MP4)
    recorded.agree()
    recorded.wait_for_a_piece()
    teacher.reload()
    join(teacher)
    recorded.is_on()
    teacher.wait_for_timeout(5_000)
    recorded.end()
    films = recorded.films(2)
    student.reload()

    assert [film["name"][-5:] for film in films] == [".webm", ".webm"]
    expect(student.locator("#players video")).to_have_count(1)
    parts = student.locator("#players .part")
    expect(parts).to_have_text(["Part 1", "Part 2"])
    expect(parts.nth(0)).to_have_attribute("aria-current", "true")
    video = student.locator("#players video")
    video.evaluate("video => { video.muted = true; return video.play(); }")
    expect(parts.nth(1)).to_have_attribute("aria-current", "true", timeout=20_000)
    assert films[1]["id"] in (video.get_attribute("src") or "")
    parts.nth(0).click()
    assert films[0]["id"] in (video.get_attribute("src") or "")
    expect(student.locator("#players .parts a")).to_have_count(2)
