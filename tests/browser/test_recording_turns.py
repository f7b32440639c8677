"""Whose turn it is to record or to send: what fails never keeps others from theirs."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.recording_page import WORDS, Recorded, recorded_on
from tests.browser.room_page import leave_as_teacher
from tools.local_worker import LocalWorker

# Nobody may look into the private files.
LOCKED_FILES = """() => {
  const { prototype } = FileSystemDirectoryHandle;
  window.keys = prototype.keys;
  prototype.keys = () => { throw new DOMException("locked", "NotAllowedError"); };
}"""
UNLOCKED_FILES = "() => void (FileSystemDirectoryHandle.prototype.keys = window.keys)"


@pytest.fixture
def recorded(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Recorded]:
    with recorded_on(dev_worker, browser_with_camera) as recorded:
        yield recorded


def wait_until_nobody_sends(page: Page) -> None:
    deadline = time.monotonic() + 10
    while held := page.evaluate("async () => (await navigator.locks.query()).held.length"):
        assert time.monotonic() < deadline, f"{held} locks are held"
        page.wait_for_timeout(50)


def test_what_cannot_be_sent_does_not_keep_the_next_run_from_its_turn(recorded: Recorded) -> None:
    student, teacher = recorded.enter()
    recorded.agree()
    recorded.wait_for_a_piece()
    teacher.evaluate(LOCKED_FILES)
    student.locator("#recording").click()
    student.locator("#recording-stop").click()
    expect(teacher.locator(WORDS)).to_have_text("Not recorded")
    wait_until_nobody_sends(teacher)
    teacher.evaluate(UNLOCKED_FILES)
    student.locator("#recording").click()
    student.locator("#recording-change").click()
    recorded.is_on()


def test_nothing_begins_in_a_room_that_was_left_while_the_recorder_loaded(
    recorded: Recorded,
) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    student, teacher = recorded.enter(
        prepare=lambda page: page.route("**/recording/recorder.js", hold)
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


@pytest.mark.parametrize("module", ["recorder.js", "mediabunny.js"])
def test_the_other_browser_records_if_one_cannot_load_the_recorder(
    recorded: Recorded, module: str
) -> None:
    recorded.enter(prepare=lambda page: page.route(f"**/{module}", lambda route: route.abort()))
    recorded.agree()
    recorded.wait_for_a_piece()
    senders = recorded.sql(
        "SELECT sender_id FROM recordings WHERE session_id = ?", recorded.meeting.id
    )

    assert senders == [("demo-student",)]


def test_a_server_that_fails_for_a_while_changes_nothing(recorded: Recorded) -> None:
    """It says nothing of the browser, which begins as soon as it can."""
    failures = 4
    seen: list[str] = []

    def fail(route: Route) -> None:
        seen.append(route.request.url)
        if len(seen) <= failures:
            route.fulfill(status=503, json={})
        else:
            route.continue_()

    recorded.enter(prepare=lambda page: page.route("**/recordings", fail))
    recorded.agree()
    recorded.wait_for_a_piece()
    senders = recorded.sql(
        "SELECT sender_id FROM recordings WHERE session_id = ?", recorded.meeting.id
    )

    assert len(seen) == failures + 1
    assert senders == [("demo-teacher",)]
