"""The sweep of each minute closes sessions after their overtime, once, by their attendance."""

from html import unescape

import pytest

from tests.worker.lesson import until
from tests.worker.site import HOUR, MINUTE

PAST = -HOUR - 16 * MINUTE  # the overtime is over


@pytest.fixture(scope="module")
def swept(site):
    """Sessions of each kind, after two runs of the cron."""
    ids = {kind: f"cron-{kind}" for kind in ("nobody", "student", "teacher", "held", "open")}
    for kind, session_id in ids.items():
        site.book(session_id, starts_in=-HOUR if kind == "open" else PAST)
    site.book("cron-cancelled", starts_in=PAST)
    site.cancel("cron-cancelled")
    with site.d1() as db:
        came = [("student",), ("teacher",), ("held", "student"), ("held", "teacher")]
        for kind, user_id in ((entry[0], entry[-1]) for entry in came):
            db.execute(
                "INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at)"
                " SELECT id, ?, scheduled_start, scheduled_start FROM sessions WHERE id = ?",
                (user_id, ids[kind]),
            )
        db.execute(
            "UPDATE sessions SET status = 'in_progress', started_at = scheduled_start"
            " WHERE id = 'cron-held'"
        )
    before = {"cancelled": site.show("cron-cancelled")}
    site.worker.scheduled()
    after_one = {kind: site.show(session_id) for kind, session_id in ids.items()}
    site.worker.scheduled()
    after_two = {kind: site.show(session_id) for kind, session_id in ids.items()}
    return after_one, after_two, before["cancelled"]


@pytest.mark.parametrize(
    ("kind", "status", "no_show"),
    [
        ("nobody", "completed", None),
        ("student", "no_show", "teacher"),
        ("teacher", "no_show", "student"),
        ("held", "completed", None),
        ("open", "scheduled", None),
    ],
)
def test_sweep_closes_a_session_by_its_attendance(swept, kind, status, no_show):
    after_one, _, _ = swept

    assert (after_one[kind]["status"], after_one[kind]["no_show"]) == (status, no_show)
    assert (after_one[kind]["ended_at"] is None) == (kind == "open")


def test_second_sweep_changes_nothing(swept):
    after_one, after_two, _ = swept

    assert after_two == after_one


def test_sweep_keeps_a_cancelled_session(site, swept):
    assert site.show("cron-cancelled") == swept[2]


def test_sweep_logs_a_closed_session_once(site, swept):
    closed = '"session_closed_by_sweep", "session_id": "cron-held"'
    until(lambda: closed in site.worker.logs(), wanted=True)

    assert site.worker.logs().count(closed) == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("nobody", "You and Teacher didn't meet this time."),
        ("student", "Teacher didn't make it"),
        ("teacher", "You missed this session"),
        ("held", "You and Teacher met for"),
    ],
)
def test_page_shows_the_result_of_the_sweep(site, swept, kind, words):
    page = site.page(f"/session/cron-{kind}", user="student")

    assert words in unescape(page.text)
