"""The stage: what is large, the people beside it, zoom, and who speaks."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import FAKE_MEDIA
from tests.browser.room_page import CONNECTED, Meeting, join, meeting_on, wait_until_it_plays
from tools.local_worker import LocalWorker

# Whether one element lies within another one.
INSIDE = """([inner, outer]) => {
  const [a, b] = [inner, outer].map((one) => document.querySelector(one).getBoundingClientRect());
  return a.left >= b.left && a.top >= b.top && a.right <= b.right && a.bottom <= b.bottom;
}"""
AREA = """element => {
  const { width, height } = element.getBoundingClientRect();
  return width * height;
}"""
ZOOM = "() => new DOMMatrix(getComputedStyle(document.getElementById('remote-screen')).transform).a"


def area(page: Page, tile: str) -> float:
    return float(page.locator(tile).evaluate(AREA))


def settled(page: Page) -> None:
    """Wait until the own picture is at its place."""
    page.evaluate(
        "() => Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {})))"
    )


def pinch(page: Page, before: int, after: int) -> None:
    """Move two fingers on the shared screen from one distance (px) to the other."""
    box = page.locator("#zoom-window").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    for kind, distance in (("touchStart", before), ("touchMove", after)):
        fingers = [{"x": x + side * distance / 2, "y": y, "id": side + 1} for side in (-1, 1)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.fixture(scope="module")
def pair(shared_meeting: Meeting) -> tuple[Page, Page]:
    """Return student and teacher; the student has waited alone."""
    student = shared_meeting.enter("student")
    expect(student.locator("#room")).to_have_attribute("data-layout", "alone")
    stage = area(student, "#stage-area")
    assert area(student, "#self") > 0.9 * stage
    clock = student.locator("#waiting-clock")
    expect(clock).to_be_visible()
    assert clock.inner_text() == student.locator("#room-timer").inner_text()
    expect(student.locator("#cover-hint")).to_have_text("We'll play a sound when Amara joins.")
    student.locator("#waiting-files").click()
    expect(student.get_by_role("tab", name="Files")).to_be_focused()
    student.get_by_role("button", name="Close panel").click()
    student.evaluate(
        """() => {
          const { animate } = Element.prototype;
          window.glided = [];
          Element.prototype.animate = function (...all) {
            glided.push(this.id);
            return animate.apply(this, all);
          };
        }"""
    )
    teacher = shared_meeting.enter("teacher")
    for page in (student, teacher):
        page.wait_for_selector(CONNECTED)
    return student, teacher


def test_the_own_picture_goes_to_its_corner_when_the_other_comes(
    pair: tuple[Page, Page],
) -> None:
    student, _ = pair
    expect(student.locator("#room")).to_have_attribute("data-layout", "pair")
    assert student.evaluate("glided") == ["self"]
    settled(student)
    stage = area(student, "#stage-area")
    assert area(student, "#remote") > 0.9 * stage
    assert area(student, "#self") < 0.1 * stage
    assert student.evaluate(INSIDE, ["#self", "#stage-area"])
    for edge in ("#room-bar", ".room-top"):
        top, stage_top = (student.locator(each).bounding_box() for each in (edge, "#stage-area"))
        below = top["y"] + top["height"] <= stage_top["y"] + 0.5
        assert below or top["y"] >= stage_top["y"] + stage_top["height"] - 0.5, edge


def test_a_ring_shows_who_speaks(pair: tuple[Page, Page]) -> None:
    """The fake microphone beeps each second."""
    student, teacher = pair
    for page in pair:
        page.wait_for_selector("#remote[data-speaking=true]")
        page.wait_for_selector("#self[data-speaking=true]")
    student.locator("#call-microphone").click()
    student.wait_for_selector("#self[data-speaking=false]")
    muted = teacher.locator("#other-muted")
    expect(muted).to_be_visible()
    assert teacher.evaluate(INSIDE, ["#other-muted", "#remote"])
    teacher.wait_for_selector("#remote[data-speaking=false]")
    heard = teacher.evaluate(
        """async () => {
          const heard = [];
          for (let look = 0; look < 20; look += 1) {
            heard.push(document.getElementById("remote").dataset.speaking);
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          return heard;
        }"""
    )
    assert set(heard) == {"false"}
    student.locator("#call-microphone").click()
    expect(muted).to_be_hidden()


def test_the_own_picture_can_be_hidden(pair: tuple[Page, Page]) -> None:
    student, _ = pair
    student.locator("#self-hide").click()
    expect(student.locator("#self")).to_be_hidden()
    show = student.get_by_role("button", name="Show your picture", exact=True)
    expect(show).to_be_focused()
    student.keyboard.press("Enter")
    expect(student.locator("#self")).to_be_visible()
    expect(student.locator("#self-hide")).to_be_focused()
    student.mouse.move(600, 300)


def test_a_shared_screen_is_large_and_a_press_swaps_it(pair: tuple[Page, Page]) -> None:
    student, teacher = pair
    student.locator("#call-screen").click()
    banner = student.locator("#presenting")
    expect(banner).to_contain_text("You are sharing your screen")
    wait_until_it_plays(teacher, "remote-screen")
    stage = area(teacher, "#stage-area")
    assert area(teacher, "#shared") > 0.6 * stage
    for person in ("#remote", "#self"):
        assert not teacher.evaluate(INSIDE, [person, "#shared"])
        assert area(teacher, person) < 0.1 * stage
    teacher.get_by_role("button", name="Show Lena large").click()
    assert area(teacher, "#remote") > 0.6 * stage
    assert area(teacher, "#shared") < 0.1 * stage
    teacher.get_by_role("button", name="Show the screen large").click()
    assert area(teacher, "#shared") > 0.6 * stage

    # Keys, buttons, and the wheel with Ctrl, which is also a trackpad's pinch.
    window = teacher.locator("#zoom-window")
    window.focus()
    teacher.keyboard.press("+")
    assert teacher.evaluate(ZOOM) == 1.5
    expect(teacher.locator("#zoom-percent")).to_have_text("150%")
    teacher.get_by_role("button", name="Zoom in").click()
    assert teacher.evaluate(ZOOM) == 2.25
    window.hover()
    teacher.keyboard.down("Control")
    teacher.mouse.wheel(0, -200)
    teacher.keyboard.up("Control")
    # A wheel's event comes a moment later.
    teacher.wait_for_function(f"() => ({ZOOM})() > 2.25")
    assert teacher.evaluate("visualViewport.scale") == 1
    teacher.get_by_role("button", name="Show all").click()
    assert teacher.evaluate(ZOOM) == 1
    pinch(teacher, 100, 200)
    teacher.wait_for_function(f"() => Math.abs(({ZOOM})() - 2) < 0.01")
    teacher.get_by_role("button", name="Show all").click()

    student.get_by_role("button", name="Stop", exact=True).click()
    expect(banner).to_be_hidden()
    expect(student.locator("#call-screen")).to_be_focused()
    expect(teacher.locator("#room")).to_have_attribute("data-layout", "pair")


def test_no_quality_is_shown_without_a_picture(pair: tuple[Page, Page]) -> None:
    student, teacher = pair
    expect(teacher.locator("#quality")).to_be_visible()
    student.locator("#call-camera").click()
    expect(teacher.locator("#quality")).to_be_hidden()
    student.locator("#call-camera").click()
    expect(teacher.locator("#quality")).to_be_visible()


def test_a_phone_changes_to_its_other_camera(
    dev_worker: LocalWorker, chromium: Callable[..., Browser]
) -> None:
    flag = FAKE_MEDIA[0].replace("fps=5", "fps=5,device-count=2")
    phone: dict[str, Any] = {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
    }
    with meeting_on(dev_worker, chromium(flag, *FAKE_MEDIA[1:])) as meeting:
        page = meeting.open("student", **phone)
        join(page)
        # No picture for a moment: a phone opens one camera at a time.
        camera = "document.getElementById('self-video').srcObject?.getVideoTracks()[0].label"
        first = page.evaluate(camera)
        page.get_by_role("button", name="Use the other camera").tap()
        page.wait_for_function(f"first => {camera} && {camera} !== first", arg=first)
