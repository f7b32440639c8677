"""Many bookings in one request: each by itself, in few round trips."""

from types import SimpleNamespace

import pytest

from db.parameters import MAX_CHARACTERS
from domain.model import Status
from errors import AppError, ConflictError, InvalidError
from sessions import booking as sessions_booking
from sessions import booking_body
from sessions.booking import Stored
from tests.unit.cast import DAY, END, HOUR, START, booked_person, booking
from tests.unit.sqlite_database import SqliteDatabase, migrated
from tests.unit.test_booking_store import Interrupted

LATER = {"scheduled_start": START + HOUR, "scheduled_end": END + HOUR}
MANY = booking_body.MAX_BOOKINGS


def one(session_id, **changes):
    return {"id": session_id, **booking(**changes)}


async def put_many(db, *items, now=START - DAY):
    ctx = SimpleNamespace(db=db, now=now)
    return await sessions_booking.put_many(ctx, {"sessions": list(items)})


def summed_up(outcomes):
    """The id of each, and its change or the code of its refusal."""
    return [
        (id_, found.code if isinstance(found, AppError) else found.change)
        for id_, found in outcomes
    ]


def rows(connection):
    """All rows that bookings write. Ids of mails are random."""
    return {
        table: sorted(
            tuple(value for name, value in dict(row).items() if (table, name) != ("mails", "id"))
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608
        )
        for table in ("users", "courses", "enrollments", "sessions", "mails")
    }


async def test_each_booking_has_its_answer_in_order(db):
    await put_many(db, one("kept"), one("moved"), one("longer"), one("renamed"))
    outcomes = await put_many(
        db,
        one("new"),
        one("moved", **LATER),
        one("kept"),
        one("longer", scheduled_end=END + HOUR),
        one("renamed", course={"id": "geometry", "title": "Geometry"}),
    )

    assert summed_up(outcomes) == [
        ("new", "new"),
        ("moved", "moved"),
        ("kept", "same"),
        ("longer", "new end"),
        ("renamed", "not its times"),
    ]


@pytest.mark.parametrize(
    ("now", "woken"), [(START - DAY, ["moved", "renamed"]), (START - DAY - 1, [])]
)
async def test_only_rooms_that_may_have_people_are_woken(db, now, woken):
    await put_many(db, one("kept"), one("moved"), one("renamed"), now=now)
    outcomes = await put_many(
        db,
        one("new"),
        one("kept"),
        one("moved", **LATER),
        one("renamed", student=booked_person("stranger")),
        now=now,
    )

    assert sessions_booking.rooms_to_wake(outcomes) == woken


async def test_a_wrong_booking_does_not_stop_the_others(db, connection):
    wrong = one("wrong", student=booked_person("student", email="nobody"), colour="blue")
    outcomes = await put_many(db, one("first"), wrong, "no booking", {"id": 7}, one("last"))

    assert [id_ for id_, _ in outcomes] == ["first", "wrong", None, None, "last"]
    assert [isinstance(found, Stored) for _, found in outcomes] == [True, False, False, False, True]
    assert set(outcomes[1][1].fields) == {"student.email", "colour"}
    assert set(outcomes[2][1].fields) == {"body"}
    assert "id" in outcomes[3][1].fields
    assert [row["id"] for row in connection.execute("SELECT id FROM sessions ORDER BY id")] == [
        "first",
        "last",
    ]


async def test_a_booking_that_comes_too_late_does_not_stop_the_others(db):
    await put_many(db, one("over"), one("open"))
    await sessions_booking.cancel(SimpleNamespace(db=db, now=START - DAY), "over")
    outcomes = await put_many(db, one("over", **LATER), one("open", **LATER))

    assert summed_up(outcomes) == [("over", "conflict"), ("open", "moved")]
    assert "was cancelled" in outcomes[0][1].message


async def test_a_cancelled_session_that_stays_as_it_is_keeps_its_status(db):
    await put_many(db, one("over"))
    await sessions_booking.cancel(SimpleNamespace(db=db, now=START - DAY), "over")

    assert await put_many(db, one("over")) == [("over", Stored(Status.CANCELLED, "same"))]


