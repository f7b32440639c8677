"""A lesson with a worksheet on the board: written on by both, read and printed afterwards, and
carried on in the next lesson."""

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.board_page import ELEMENTS, OTHERS, PAGE, drag, names, pdf, sent, with_board
from tests.browser.room_page import MINUTE, Meeting, ask_to_end, meeting_on
from tools.local_worker import LocalWorker

SHEETS = 3
FILE = "worksheet.pdf"


@pytest.fixture
def lessons(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[list[Meeting]]:
    """Two sessions of the same people in a course of their own."""
    course = {"course": {"id": secrets.token_hex(6), "title": "Geometry"}}
    with (
        meeting_on(dev_worker, browser_with_camera, **course) as first,
        meeting_on(dev_worker, browser_with_camera, starts_in=MINUTE, **course) as second,
    ):
        yield [first, second]


def turn_to(page: Page, number: int, count: int = SHEETS) -> None:
    page.locator("#board-surface").focus()
    while not (page.locator(PAGE).text_content() or "").startswith(f"{number} /"):
        page.keyboard.press("PageUp")
    expect(page.locator(PAGE)).to_have_text(f"{number} / {count}")


def pictures_of(page: Page, selector: str) -> list[bool]:
    """Whether each of these pictures is loaded."""
    page.wait_for_load_state("networkidle")
    shown = "all => all.map((each) => each.complete && each.naturalWidth > 0)"
    loaded: list[bool] = page.eval_on_selector_all(selector, shown)
    return loaded


def sheets_of(page: Page) -> list[str]:
    """Which way up each printed sheet is."""
    printed = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    return ["landscape" if float(wide) > float(high) else "portrait" for wide, high in boxes]


def test_who_drew_first_takes_back_no_page(meeting: Meeting) -> None:
    student, teacher = with_board(meeting)
    drag(student, (0.3, 0.3), (0.5, 0.5))
    expect(teacher.locator(OTHERS)).to_have_count(1)
    drag(teacher, (0.5, 0.5), (0.6, 0.3))
    expect(student.locator(OTHERS)).to_have_count(2)
    student.keyboard.press("Control+z")
    expect(teacher.locator(OTHERS)).to_have_count(1)
    drag(student, (0.3, 0.5), (0.5, 0.7))
    expect(teacher.locator(OTHERS)).to_have_count(2)

    sent(student)
    read = student.request.get(
        f"{meeting.worker.url}/session/{meeting.id}/board", headers={"Accept": "application/json"}
    )
    assert [each["by"] for each in read.json()["pages"][0]["elements"]] == ["teacher", "student"]


def test_a_worksheet_goes_from_the_files_to_the_next_lesson(lessons: list[Meeting]) -> None:
    first, second = lessons
    first.upload(FILE, pdf([f"Exercise {number}" for number in range(1, SHEETS + 1)]))
    student, teacher = with_board(first)
    # 1. Onto the board, all pages.
    student.locator("#call-files").click()
    student.get_by_role("button", name=f"Open {FILE} on the board").click()
    student.locator("#board-all").click()
    expect(student.locator(PAGE)).to_have_text(f"{SHEETS} / {SHEETS}")
    expect(student.locator("#board-state")).to_be_empty()
    expect(teacher.locator(PAGE)).to_have_text(f"1 / {SHEETS}")

    # 2. Both write on it.
    drag(teacher, (0.4, 0.4), (0.6, 0.6))
    turn_to(student, 1)
    drag(student, (0.6, 0.4), (0.4, 0.6))
    on_the_first = [f"Picture Page 1 of {FILE} by Lena", "Stroke by Amara", "Stroke by Lena"]
    expect(teacher.locator(OTHERS)).to_have_count(3)
    expect(student.locator(OTHERS)).to_have_count(3)
    assert sorted(name.replace("you", "Amara") for name in names(teacher)) == on_the_first

    # 3. Read and printed afterwards.
    sent(student)
    ask_to_end(teacher)
    teacher.locator("#end-confirm").click()
    expect(student.get_by_role("heading", name="Session ended")).to_be_visible()
    assert pictures_of(student, ".board-preview img") == [True]
    student.get_by_role("link", name="View or print the board").click()
    expect(student.locator(".board-sheet")).to_have_count(SHEETS)
    assert pictures_of(student, ".board-sheet img") == [True] * SHEETS
    assert sheets_of(student) == ["landscape"] * SHEETS

    # 4. Carried on.
    again = second.enter("student")
    again.keyboard.press("b")
    offer = again.get_by_role("button", name="Continue from")
    # A first attempt that fails, by keyboard.
    again.route("**/board/continue", lambda route: route.abort())
    offer.press("Enter")
    expect(again.locator(".toast")).to_have_text("The earlier board could not be opened.")
    expect(again.locator("#board-surface")).to_be_focused()
    again.unroute("**/board/continue")
    offer.click()
    expect(again.locator(PAGE)).to_have_text(f"1 / {SHEETS}")
    expect(again.locator(ELEMENTS)).to_have_count(3)
    expect(offer).to_be_hidden()
    assert sorted(name.replace("you", "Lena") for name in names(again)) == on_the_first
    picture = again.locator(f"{ELEMENTS} image")
    address = picture.get_attribute("href") or ""
    assert second.id in address
    assert again.request.get(f"{second.worker.url}{address}").ok
    # A copy: the earlier board stays as it was.
    drag(again, (0.2, 0.2), (0.3, 0.3))
    sent(again)
    student.reload()
    expect(student.locator(".board-sheet img").first).to_have_attribute(
        "alt", re.compile("3 things")
    )
