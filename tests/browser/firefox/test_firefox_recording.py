"""A call with Chromium that Firefox records."""

import pytest
from playwright.sync_api import Browser

from tests.browser.firefox.conftest import Firefox
from tests.browser.recorded_board import drawn_text, write_formula
from tests.browser.recording_page import look, recorded_on
from tests.browser.room_page import CONNECTED, join
from tools.local_worker import LocalWorker


def test_firefox_records_a_call(
    dev_worker: LocalWorker, browser_with_camera: Browser, firefox: Firefox
) -> None:
    with recorded_on(dev_worker, browser_with_camera) as recorded:
        student = recorded.student = recorded.meeting.open("student")
        teacher = recorded.teacher = recorded.meeting.open("teacher", firefox.browser)
        for page in (student, teacher):
            join(page)
        for page in (student, teacher):
            page.wait_for_selector(CONNECTED)
        began = recorded.agree()
        student.locator("#call-board").click()
        write_formula(student)
        ink, code = drawn_text(teacher, "recorded-formula-firefox")
        student.locator("#call-board").click()
        teacher.wait_for_timeout(7_000)
        length = recorded.end() - began
        [film] = recorded.films()
        found = look(student, film, 2, length - 1)

    assert code * 0.2 < ink < code * 0.7
    assert film["name"].endswith(".mp4")
    assert found["length"] == pytest.approx(length, abs=1.5)
    # Colours of fake cameras, which change: brighter than the place of somebody without one.
    assert all(max(each[half]) > 80 for each in found["seen"] for half in ("left", "right"))
    assert found["loudest"] > 0.05
