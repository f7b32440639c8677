"""The board in a recording: formulas are set as mathematics where the browser allows it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.board_page import with_board
from tests.browser.recorded_board import drawn_text, write_formula
from tests.browser.room_page import meeting_on
from tools.local_worker import LocalWorker


@pytest.fixture
def teacher(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Page]:
    with meeting_on(dev_worker, browser_with_camera) as meeting:
        student, teacher = with_board(meeting)
        write_formula(student)
        yield teacher


def test_a_formula_is_recorded_as_one(teacher: Page) -> None:
    ink, code = drawn_text(teacher, "recorded-formula")

    assert code * 0.2 < ink < code * 0.7


def test_a_formula_is_recorded_as_its_code_where_it_would_lock_the_picture(teacher: Page) -> None:
    """So it is in WebKit."""
    teacher.evaluate(
        """() => {
          const draw = OffscreenCanvasRenderingContext2D.prototype.drawImage;
          OffscreenCanvasRenderingContext2D.prototype.drawImage = function (image, ...all) {
            if (image.src?.startsWith("data:image/svg+xml")) {
              this.getImageData = () => { throw new DOMException("tainted", "SecurityError"); };
            }
            return draw.call(this, image, ...all);
          };
        }"""
    )
    teacher.wait_for_timeout(500)
    ink, code = drawn_text(teacher, "recorded-formula-code", is_set=False)

    assert ink > code * 0.9
