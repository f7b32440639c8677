"""Whose turn it is to record or to send: what fails never keeps others from theirs."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.recording_page import Recorded, recorded_on
from tests.browser.room_page import leave_as_teacher
from tools.local_worker import LocalWorker


@pytest.fixture
def recorded(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Recorded]:
    with recorded_on(dev_worker, browser_with_camera) as recorded:
        yield recorded


def wait_until_nobody_sends(page: Page) -> None:
    deadline = time.monotonic() + 10
    while held := page.evaluate("async () => (await navigator.locks.query()).held.length"):
        assert time.monotonic() < deadline, f"{held} locks are held"
        page.wait_for_timeout(50)


def test_nothing_begins_in_a_room_that_was_left_while_the_recorder_loaded(
    recorded: Recorded,
) -> None:
    waiting: list[Route] = []
    student, teacher = recorded.enter(
        prepare=lambda page: page.route("**/recording/recorder.js", lambda r: waiting.append(r))
    )
    for page in (student, teacher):
        page.locator("#recording-agree").click()
    while not waiting:
        teacher.wait_for_timeout(50)
    leave_as_teacher(teacher)
    teacher.locator("#room").wait_for(state="hidden")
    for route in waiting:
        route.continue_()
    teacher.evaluate("import('/js/recording/recorder.js')")
    teacher.wait_for_timeout(1_000)

    assert not recorded.sent()
    wait_until_nobody_sends(teacher)
