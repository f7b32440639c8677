"""A person is deleted: what goes, what stays, and what the other person gets.

Each case runs through the app, the minute's work and a fake mail service.
"""

import json

import pytest

from db.erasure import ERASED_EMAIL
from tests.unit.booked import insert
from tests.unit.cast import DAY, END, HOUR, MINUTE, START, booking
from tests.unit.faults import Case, World, running
from tests.unit.test_faults import minute

PERSONAL = {
    "name": "Lena Fischer",
    "given_name": "Lena",
    "email": "Lena.F@example.com",
    "avatar": "https://x.example/lena.jpg",
    "time_zone": "Europe/Berlin",
    "locale": "de-DE",
}
WRITTEN = ("Too fast for me", "I am ill", "Gladly")


@pytest.fixture
def world():
    with running(Case(lambda _: None, lambda _: None)) as world:
        world.now = START - 10 * DAY
        world.book()
        names = ", ".join(f"{name} = ?" for name in PERSONAL)
        world.connection.execute(
            f"UPDATE users SET {names} WHERE id = 'student'",  # noqa: S608
            [*PERSONAL.values()],
        )
        yield world


def ahead(world, *session_ids, **changes):
    for number, session_id in enumerate(session_ids, 1):
        start = world.now + number * DAY
        world.book(session_id, scheduled_start=start, scheduled_end=start + HOUR, **changes)


async def erase(world, who="student", query="", by="platform"):
    answer = await world.press("DELETE", f"/platform/people/{who}{query}", by)
    return answer.status, json.loads(answer.body)


def over(world):
    """The session is over, and both have written all that a person can write."""
    world.now = END + DAY
    world.connection.execute(
        "UPDATE sessions SET status = 'completed', started_at = ?, ended_at = ?", (START, END)
    )
    stay = {"first_joined_at": START, "last_joined_at": START, "left_at": END}
    for who, comment in (("student", WRITTEN[0]), ("teacher", "A good student")):
        about = {"session_id": "s1", "user_id": who}
        insert(world.connection, "attendance", **about, **stay)
        given = {"rating": 4, "comment": comment, "created_at": END, "updated_at": END}
        insert(world.connection, "feedback", **about, **given)
    for asked_by, reason, note in (
        ("student", WRITTEN[1], "Fine, see you"),
        ("teacher", "A train is late", WRITTEN[2]),
    ):
        asked = {
            "id": f"r-{asked_by}",
            "session_id": "s1",
            "asked_by": asked_by,
            "state": "declined",
        }
        times = {"scheduled_start": START, "proposed_starts": "[]", "created_at": START}
        insert(world.connection, "reschedules", **asked, **times, reason=reason, note=note)
    for address in (PERSONAL["email"], "teacher@example.com"):
        suppressed = {"email": address.lower(), "reason": "bounced", "since": START}
        insert(world.connection, "suppressions", **suppressed)
        mail = {"to_email": address, "subject": "s", "html": "h", "text": "t", "created_at": START}
        insert(world.connection, "outbox", id=address, **mail)


def everything(world):
    """All data of D1, as one text."""
    tables = world.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return repr([world.rows(f"SELECT * FROM {name}") for (name,) in tables])  # noqa: S608


def account(world, who):
    [row] = world.connection.execute("SELECT * FROM users WHERE id = ?", [who])
    return dict(row)


def mailed(world):
    return [(mail["to"][0], mail["subject"]) for mail in world.mail.mails]


async def test_all_that_the_person_was_and_wrote_is_gone(world):
    over(world)
    teacher = account(world, "teacher")
    before = everything(world)
    answer = await erase(world)
    after = everything(world)

    personal = [*(PERSONAL[name] for name in ("name", "given_name", "email", "avatar")), *WRITTEN]
    assert answer == (200, {"id": "student", "status": "deleted"})
    assert all(text in before for text in personal)
    assert [text for text in personal if text.lower() in after.lower()] == []
    left = account(world, "student")
    assert (left["name"], left["email"], left["time_zone"], left["locale"]) == (
        "Deleted person",
        ERASED_EMAIL,
        "UTC",
        "",
    )
    assert account(world, "teacher") == teacher


async def test_what_the_other_person_has_stays(world):
    over(world)
    attended = world.rows("SELECT * FROM attendance ORDER BY user_id")
    await erase(world)

    assert world.rows("SELECT * FROM attendance ORDER BY user_id") == attended
    assert world.rows("SELECT user_id, rating, comment FROM feedback ORDER BY user_id") == [
        ("student", 4, None),
        ("teacher", 4, "A good student"),
    ]
    assert world.rows("SELECT reason, note FROM reschedules ORDER BY id") == [
        (None, "Fine, see you"),
        ("A train is late", None),
    ]
    assert world.rows("SELECT to_email FROM outbox") == [("teacher@example.com",)]
    assert ("teacher@example.com",) in world.rows("SELECT email FROM suppressions")
    page = await world.press("GET", "/session/s1", "teacher")
    assert page.status == 200
    assert "Deleted person" in page.body