async def test_the_second_booking_of_an_id_is_refused(db, connection):
    outcomes = await put_many(db, one("twice"), one("other"), one("twice", **LATER))

    assert summed_up(outcomes) == [("twice", "new"), ("other", "new"), ("twice", "invalid")]
    assert "twice" in outcomes[2][1].fields["id"]
    (stored,) = connection.execute("SELECT scheduled_start FROM sessions WHERE id = 'twice'")
    assert stored["scheduled_start"] == START


async def test_a_repeated_request_writes_nothing(db, connection):
    items = [one(f"s{number}", **LATER) for number in range(20)]
    await put_many(db, *items)
    before = connection.total_changes
    outcomes = await put_many(db, *items, now=START - DAY + HOUR)

    assert {change for _, change in summed_up(outcomes)} == {"same"}
    assert connection.total_changes == before


async def test_many_bookings_cost_two_round_trips(db):
    items = [
        one(
            f"s{number}",
            student=booked_person(f"student-{number}"),
            teacher=booked_person(f"teacher-{number}", avatar=f"https://x.example/{'a' * 2000}"),
        )
        for number in range(MANY)
    ]
    await put_many(db, *items)
    db.calls = 0
    moved = [item | LATER for item in items]
    outcomes = await put_many(db, *moved)

    assert summed_up(outcomes) == [(item["id"], "moved") for item in items]
    assert db.calls == 2
    assert MANY * 2000 > MAX_CHARACTERS, "people need more than one parameter"


async def test_many_bookings_do_what_they_do_one_by_one(connection):
    """The same people and courses in several bookings, some new, moved, too late or unchanged."""
    first = [
        one("kept"),
        one("moved", teacher=booked_person("other")),
        one("soon", scheduled_start=START + 60, scheduled_end=END),
    ]
    second = [
        one("moved", **LATER),
        one("kept"),
        one("soon", scheduled_start=START + 120, scheduled_end=END),
        one("new", course={"id": "algebra", "title": "Renamed"}),
    ]
    second = [item | {"student": booked_person("student", name="New Name")} for item in second]
    together, now = SqliteDatabase(connection), START - 2 * HOUR
    alone = SqliteDatabase(migrated())
    for items in (first, second):
        await put_many(together, *items, now=now)
        for item in items:
            body = {name: value for name, value in item.items() if name != "id"}
            ctx = SimpleNamespace(db=alone, now=now)
            await sessions_booking.put(ctx, item["id"], booking_body.parse(item["id"], body))
        now += HOUR

    assert rows(connection) == rows(alone.connection)


async def test_only_what_was_changed_in_between_is_tried_again(connection):
    db = SqliteDatabase(connection)
    await put_many(db, one("raced"), one("quiet"))

    async def other():
        await put_many(SqliteDatabase(connection), one("raced", scheduled_end=END + 2 * HOUR))

    interrupted = Interrupted(connection, [other])
    outcomes = await put_many(interrupted, one("raced", **LATER), one("quiet", **LATER))
    sequences = dict(tuple(row) for row in connection.execute("SELECT id, sequence FROM sessions"))

    assert summed_up(outcomes) == [("raced", "moved"), ("quiet", "moved")]
    assert sequences == {"raced": 2, "quiet": 1}
    assert interrupted.calls == 4


async def test_what_is_changed_again_and_again_is_refused_alone(connection):
    await put_many(SqliteDatabase(connection), one("raced"), one("quiet"))

    def collision(hours):
        async def other():
            await put_many(
                SqliteDatabase(connection), one("raced", scheduled_end=END + hours * HOUR)
            )

        return other

    interrupted = Interrupted(connection, map(collision, (3, 4, 5)))
    outcomes = dict(await put_many(interrupted, one("raced", **LATER), one("quiet", **LATER)))

    assert isinstance(outcomes["raced"], ConflictError)
    assert outcomes["quiet"].change == "moved"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (None, "body"),
        ([], "body"),
        ({}, "sessions"),
        ({"sessions": {}}, "sessions"),
        ({"sessions": []}, "sessions"),
        ({"sessions": [{}] * (MANY + 1)}, "sessions"),
        ({"sessions": [one("a")], "more": 1}, "more"),
    ],
)
async def test_a_body_that_is_no_list_of_bookings_is_refused(db, data, field):
    with pytest.raises(InvalidError) as caught:
        await sessions_booking.put_many(SimpleNamespace(db=db, now=START), data)

    assert set(caught.value.fields) == {field}
    assert db.calls == 0
