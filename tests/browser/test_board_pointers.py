"""Wheel, fingers, pen and what is dropped on the board, as the browser itself hands them over."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.board_page import (
    ELEMENTS,
    OTHERS,
    Pair,
    act,
    choose,
    drag,
    names,
    on_an_empty_page,
    point,
    sent,
)
from tests.pictures import png
from tests.worker.lesson import until

Place = tuple[float, float]
LASER = re.compile(r"\blaser\b")
CLOSE = 1.5
# Chromium hands over what a finger does at the next frame.
NEXT_FRAME = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(done)))"""

# Moves and enlarges the page; answers where things are at once, and when the movement has rested.
TURN_THE_WHEEL = """async () => {
  const surface = document.querySelector("#board-surface");
  const { left, top } = surface.getBoundingClientRect();
  const wheel = (turned) => surface.dispatchEvent(
    new WheelEvent("wheel", { clientX: left + 50, clientY: top + 50, cancelable: true, ...turned }),
  );
  const look = () => ({
    isMoved: surface.querySelector(".board-drawing").style.transform !== "",
    places: ["#board-elements .rectangle", "#board-selection .selected"].map((selector) => {
      const { x, y, width, height } = surface.querySelector(selector).getBoundingClientRect();
      return [x + width / 2, y + height / 2];
    }),
  });
  wheel({ deltaX: 30, deltaY: 50 });
  wheel({ deltaY: -120, ctrlKey: true });
  const moving = look();
  await new Promise((done) => setTimeout(done, 600));
  return [moving, look()];
}"""


@pytest.fixture
def pair(board_call: Pair) -> Pair:
    for page in board_call:
        act(page, "fit")
    return on_an_empty_page(board_call)


