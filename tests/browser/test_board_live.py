"""What one draws or moves is seen by the other one before it is done, or given up."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.board_page import (
    ELEMENTS,
    OTHERS,
    Pair,
    choose,
    drag,
    on_an_empty_page,
    point,
    sent,
)
from tests.worker.lesson import until

INK = "#board-ink .element"
AT_ONCE_MS = 3_000
CLOSE = 3.0


@pytest.fixture
def pair(board_call: Pair) -> Pair:
    return on_an_empty_page(board_call)


def box_of(page: Page, selector: str) -> dict[str, float]:
    """Once it is there, and in one step: what is being drawn is another node in each frame."""
    found = "selector => document.querySelector(selector)?.getBoundingClientRect().toJSON()"
    return dict(page.wait_for_function(found, arg=selector).json_value())


@pytest.mark.parametrize("tool", ["line", "arrow", "rectangle", "ellipse"])
def test_a_shape_is_seen_while_it_grows(pair: Pair, tool: str) -> None:
    student, teacher = pair
    choose(student, tool)
    drag(student, (0.3, 0.3), (0.4, 0.4), release=False)
    expect(teacher.locator(f"{INK}.{tool}")).to_have_count(1)
    student.mouse.move(*point(student, 0.6, 0.6))
    ours = box_of(student, "#board-preview .element")["width"]
    until(lambda: box_of(teacher, INK)["width"], lambda w: w == pytest.approx(ours, abs=CLOSE))
    expect(teacher.locator(ELEMENTS)).to_have_count(0)
    student.mouse.up()

    expect(teacher.locator(f"{OTHERS}.{tool}")).to_have_count(1)
    expect(teacher.locator(INK)).to_have_count(0)


def test_what_is_moved_and_resized_is_seen_before_it_is_dropped(pair: Pair) -> None:
    student, teacher = pair
    choose(student, "rectangle")
    drag(student, (0.3, 0.3), (0.5, 0.5))
    sent(student)
    before = box_of(teacher, OTHERS)
    choose(student, "select")
    student.mouse.click(*point(student, 0.3, 0.4))
    expect(student.locator("#board-selection .handle")).to_have_count(4)
    drag(student, (0.3, 0.4), (0.4, 0.4), release=False)
    moved = before["x"] + 0.1 * box_of(student, "#board-surface")["width"]
    until(lambda: box_of(teacher, OTHERS)["x"], lambda x: x == pytest.approx(moved, abs=CLOSE))
    # Given up, it is where it was.
    student.keyboard.press("Escape")
    until(
        lambda: box_of(teacher, OTHERS)["x"],
        lambda x: x == pytest.approx(before["x"], abs=CLOSE),
        seconds=AT_ONCE_MS / 1000,
    )
    student.mouse.up()
    assert box_of(student, ELEMENTS) == before

    drag(student, (0.5, 0.5), (0.7, 0.7), release=False)
    until(lambda: box_of(teacher, OTHERS)["width"], lambda w: w > 1.8 * before["width"])
    student.mouse.up()
    sent(student)
    expect(teacher.locator(OTHERS)).to_have_count(1)
    expect(teacher.locator(f"{OTHERS}[transform]")).to_have_count(0)
    assert box_of(teacher, OTHERS)["width"] == pytest.approx(2 * before["width"], abs=2 * CLOSE)


def test_a_stroke_that_is_given_up_disappears_at_once(pair: Pair) -> None:
    student, teacher = pair
    drag(student, (0.3, 0.3), (0.5, 0.5), release=False)
    expect(teacher.locator(INK)).to_have_count(1)
    student.keyboard.press("Escape")
    expect(teacher.locator(INK)).to_have_count(0, timeout=AT_ONCE_MS)
    student.mouse.up()

    # The system takes the finger away: a call comes in, or it wipes over the edge.
    devtools = student.context.new_cdp_session(student)
    for kind, places in (
        ("touchStart", [(0.3, 0.6)]),
        ("touchMove", [(0.4, 0.6)]),
        ("touchMove", [(0.5, 0.6)]),
    ):
        points = [dict(zip("xy", point(student, *place), strict=True)) for place in places]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(teacher.locator(INK)).to_have_count(1)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
    expect(teacher.locator(INK)).to_have_count(0, timeout=AT_ONCE_MS)
    for page in pair:
        expect(page.locator(ELEMENTS)).to_have_count(0)
