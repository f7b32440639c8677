"""Calls of Firefox with Chromium, each as the one who makes the offers, and with itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.board_page import ELEMENTS, act, choose, drag, point
from tests.browser.firefox.conftest import Firefox
from tests.browser.room_page import (
    CONNECTED,
    audio_energy,
    join,
    leave_as_teacher,
    meeting_on,
    wait_until_it_plays,
)
from tools.local_worker import LocalWorker

# Without a window Firefox has no screen to share.
SHARE_A_DRAWING = """() => {
  const drawing = document.createElement("canvas");
  const paint = () => drawing.getContext("2d").fillRect(0, 0, 300 * Math.random(), 150);
  setInterval(paint, 100);
  navigator.mediaDevices.getDisplayMedia = async () => drawing.captureStream();
}"""
Pair = tuple[Page, Page]
STUDENT, TEACHER, BOTH = "student_in_firefox", "teacher_in_firefox", "both_in_firefox"


def between(*pairs: str) -> pytest.MarkDecorator:
    """In which pairs of browsers a test runs. All tests of a pair share its call."""
    return pytest.mark.parametrize("pair", pairs, indirect=True, scope="module")


@pytest.fixture(scope="module")
def pair(
    request: pytest.FixtureRequest,
    dev_worker: LocalWorker,
    browser_with_camera: Browser,
    firefox: Firefox,
) -> Iterator[Pair]:
    """Student and teacher in their call; who is not in Firefox is in Chromium."""
    browsers = {
        "student": firefox.browser if request.param in (STUDENT, BOTH) else None,
        "teacher": firefox.browser if request.param in (TEACHER, BOTH) else None,
    }
    with meeting_on(dev_worker, browser_with_camera) as meeting:
        pages = [meeting.open(role, browser) for role, browser in browsers.items()]
        errors: list[str] = []
        for page in pages:
            page.on("pageerror", lambda error: errors.append(str(error)))
            join(page)
        for page in pages:
            page.wait_for_selector(CONNECTED)
        yield pages[0], pages[1]
        assert errors == []


@between(STUDENT, TEACHER, BOTH)
def test_both_see_and_hear_each_other(pair: Pair) -> None:
    for page in pair:
        wait_until_it_plays(page)
        assert audio_energy(page) > 1


@between(STUDENT, TEACHER)
def test_what_is_switched_off_is_seen(pair: Pair) -> None:
    for page, other, name in ((*pair, "Lena"), (*reversed(pair), "Amara")):
        page.locator("#call-microphone").click()
        expect(other.locator("#other-muted")).to_have_text(f"{name} is muted")
        page.locator("#call-microphone").click()
        expect(other.locator("#other-muted")).to_be_hidden()
        page.locator("#call-camera").click()
        expect(other.locator("#remote-cover")).to_contain_text(f"{name}'s camera is off")
        page.locator("#call-camera").click()
        expect(other.locator("#remote-cover")).to_be_hidden()


@between(STUDENT, TEACHER)
def test_lines_of_chat_arrive(pair: Pair) -> None:
    for page, other, name in ((*pair, "Amara"), (*reversed(pair), "Lena")):
        page.keyboard.press("c")
        page.get_by_label(f"Message to {name}").fill(f"Hello {name}")
        page.keyboard.press("Enter")
        expect(other.locator("#chat-lines li").last).to_contain_text(f"Hello {name}")
        page.get_by_role("button", name="Close panel").click()


@between(STUDENT)
def test_both_write_on_one_board(pair: Pair) -> None:
    student, teacher = pair
    student.locator("#call-board").click()
    expect(teacher.locator("#board-surface")).to_be_visible()
    expect(student.locator("#board-surface")).to_be_visible()
    drag(student, (0.2, 0.2), (0.4, 0.4))
    expect(teacher.locator(ELEMENTS)).to_have_attribute("aria-label", "Stroke by Lena")
    choose(teacher, "text")
    teacher.mouse.click(*point(teacher, 0.5, 0.5))
    teacher.keyboard.type("$x^2$")
    teacher.keyboard.press("Escape")
    expect(student.locator(f"{ELEMENTS}.text math msup")).to_have_count(1)
    # Each takes back what they did themselves.
    choose(teacher, "rectangle")
    drag(teacher, (0.6, 0.2), (0.8, 0.4))
    expect(student.locator(f"{ELEMENTS}.rectangle")).to_have_count(1)
    act(student, "undo")
    expect(teacher.locator(f"{ELEMENTS}.stroke")).to_have_count(0)
    student.keyboard.press("Control+y")
    expect(teacher.locator(f"{ELEMENTS}.stroke")).to_have_count(1)
    act(teacher, "undo")
    expect(student.locator(f"{ELEMENTS}.rectangle")).to_have_count(0)
    student.locator("#call-board").click()
    expect(teacher.locator("#board-surface")).to_be_hidden()


@between(STUDENT, TEACHER)
def test_a_shared_screen_is_seen(pair: Pair) -> None:
    for page, other in (pair, reversed(pair)):
        if "Firefox" in page.evaluate("navigator.userAgent"):
            page.evaluate(SHARE_A_DRAWING)
        share = page.get_by_role("button", name="Share screen")
        share.click()
        expect(other.locator("#remote-screen")).to_be_visible()
        wait_until_it_plays(other, "remote-screen")
        page.mouse.move(600, 300)
        share.click()
        expect(other.locator("#remote-screen")).to_be_hidden()


@between(STUDENT, TEACHER, BOTH)
def test_leaving_and_rejoining(pair: Pair) -> None:
    for page, other, name in ((*pair, "Lena"), (*reversed(pair), "Amara")):
        if name == "Amara":
            leave_as_teacher(page)
        else:
            page.get_by_role("button", name="Leave").click()
        expect(page.get_by_role("heading", name="You left")).to_be_visible()
        expect(other.locator("#cover-text")).to_have_text(f"{name} has left")
        page.get_by_role("button", name="Rejoin session").click()
        for each in pair:
            each.wait_for_selector(CONNECTED)
        wait_until_it_plays(other)