async def test_a_repeated_request_changes_nothing(world):
    over(world)
    first = await erase(world)
    before = everything(world)
    world.now += HOUR
    second = await erase(world)

    assert second == first
    assert everything(world) == before


async def test_sessions_ahead_are_named_and_nothing_is_changed(world):
    ahead(world, "later")
    world.now = START + MINUTE
    world.connection.execute(
        "UPDATE sessions SET status = 'in_progress', started_at = ? WHERE id = 's1'", [START]
    )
    world.book("earlier-cancelled", status="cancelled", ended_at=START)
    before = everything(world)
    status, answer = await erase(world)

    assert status == 409
    assert answer["error"]["code"] == "upcoming_sessions"
    assert answer["error"]["session_ids"] == ["later", "s1"]
    assert everything(world) == before


async def test_cancelling_tells_the_other_person_alone_with_the_name(world):
    ahead(world, "next")
    assert (await erase(world, query="?cancel=true"))[0] == 200
    world.now += MINUTE
    await minute(world)
    states = world.rows("SELECT id, status FROM sessions ORDER BY id")

    assert states == [("next", "cancelled"), ("s1", "cancelled")]
    assert [to for to, _ in mailed(world)] == ["teacher@example.com"] * 2
    assert all("Lena Fischer" in mail["subject"] for mail in world.mail.mails)
    assert "Lena" not in everything(world)
    assert set(world.rooms.states) == {"next", "s1"}, "their rooms are told"


async def test_nothing_is_sent_to_a_deleted_person(world):
    """Neither what was pending, nor what comes later."""
    world.connection.execute("UPDATE sessions SET status = 'no_show', no_show = 'student'")
    world.now = START - DAY + MINUTE
    mail = {"kind": "24h", "session_id": "s1", "user_id": "student", "scheduled_start": START}
    pending = {"due_at": START - DAY, "created_at": START - DAY, "payload": '{"to": "x"}'}
    insert(world.connection, "mails", id="m1", **mail, **pending, state="pending")
    await erase(world)
    world.now = START + HOUR // 2
    asked = await world.press("POST", "/session/s1/reschedule", "teacher", {"reason": "Again?"})
    waits = await world.press("POST", "/session/s1/waiting", "teacher")
    for _ in range(3):
        world.now += MINUTE
        await minute(world)

    assert asked.status == 201
    assert waits.status in (202, 409)
    assert mailed(world) == []
    assert world.rows("SELECT state, payload FROM mails WHERE id = 'm1'") == [("withdrawn", None)]
    states = {state for (state,) in world.rows("SELECT state FROM mails")}
    assert states <= {"withdrawn", "skipped"}


async def test_open_requests_for_another_time_are_withdrawn(world):
    world.connection.execute("UPDATE sessions SET status = 'no_show', no_show = 'student'")
    asked = {"id": "r1", "session_id": "s1", "asked_by": "teacher", "state": "open"}
    times = {"scheduled_start": START, "proposed_starts": "[]", "created_at": START}
    insert(world.connection, "reschedules", **asked, **times)
    await erase(world)

    assert world.rows("SELECT state, answered_at FROM reschedules") == [("withdrawn", world.now)]


async def test_a_later_booking_makes_the_person_known_again(world):
    over(world)
    await erase(world)
    again = booking(scheduled_start=world.now + DAY, scheduled_end=world.now + DAY + HOUR)
    answer = await world.press("PUT", "/platform/sessions/new", "platform", again)

    assert answer.status == 201
    assert account(world, "student")["email"] == "student@example.com"


@pytest.mark.parametrize(
    ("who", "query", "by", "refusal"),
    [
        ("nobody", "", "platform", (404, "person_not_found")),
        ("nobody", "?cancel=true", "platform", (404, "person_not_found")),
        ("student", "?cancel=yes", "platform", (422, "invalid")),
        ("student", "", "student", (401, "signed_out")),
    ],
)
async def test_a_wrong_request_is_refused(world, who, query, by, refusal):
    before = everything(world)
    status, answer = await erase(world, who, query, by)

    assert (status, answer["error"]["code"]) == refusal
    assert everything(world) == before


async def test_an_id_with_a_slash_is_one_id(world):
    world.connection.execute(
        "INSERT INTO users SELECT 'a/b', name, email, avatar, time_zone,"
        " locale, 1, 1, given_name, language FROM users WHERE id = 'student'"
    )

    assert (await erase(world, "a%2Fb"))[1] == {"id": "a/b", "status": "deleted"}


async def test_only_their_own_suppression_and_account_are_touched(world: World):
    """Two deleted people have the same address, which stays suppressed."""
    over(world)
    await erase(world)
    await erase(world, "teacher")

    assert world.rows("SELECT email, reason FROM suppressions") == [(ERASED_EMAIL, "suppressed")]
