"""Reminders in the real Worker: sent once, in the right minute, to both people, to the outbox."""

import re
import time

import pytest

from tests.worker.site import DAY, HOUR, MINUTE, Site, booking, error_of, eventually, person

LEADS = {"24h": DAY, "1h": HOUR, "15min": 15 * MINUTE}


@pytest.fixture(scope="module")
def site(site_with) -> Site:
    """A Worker for this module alone: sessions of other tests would fill its outbox."""
    return site_with(MAIL_FROM="Reminders <reminders@example.com>")


def book(site: Site, session_id: str, starts_in: int, **changes) -> str:
    """Book a session with two people of its own."""
    people = {
        role: person(f"{session_id}-{role}", time_zone=zone)
        for role, zone in (("student", "Europe/Berlin"), ("teacher", "America/New_York"))
    }
    response = site.put(session_id, booking(starts_in=starts_in, **(people | changes)))
    assert response.is_success, response.text
    return session_id


def mails(site: Site, session_id: str) -> list[tuple[str, str, str]]:
    """(kind, role, state) of the session's mail."""
    with site.d1() as db:
        rows = db.execute(
            "SELECT kind, user_id, state FROM mails WHERE session_id = ? ORDER BY due_at, user_id",
            (session_id,),
        ).fetchall()
    return [(row["kind"], row["user_id"].rpartition("-")[2], row["state"]) for row in rows]


def outbox(site: Site, session_id: str) -> list[dict[str, str]]:
    with site.d1() as db:
        rows = db.execute(
            "SELECT o.* FROM outbox o JOIN mails m ON m.id = o.id WHERE m.session_id = ?",
            (session_id,),
        ).fetchall()
    return [dict(row) for row in rows]


def backdate(site: Site, session_id: str, by_s: int) -> None:
    """Move the time of booking into the past."""
    with site.d1() as db:
        db.execute(
            "UPDATE sessions SET created_at = created_at - ? WHERE id = ?", (by_s, session_id)
        )


@pytest.mark.parametrize("kind", LEADS)
def test_reminder_is_sent_to_both_once(site, new_id, kind):
    book(site, new_id, LEADS[kind])
    site.worker.scheduled()
    site.worker.scheduled()

    sent = [mail for mail in mails(site, new_id) if mail[2] != "skipped"]
    assert sent == [(kind, "student", "sent"), (kind, "teacher", "sent")]
    assert len(outbox(site, new_id)) == 2


def test_late_booking_skips_past_reminders(site, new_id):
    book(site, new_id, 13 * MINUTE)
    site.worker.scheduled()

    assert {state for _, _, state in mails(site, new_id)} == {"skipped"}
    assert len(mails(site, new_id)) == 6
    assert outbox(site, new_id) == []


def test_outage_of_hours_skips_all_but_the_newest_reminder(site, new_id):
    book(site, new_id, 50 * MINUTE)
    backdate(site, new_id, 2 * DAY)
    with site.d1() as db:
        db.execute("DELETE FROM mails WHERE session_id = ?", (new_id,))
        db.execute("UPDATE progress SET done_until = done_until - ?", (30 * HOUR,))
    site.worker.scheduled()

    states = {kind: state for kind, _, state in mails(site, new_id)}
    assert states == {"24h": "skipped", "1h": "sent"}


def test_cancelled_session_sends_only_the_cancellation(site, new_id):
    book(site, new_id, 15 * MINUTE)
    assert site.cancel(new_id).status_code == 200
    assert site.cancel(new_id).status_code == 200
    site.worker.scheduled()

    sent = [mail for mail in mails(site, new_id) if mail[2] == "sent"]
    assert sorted(sent) == [("cancelled", "student", "sent"), ("cancelled", "teacher", "sent")]


def test_moved_session_sends_reminders_for_its_new_time(site, new_id):
    book(site, new_id, HOUR)
    site.worker.scheduled()
    book(site, new_id, 15 * MINUTE)
    site.worker.scheduled()

    sent = sorted(kind for kind, _, state in mails(site, new_id) if state == "sent")
    assert sent == ["15min", "15min", "1h", "1h"]
    state = site.get(f"/session/{new_id}/state", user=f"{new_id}-student").json()
    shown = {(r["kind"], r["role"]): r["state"] for r in state["reminders"]}
    assert shown["15min", "student"] == "sent"
    assert shown["1h", "student"] == "skipped"  # for the new time it was past already


def test_state_and_platform_api_show_sent_reminders(site, new_id):
    book(site, new_id, 15 * MINUTE)
    site.worker.scheduled()
    state = site.get(f"/session/{new_id}/state", user=f"{new_id}-teacher")
    reminders = [r for r in state.json()["reminders"] if r["kind"] == "15min"]

    assert {r["role"] for r in reminders} == {"student", "teacher"}
    assert all(r["state"] == "sent" and abs(r["sent_at"] - time.time()) < 60 for r in reminders)
    assert 'round trips: 1"' in state.headers["Server-Timing"]
    known = [r for r in site.show(new_id)["reminders"] if r["kind"] == "15min"]
    assert [r["state"] for r in known] == ["sent", "sent"]


