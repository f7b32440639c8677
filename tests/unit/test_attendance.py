"""Attendance through reloads, drops, moves and provider's calls; and a session's timeline."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.browser_family import family
from domain.stays import Stay, seconds_present, seconds_together
from sessions import overdue
from sessions.attendance import as_csv
from tests.unit.call_world import END, MINUTE, Browser, call_world, run_until_quiet
from tests.unit.cast import HOUR, START

MID = START + MINUTE
NOW = 60
STAYS = st.lists(
    st.tuples(st.integers(0, 50), st.one_of(st.none(), st.integers(0, 20))).map(
        lambda s: Stay(s[0], None if s[1] is None else s[0] + s[1])
    ),
    max_size=6,
)


def seconds_of(stays):
    """Each second in which the person was there."""
    return {
        second
        for stay in stays
        for second in range(stay.joined_at, NOW if stay.left_at is None else stay.left_at)
    }


@given(one=STAYS, other=STAYS)
def test_seconds_are_those_in_which_both_were_there(one, other):
    assert seconds_present(one, NOW) == len(seconds_of(one))
    assert seconds_together(one, other, NOW) == len(seconds_of(one) & seconds_of(other))


async def attendance(world, accept="application/json", **query):
    period = {"from": START - HOUR, "to": START + 24 * HOUR, **query}
    text = "&".join(f"{name}={value}" for name, value in period.items())
    headers = {"accept": accept}
    return await world.press("GET", f"/platform/attendance?{text}", "platform", headers=headers)


async def of_session(world):
    [session] = json.loads((await attendance(world)).body)["sessions"]
    return session, {person["role"]: person for person in session["people"]}


async def both_in(world):
    await world.platform_puts()
    student, teacher = Browser(world, "student"), Browser(world, "teacher")
    await student.open()
    world.now += 60
    await teacher.open()
    await run_until_quiet(world, student, teacher)
    return student, teacher


async def test_a_lesson_with_a_reload_and_a_drop():
    with call_world("peer", now=MID) as world:
        student, teacher = await both_in(world)
        world.now += 100
        await student.drop()  # a reload: back within 15 s
        world.now += 5
        await student.connect()
        await run_until_quiet(world, student, teacher)
        world.now += 95
        await student.drop()
        await world.pass_time(world.now + 100)
        await student.connect()
        await run_until_quiet(world, student, teacher)
        world.now += 50
        await world.press("POST", "/session/s1/end", "teacher")

        session, people = await of_session(world)
        assert session["seconds_together"] == 200 + 50
        assert people["student"]["seconds_present"] == 60 + 200 + 50
        assert len(people["student"]["stays"]) == 2
        assert people["teacher"]["seconds_present"] == 200 + 100 + 50
        assert people["teacher"]["first_joined_at"] == MID + 60
        assert people["teacher"]["seconds_late"] == 2 * MINUTE
        assert people["student"]["last_left_at"] == session["ended_at"]


async def test_a_person_who_is_there_counts_until_now():
    with call_world("peer", now=MID) as world:
        await both_in(world)
        world.now += 10
        session, people = await of_session(world)
        assert session["seconds_together"] == 10
        assert people["student"]["last_left_at"] is None


async def test_stays_at_the_old_time_do_not_count():
    with call_world("peer", now=MID) as world:
        await world.platform_puts()
        student = Browser(world, "student")
        await student.open()
        world.now += 30
        await student.leave()
        later = {"scheduled_start": START + HOUR, "scheduled_end": START + 2 * HOUR}
        assert await world.platform_puts(**later) == 200
        session, people = await of_session(world)
        assert session["scheduled_start"] == START + HOUR
        assert people["student"]["stays"] == []


@pytest.mark.parametrize("room", ["closes by itself", "has lost its alarm"])
async def test_nobody_stays_in_a_no_show_that_is_over(room):
    with call_world("peer") as world:
        await world.platform_puts()
        teacher = Browser(world, "teacher")
        await teacher.open()
        await world.pass_time(START + 11 * MINUTE)
        if room == "has lost its alarm":
            world.rooms.states["s1"].alarm = None
        closes = END + 15 * MINUTE
        await world.pass_time(closes + HOUR)
        await overdue.close_overdue(world.context())

        session, people = await of_session(world)
        assert (session["status"], session["ended_at"]) == ("no_show", None)
        assert people["teacher"]["last_left_at"] == closes
        assert people["teacher"]["seconds_present"] == closes - START
        left = "SELECT data ->> 'left_at' FROM platform_events WHERE type = 'participant.left'"
        assert world.rows(left) == [(closes,)]


async def test_a_provider_call_without_a_socket_counts():
    with call_world("plugnmeet", now=MID) as world:
        student, teacher = await both_in(world)
        world.now += 20
        await student.drop()
        await world.pass_time(world.now + 60)
        await run_until_quiet(world, teacher)
        session, _ = await of_session(world)
        assert session["seconds_together"] == 80


async def test_pages_and_csv():
    with call_world("peer", now=MID) as world:
        for number in range(5):
            world.book(f"s{number}")
        seen, after = [], None
        while True:
            query = {"limit": 2} | ({"after": after} if after else {})
            answer = json.loads((await attendance(world, **query)).body)
            seen += [session["session_id"] for session in answer["sessions"]]
            after = answer["next"]
            if after is None:
                break
        assert seen == [f"s{number}" for number in range(5)]

        sheet = await attendance(world, accept="text/csv")
        lines = list(csv.DictReader(io.StringIO(sheet.body)))
        assert len(lines) == 10
        assert lines[0]["role"] == "student"
        assert lines[0]["first_joined_at"] == ""


@pytest.mark.parametrize(
    "query", ["from=1", "from=2&to=1", "from=0&to=99999999999", "from=1&to=2&after=x", "to=1"]
)
async def test_a_wrong_period_is_named(query):
    with call_world("peer", now=MID) as world:
        answer = await world.press("GET", f"/platform/attendance?{query}", "platform")
        assert answer.status == 422


def test_a_spreadsheet_runs_no_formula():
    person = {"user_id": '=cmd|"/c calc"!A0', "role": "student", "stays": []}
    session = {"session_id": "s1", "people": [person]}
    assert as_csv([session]).splitlines()[1].startswith("s1,")
    assert "'=cmd" in as_csv([session])


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
         "Firefox on Linux"),
        ("", "another browser"),
    ],
)  # fmt: skip
def test_family_of_a_browser(agent, name):
    assert family(agent) == name


async def test_timeline_answers_why_she_could_not_get_in():
    with call_world("peer", now=MID) as world:
        student, teacher = await both_in(world)
        agent = {"user-agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"}
        world.now += 3
        trouble = {"event": "tech_issue", "error_type": "NotAllowedError"}
        await world.press("POST", "/session/s1/events", "student", trouble, headers=agent)
        connected = {"event": "call_connected", "milliseconds": 420, "way": "relayed"}
        report = connected | {"again": False}
        await world.press("POST", "/session/s1/events", "teacher", report, headers=agent)
        world.now += 1
        await student.leave()
        await run_until_quiet(world, teacher)

        answer = await world.press("GET", "/platform/sessions/s1/timeline", "platform")
        entries = json.loads(answer.body)["entries"]
        # The session was booked too late for reminders.
        mails = [entry for entry in entries if entry["what"] == "mail.skipped"]
        assert {entry["kind"] for entry in mails} == {"24h", "1h", "15min"}
        entries = [entry for entry in entries if entry not in mails]
        assert [(entry["what"], entry["role"]) for entry in entries] == [
            ("session.booked", None),
            ("participant.joined", "student"),
            ("participant.joined", "teacher"),
            ("session.started", None),
            ("browser.trouble", "student"),
            ("call.connected", "teacher"),
            ("participant.left", "student"),
        ]
        assert entries[4]["trouble"] == "NotAllowedError"
        assert entries[4]["browser"] == "Firefox on Windows"
        assert entries[5]["way"] == "relayed"
        missing = await world.press("GET", "/platform/sessions/s2/timeline", "platform")
        assert missing.status == 404
