"""The line between two people: how soon they are connected, and how they save data and sound."""

import json
import sqlite3
import time
from contextlib import closing
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.lobby_page import open_checks
from tests.browser.room_page import CONNECTED, Meeting, join, wait_until_it_plays
from tests.browser.test_room_faults import Radio, connect_within_reach
from tests.worker.lesson import until

# Bits per second and lines of the own camera, as they are sent.
CAMERA_SENT = """async () => {
  // The lobby's check makes connections, too.
  const call = peers.findLast((each) => each.getTransceivers().length === 3);
  const { sender } = call.getTransceivers()[1];
  const [{ maxBitrate, scaleResolutionDownBy }] = sender.getParameters().encodings;
  return { maxBitrate, lines: sender.track.getSettings().height / scaleResolutionDownBy };
}"""
USUAL, SMALL = {"maxBitrate": 1_500_000, "lines": 360}, {"maxBitrate": 136_000, "lines": 240}
MICROPHONE_SENT = """() => {
  const call = peers.findLast((each) => each.getTransceivers().length === 3);
  const { track } = call.getTransceivers()[0].sender;
  const { echoCancellation, noiseSuppression, autoGainControl } = track.getSettings();
  return [echoCancellation, noiseSuppression, autoGainControl, track.readyState];
}"""


def connected(meeting: Meeting) -> tuple[Page, Page]:
    """Return student and teacher in a call, each with its connections in `peers`."""
    student, teacher = meeting.open("student"), meeting.open("teacher")
    connect_within_reach(student, teacher)
    return student, teacher


def reports(meeting: Meeting) -> list[dict[str, Any]]:
    """Return the `call_connected` of this session, in order."""
    (path,) = meeting.worker.state.glob("v3/d1/*/[!m]*.sqlite")
    with closing(sqlite3.connect(path, timeout=20)) as connection:
        rows = connection.execute(
            "SELECT data FROM analytics_events"
            " WHERE session_id = ? AND event = 'call_connected' ORDER BY id",
            [meeting.id],
        )
        return [json.loads(data) for (data,) in rows]


def test_each_page_reports_how_long_the_first_picture_took(meeting: Meeting) -> None:
    student = meeting.enter("student")
    expect(student.locator("#cover-text")).to_have_text("Waiting for Amara")
    # The wait for the other person is no delay of the call.
    student.wait_for_timeout(3000)
    came = time.monotonic()
    teacher = meeting.enter("teacher")
    for page in (student, teacher):
        page.wait_for_selector(CONNECTED)
    until(lambda: len(reports(meeting)), 2, seconds=10)
    took_ms = (time.monotonic() - came) * 1000
    found = {each["user_role"]: each for each in reports(meeting)}

    assert set(found) == {"student", "teacher"}
    for each in found.values():
        assert (each["way"], each["again"]) == ("direct", 0)
        assert 0 < each["milliseconds"] < took_ms

    student.reload()
    join(student)
    until(lambda: len(reports(meeting)), 4, seconds=20)
    again = {each["user_role"]: each["again"] for each in reports(meeting)[2:]}
    assert again == {"student": 0, "teacher": 1}, "a new page has lost nothing"


def test_who_saves_data_sends_and_gets_a_small_picture(meeting: Meeting) -> None:
    student, teacher = connected(meeting)
    student.locator("#call-more").click()
    student.locator("#call-save-data").check()
    for page in (student, teacher):
        until(lambda page=page: page.evaluate(CAMERA_SENT), SMALL, seconds=10)
    # Remembered, and known to the other page that comes again.
    for page in (student, teacher):
        page.reload()
        join(page)
    for page in (student, teacher):
        page.wait_for_selector(CONNECTED)
        until(lambda page=page: page.evaluate(CAMERA_SENT), SMALL, seconds=10)
    student.locator("#call-more").click()
    expect(student.locator("#call-save-data")).to_be_checked()
    expect(teacher.locator("#call-save-data")).not_to_be_checked()

    student.locator("#call-save-data").uncheck()
    for page in (student, teacher):
        until(lambda page=page: page.evaluate(CAMERA_SENT), USUAL, seconds=10)


def test_a_weak_line_makes_the_own_picture_small_and_says_so_once(meeting: Meeting) -> None:
    student, teacher = meeting.open("student"), meeting.open("teacher")
    radio = Radio(student)
    connect_within_reach(student, teacher)
    radio.lose(percent=30)
    told = student.locator(".toast", has_text="your picture is smaller for now")
    told.wait_for(timeout=40_000)

    until(lambda: student.evaluate(CAMERA_SENT), SMALL, seconds=10)
    assert told.count() == 1
    assert student.locator(CONNECTED).count() == 1


def test_original_sound_is_sent_as_it_is(meeting: Meeting) -> None:
    student, teacher = connected(meeting)
    assert student.evaluate(MICROPHONE_SENT) == [True, True, True, "live"]
    student.locator("#call-more").click()
    student.locator("#call-original-sound").check()
    until(lambda: student.evaluate(MICROPHONE_SENT), [False, False, False, "live"], seconds=10)
    wait_until_it_plays(teacher)
    assert teacher.locator(CONNECTED).count() == 1

    # The lobby of the next visit has it, too.
    student.reload()
    open_checks(student)
    student.get_by_text("Sound and data").click()
    expect(student.locator("#original-sound")).to_be_checked()
    student.locator("#original-sound").uncheck()
    join(student)
    student.wait_for_selector(CONNECTED)
    until(lambda: student.evaluate(MICROPHONE_SENT), [True, True, True, "live"], seconds=10)