def test_one_click_switches_reminders_off_and_the_page_on(site, new_id):
    book(site, new_id, HOUR)
    site.worker.scheduled()
    student = next(m for m in outbox(site, new_id) if m["to_email"].endswith("student@example.com"))
    path = re.search(r'href="[^"]*(/unsubscribe/[^"]+)"', student["html"])[1]
    scanned = site.page(path)
    assert scanned.status_code == 200
    assert "Switch off reminders?" in scanned.text
    # A mail program's one-click request comes from another site, without cookies.
    cross_site = {"Origin": "https://mail.example.net", "Sec-Fetch-Site": "cross-site"}
    answer = site.post(path, headers=cross_site, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    book(site, new_id, 15 * MINUTE)
    site.worker.scheduled()

    ones = [m for m in mails(site, new_id) if m[0] == "15min"]
    assert ones == [("15min", "student", "skipped"), ("15min", "teacher", "sent")]
    assert "Reminders are on again" in site.post(path, data={"reminders": "on"}).text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_forged_unsubscribe_link_is_not_found(site, new_id, method):
    token = site.link(new_id, f"{new_id}-student")  # signed for another purpose

    error_of(
        site.request(method, f"/unsubscribe/{token}", headers={"Accept": "application/json"}), 404
    )


def test_no_show_sends_one_waiting_mail(site, new_id):
    book(site, new_id, -11 * MINUTE)
    with site.d1() as db:
        db.execute(
            "INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at)"
            " SELECT id, teacher_id, scheduled_start, scheduled_start FROM sessions WHERE id = ?",
            (new_id,),
        )
        db.execute(
            "UPDATE sessions SET status = 'no_show', no_show = 'student' WHERE id = ?", (new_id,)
        )
    site.worker.scheduled()
    site.worker.scheduled()

    assert [m for m in mails(site, new_id) if m[2] == "sent"] == [("waiting", "student", "sent")]
    assert "is waiting for you" in outbox(site, new_id)[0]["subject"]


def test_suppressed_address_gets_no_mail(site, new_id):
    book(site, new_id, HOUR)
    with site.d1() as db:
        db.execute(
            "INSERT INTO suppressions VALUES (?, 'bounced', 0)",
            (f"{new_id}-student@example.com".lower(),),
        )
    site.worker.scheduled()

    ones = [m for m in mails(site, new_id) if m[0] == "1h"]
    assert ones == [("1h", "student", "skipped"), ("1h", "teacher", "sent")]


def test_mail_links_open_lobby_and_calendar(site, new_id):
    book(site, new_id, 15 * MINUTE)
    site.worker.scheduled()
    html = outbox(site, new_id)[0]["html"]
    path = re.search(r'class="button".*?href="http://[^/]+(/r/[^"]+)"', html, re.DOTALL)[1]
    answers = [site.request(method, path) for method in ("HEAD", "GET", "GET")]

    assert [(a.status_code, a.headers["Location"]) for a in answers] == [
        (303, f"/session/{new_id}")
    ] * 3
    cookie = answers[-1].headers["Set-Cookie"].split(";")[0]
    assert site.page(f"/session/{new_id}", cookie=cookie).status_code == 200
    calendar = site.get(f"{path}/calendar")
    assert calendar.headers["Location"] == f"/session/{new_id}/calendar.ics"
    file = site.get(calendar.headers["Location"], cookie=cookie)
    assert file.headers["Content-Type"].startswith("text/calendar")


def test_forwarded_link_names_its_person_and_can_be_left(site, new_id):
    book(site, new_id, 15 * MINUTE)
    cookie = site.room_cookie(new_id, f"{new_id}-student")
    page = site.page(f"/session/{new_id}", cookie=cookie)
    assert "Not you?" in page.text
    assert "Not you?" not in site.page(f"/session/{new_id}", user=f"{new_id}-student").text
    left = site.page(f"/session/{new_id}/leave-link", cookie=cookie)

    assert (left.status_code, left.headers["Location"]) == (303, f"/session/{new_id}")
    assert "session_room=;" in left.headers["Set-Cookie"]
    assert "Max-Age=0" in left.headers["Set-Cookie"]


def test_outbox_shows_mail_in_a_sandbox(site, new_id):
    book(site, new_id, HOUR)
    site.worker.scheduled()
    mail = outbox(site, new_id)[0]
    shown = site.page(f"/dev/outbox/{mail['id']}")

    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert '<base target="_blank">' in shown.text
    assert mail["id"] in site.page("/dev/outbox").text
    assert site.page("/dev/outbox/unknown").status_code == 404


def test_tick_logs_its_counts(site, new_id):
    site.worker.scheduled()  # sends the mails of other tests
    book(site, new_id, HOUR)
    site.worker.scheduled()

    def last_tick() -> str:
        ticks = [line for line in site.worker.logs().splitlines() if '"mail_tick"' in line]
        return ticks[-1] if ticks else ""

    eventually(lambda: '"sent": 2' in last_tick())
    assert '"waiting": 0' in last_tick()
