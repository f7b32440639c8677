"""Two people in a call that one of their browsers records. Their pictures tell the time."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FAKE_MEDIA, QUIET
from tests.browser.recording_page import COLOURS, VOICES, Recorded
from tests.browser.room_page import CONNECTED, Meeting, join
from tests.browser.signing_in import sign_in
from tests.conftest import start_worker
from tools import chromium
from tools.local_worker import LocalWorker

CAMERA: Final = (Path(__file__).parent / "camera.js").read_text(encoding="utf-8")


@contextmanager
def browser_of_our_own() -> Iterator[Browser]:
    """Chromium without windows, with devices."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find_windowless(), args=[*QUIET, *FAKE_MEDIA]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def site(folder: Path) -> Iterator[LocalWorker]:
    worker = start_worker({}, folder)
    try:
        yield worker
    finally:
        worker.stop()


def meet(
    site: LocalWorker, people: tuple[Browser, Browser], address: str = "", *, fps: int = 10
) -> Recorded:
    """A session that is booked with a recording, with both connected."""
    student, teacher = people
    meeting = Meeting(site, student, -60, recording_enabled=True)
    recorded = Recorded(meeting)
    recorded.student = enter(recorded, "student", student, address, fps)
    recorded.teacher = enter(recorded, "teacher", teacher, address, fps)
    for page in (recorded.student, recorded.teacher):
        page.wait_for_selector(CONNECTED)
    return recorded


def enter(recorded: Recorded, role: str, browser: Browser, address: str, fps: int) -> Page:
    meeting = recorded.meeting
    address = address or meeting.worker.url
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, permissions=("camera", "microphone")
    )
    given = json.dumps([role, COLOURS[role], VOICES[role], fps])
    context.add_init_script(f"({CAMERA})(...{given})")
    sign_in(context, meeting.worker, f"demo-{role}", address)
    page = context.new_page()
    page.goto(f"{address}/session/{meeting.id}")
    join(page)
    return page


def leave(recorded: Recorded) -> None:
    for page in (recorded.student, recorded.teacher):
        page.context.close()


def complete(recorded: Recorded) -> None:
    """As if the session was over, and nothing had come for a quarter of an hour: the sweep runs."""
    for statement in (
        "UPDATE sessions SET status = 'completed', ended_at = 1 WHERE id = ?",
        "UPDATE recordings SET updated_at = updated_at - 1000 WHERE session_id = ?",
    ):
        recorded.sql(statement, recorded.meeting.id)
    recorded.meeting.worker.scheduled("*/5 * * * *")