class Hand:
    """Fingers and a pen on a page's board. Places are those of `point`."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._devtools: CDPSession = page.context.new_cdp_session(page)
        self._down: list[Place] = []

    def touch(self, *fingers: Place) -> None:
        """Put down the last one of these, or move them all."""
        kind = "touchMove" if len(fingers) == len(self._down) else "touchStart"
        self._down = list(fingers)
        self._tell(kind, dict(enumerate(fingers)))

    def lift(self) -> None:
        """Take away the finger that came last."""
        self._tell("touchEnd", {len(self._down) - 1: self._down.pop()})

    def _tell(self, kind: str, fingers: dict[int, Place]) -> None:
        places = {number: point(self._page, *finger) for number, finger in fingers.items()}
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in places.items()]
        self._devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
        self._page.evaluate(NEXT_FRAME)

    def pen(self, kind: str, place: Place, force: float = 0.5) -> None:
        x, y = point(self._page, *place)
        said = {"type": f"mouse{kind}", "x": x, "y": y, "pointerType": "pen", "force": force}
        said |= {"button": "left", "buttons": 1, "clickCount": 1}
        self._devtools.send("Input.dispatchMouseEvent", said)


def box_of(page: Page) -> dict[str, float]:
    """Where the rectangle is on the screen."""
    box: Any = page.locator(f"{ELEMENTS}.rectangle").bounding_box()
    assert box
    return dict(box)


def centre_of(locator: Locator) -> Place:
    box = locator.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drop(page: Page, file: Path) -> None:
    """Drop a file on the board."""
    x, y = point(page, 0.5, 0.5)
    devtools = page.context.new_cdp_session(page)
    what = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        said = {"type": kind, "x": x, "y": y, "data": what}
        devtools.send("Input.dispatchDragEvent", said)


def with_a_square(page: Page) -> dict[str, float]:
    choose(page, "rectangle")
    drag(page, (0.4, 0.4), (0.6, 0.6))
    sent(page)
    choose(page, "pen")
    return box_of(page)


def test_the_wheel_moves_the_page_and_with_ctrl_enlarges_what_is_under_it(pair: Pair) -> None:
    student, teacher = pair
    before = with_a_square(student)
    theirs = box_of(teacher)
    student.mouse.wheel(30, 50)
    moved = box_of(student)
    assert moved["x"] == pytest.approx(before["x"] - 30, abs=CLOSE)
    assert moved["y"] == pytest.approx(before["y"] - 50, abs=CLOSE)
    assert moved["width"] == pytest.approx(before["width"], abs=CLOSE)

    # The corner under the pointer stays there.
    student.mouse.move(moved["x"], moved["y"])
    student.keyboard.down("Control")
    student.mouse.wheel(0, -120)
    student.keyboard.up("Control")
    larger = box_of(student)
    assert larger["width"] > moved["width"] * 1.1
    assert larger["x"] == pytest.approx(moved["x"], abs=2 * CLOSE)
    assert larger["y"] == pytest.approx(moved["y"], abs=2 * CLOSE)
    # Each looks where they like, and nothing was drawn.
    assert box_of(teacher) == theirs
    expect(student.locator(ELEMENTS)).to_have_count(1)


def test_a_moving_page_is_one_picture_and_all_on_it_stays_in_its_place(pair: Pair) -> None:
    student, _ = pair
    with_a_square(student)
    choose(student, "select")
    student.mouse.click(*point(student, 0.4, 0.5))
    expect(student.locator("#board-selection .handle")).to_have_count(4)
    moving, rested = student.evaluate(TURN_THE_WHEEL)

    assert (moving["isMoved"], rested["isMoved"]) == (True, False)
    square, selected = moving["places"]
    assert square == pytest.approx(selected, abs=0.1)
    for place in rested["places"]:
        assert place == pytest.approx(square, abs=0.1)


def test_who_is_led_does_not_get_lost(pair: Pair) -> None:
    student, teacher = pair
    with_a_square(teacher)
    zoom = student.locator("#board-zoom").inner_text()
    act(teacher, "follow", menu="#board-more")
    expect(student.locator("#board-state")).to_have_text("You see what Amara sees")
    # All that the teacher sees, with a margin.
    expect(student.locator("#board-zoom")).not_to_have_text(zoom)
    before = box_of(student)
    student.mouse.move(*point(student, 0.5, 0.5))
    student.mouse.wheel(0, 200)
    hand = Hand(student)
    hand.touch((0.4, 0.5))
    for reach in (0.1, 0.3, 0.4):
        hand.touch((0.5 - reach, 0.5), (0.5 + reach, 0.5))
    hand.lift()
    hand.lift()
    assert box_of(student) == pytest.approx(before, abs=0.1)
    expect(student.locator('[data-act="next"]')).to_be_disabled()

    teacher.mouse.move(*point(teacher, 0.5, 0.5))
    teacher.mouse.wheel(0, 100)
    expect(teacher.locator("#board-state")).to_have_text("Lena sees what you see")
    until(lambda: box_of(student)["y"], lambda y: y < before["y"] - 20)
    act(teacher, "follow", menu="#board-more")
    expect(student.locator("#board-state")).to_be_empty()
    student.mouse.move(*point(student, 0.5, 0.5))
    after = box_of(student)
    student.mouse.wheel(0, -50)
    assert box_of(student)["y"] == pytest.approx(after["y"] + 50, abs=CLOSE)


def test_one_finger_draws_and_two_move_and_enlarge_the_page(pair: Pair) -> None:
    student, teacher = pair
    before = with_a_square(teacher)
    expect(student.locator(OTHERS)).to_have_count(1)
    hand = Hand(teacher)
    hand.touch((0.2, 0.2))
    for at in (0.25, 0.3, 0.35):
        hand.touch((at, 0.2))
    hand.lift()
    expect(student.locator(OTHERS)).to_have_count(2)

    # The fingers never come down together: what the first one began is no stroke.
    hand.touch((0.4, 0.5))
    hand.touch((0.4, 0.5), (0.6, 0.5))
    for at in (0.52, 0.56, 0.6):
        hand.touch((at - 0.1, at), (at + 0.1, at))
    moved = box_of(teacher)
    width = teacher.locator("#board-surface").evaluate("surface => surface.clientWidth")
    assert moved["x"] == pytest.approx(before["x"] + 0.1 * width, abs=2 * CLOSE)
    assert moved["y"] > before["y"] + 20
    assert moved["width"] == pytest.approx(before["width"], abs=2 * CLOSE)
    for reach in (0.12, 0.16, 0.2):
        hand.touch((0.6 - reach, 0.6), (0.6 + reach, 0.6))
    larger = box_of(teacher)
    assert larger["width"] == pytest.approx(2 * before["width"], rel=0.05)
    # The one that stays down still moves the page, and draws nothing.
    hand.lift()
    hand.touch((0.45, 0.6))
    hand.lift()
    assert box_of(teacher)["x"] == pytest.approx(larger["x"] + 0.05 * width, abs=2 * CLOSE)
    sent(teacher)
    expect(teacher.locator(ELEMENTS)).to_have_count(2)
    hand.touch((0.3, 0.3))
    hand.touch((0.4, 0.4))
    hand.lift()
    expect(student.locator(OTHERS)).to_have_count(3)


def test_a_pen_writes_and_the_hand_beside_it_does_not(pair: Pair) -> None:
    student, teacher = pair
    hand = Hand(student)
    hand.touch((0.6, 0.8))
    hand.touch((0.62, 0.82))
    hand.pen("Pressed", (0.2, 0.3), force=0.2)
    for step in range(1, 9):
        hand.pen("Moved", (0.2 + step / 40, 0.3), force=step / 10)
        hand.touch((0.62 + step / 100, 0.82))
    hand.pen("Released", (0.4, 0.3), force=0)
    hand.lift()
    # A palm that is put down again, before the next word.
    hand.touch((0.7, 0.7))
    hand.touch((0.72, 0.75))
    hand.lift()

    sent(student)
    expect(teacher.locator(OTHERS)).to_have_count(1)
    assert names(student) == ["Stroke by you"]
    # With the pen's pressure it is an outline.
    expect(teacher.locator(f"{ELEMENTS} path")).to_have_attribute("fill", "currentColor")
    # A mouse still draws.
    drag(student, (0.2, 0.5), (0.4, 0.5))
    expect(teacher.locator(OTHERS)).to_have_count(2)


def test_the_laser_is_seen_and_leaves_nothing(pair: Pair) -> None:
    student, teacher = pair
    choose(student, "laser")
    drag(student, (0.3, 0.3), (0.5, 0.5), release=False)
    cursor = teacher.locator("#board-cursor")
    expect(cursor).to_have_class(LASER)
    expect(cursor.locator("circle")).to_be_visible()
    where = point(teacher, 0.5, 0.5)
    until(lambda: centre_of(cursor.locator("circle")), lambda at: at == pytest.approx(where, abs=3))
    student.mouse.up()

    expect(cursor).to_be_hidden()
    for page in pair:
        expect(page.locator(ELEMENTS)).to_have_count(0)


def test_the_grid_is_shown_to_who_wants_it(pair: Pair) -> None:
    student, teacher = pair
    grid = 'document.querySelector("#board .sheet-grid").checkVisibility()'
    act(student, "grid", menu="#board-more")
    assert student.evaluate(grid)
    assert not teacher.evaluate(grid)
    expect(student.locator("[data-act=grid]")).to_have_attribute("aria-pressed", "true")
    act(student, "grid", menu="#board-more")
    assert not student.evaluate(grid)


def test_a_dropped_picture_is_seen_by_both_and_a_dropped_text_file_is_refused(
    pair: Pair, tmp_path: Path
) -> None:
    student, teacher = pair
    for name, content in (("triangle.png", png(40, 30)), ("notes.txt", b"Hello")):
        (tmp_path / name).write_bytes(content)
        drop(teacher, tmp_path / name)
        if name == "triangle.png":
            expect(student.locator(f"{ELEMENTS}.image")).to_have_count(1)

    assert names(student) == ["Picture triangle.png by Amara"]
    expect(teacher.locator(".toast").last).to_contain_text("notes.txt cannot be shown on the board")
    assert "/session/" in teacher.url


def test_what_is_dropped_on_the_board_is_not_uploaded_as_well(pair: Pair, tmp_path: Path) -> None:
    student, teacher = pair
    teacher.locator("#call-files").click()
    expect(teacher.locator("#upload")).to_be_visible()
    # What the list of uploads has held, however shortly.
    teacher.evaluate(
        """() => {
          window.uploads = [];
          const note = (changes) => uploads.push(...changes.map((each) => each.addedNodes.length));
          const list = document.getElementById("upload-list");
          new MutationObserver(note).observe(list, { childList: true });
        }"""
    )
    teacher.get_by_role("button", name="Close panel").click()
    (tmp_path / "triangle.png").write_bytes(png(40, 30))
    drop(teacher, tmp_path / "triangle.png")
    expect(student.locator(f"{ELEMENTS}.image")).to_have_count(1)
    assert teacher.evaluate("uploads") == []


def test_copied_elements_words_and_a_screenshot_are_pasted(pair: Pair) -> None:
    student, teacher = pair
    student.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with_a_square(student)
    choose(student, "select")
    student.mouse.click(*point(student, 0.4, 0.5))
    expect(student.locator("#board-selection .handle")).to_have_count(4)
    student.keyboard.press("Control+c")
    student.keyboard.press("Control+v")
    expect(teacher.locator(f"{ELEMENTS}.rectangle")).to_have_count(2)

    student.evaluate("() => navigator.clipboard.writeText('3 + 4 = 7')")
    student.keyboard.press("Control+v")
    expect(teacher.locator(f"{ELEMENTS}.text")).to_have_text("3 + 4 = 7")
    student.evaluate(
        """async () => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 9, height: 6 });
          canvas.getContext("2d").fillRect(0, 0, 4, 6);
          const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
          await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
        }"""
    )
    student.keyboard.press("Control+v")
    expect(teacher.locator(f"{ELEMENTS}.image")).to_have_attribute(
        "aria-label", "Picture pasted by Lena"
    )
    student.context.clear_permissions()
    student.context.grant_permissions(["camera", "microphone"])
