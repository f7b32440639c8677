"""A board whose files do not come."""

from playwright.sync_api import Page, Route, expect

from tests.browser.board_page import ELEMENTS, drag
from tests.browser.room_page import Meeting, join
from tests.worker.lesson import until

UNREACHED = "Unable to connect. Check your internet connection, then try again."
INCOMPLETE = "This page did not load completely. Please load it again."


def is_closed(page: Page, why: str) -> None:
    """It says why, and leaves the stage to the pictures."""
    expect(page.locator(".toast").last).to_have_text(why)
    expect(page.locator("#call-board")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#room")).to_have_attribute("data-layout", "pair")
    page.evaluate("document.querySelector('#toasts').replaceChildren()")


def test_without_a_network_it_says_so_and_the_next_press_opens_it(meeting: Meeting) -> None:
    student, teacher = meeting.both()
    student.route("**/css/board/board.css", lambda route: route.abort())
    student.locator("#call-board").click()
    is_closed(student, UNREACHED)
    # The other one has it, and what they draw meanwhile is not lost.
    expect(teacher.locator("#board-surface")).to_be_visible()
    drag(teacher, (0.3, 0.3), (0.5, 0.5))
    expect(teacher.locator(f"{ELEMENTS}:not(.pending)")).to_have_count(1)
    student.unroute("**/css/board/board.css")
    student.locator("#call-board").click()
    expect(student.locator("#board-surface")).to_be_visible()
    expect(student.locator(ELEMENTS)).to_have_count(1)
    expect(teacher.locator("#board-surface")).to_be_visible()


def test_a_part_that_fails_again_asks_for_a_new_page(meeting: Meeting) -> None:
    student, teacher = meeting.both()
    student.route("**/js/board/mode.js", lambda route: route.abort())
    teacher.locator("#call-board").click()
    is_closed(student, UNREACHED)
    student.locator("#call-board").click()
    is_closed(student, INCOMPLETE)
    expect(teacher.locator("#board-surface")).to_be_visible()
    student.unroute("**/js/board/mode.js")
    student.reload()
    join(student)
    expect(student.locator("#board-surface")).to_be_visible()


def test_a_stay_that_is_over_when_the_board_comes_leaves_none_behind(meeting: Meeting) -> None:
    held: list[Route] = []
    student = meeting.enter("student")
    student.route("**/js/board/mode.js", lambda route: held.append(route))  # noqa: PLW0108
    with student.expect_request("**/js/board/mode.js"):
        student.locator("#call-board").click()
    student.locator("#call-leave").click()
    expect(student.locator("#left")).to_be_visible()
    until(lambda: len(held), lambda count: count == 1)
    held[0].continue_()
    student.locator("#rejoin").click()
    expect(student.locator("#board-surface")).to_be_visible()
    expect(student.locator("#board")).to_have_count(1)
