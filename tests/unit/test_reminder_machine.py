"""The sender under faults: no mail is sent twice, and none is lost.

A state machine books, moves and cancels sessions, advances the clock, and runs the tick with
faults: the sender is killed at any await, responses are lost, calls fail before or after they were
accepted, and another tick runs during a call.
"""

import asyncio
import itertools
import json
import os
from typing import Any

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from db import bookings, due_mails, preferences
from db import sessions as sessions_db
from domain import mail_rules
from domain.booked import Write
from domain.mail_rules import HOUR, LATE_GRACE_S, LEAD_S, MINUTE, NEXT_LEAD_S
from mail.sender import Sender
from providers.resend import ResendMail
from sessions.booking_body import parse
from settings import Settings
from tests.fakes.resend import API_KEY, ConnectionLostError, Resend
from tests.unit.cast import booked_person, booking
from tests.unit.sqlite_database import SqliteDatabase, migrated

FAULTS = (
    "rate_limited",
    "server_error",
    "unavailable",
    "concurrent",
    "quota",
    "forbidden",
    "not_json",
    "cut_off",
    "answer_lost",
    "taken_then_error",
)
SETTINGS = Settings(
    public_url="https://sessions.example.com",
    student_dashboard_url="https://www.example.com",
    teacher_dashboard_url="https://www.example.com",
    link_secrets=("a-key-of-links-for-this-machine-only",),
    mail_from="Session Room <sessions@example.com>",
)
# Retries of one batch are at most five minutes apart, and a lease lasts two.
HEALING_ROUNDS, HEALING_STEP_S = 8, 3 * MINUTE


class KilledError(BaseException):
    """The sender was killed."""


class MortalDatabase:
    """Kills its user at the given call: before the call, or after its commit."""

    def __init__(self, db: SqliteDatabase, call: int | None, *, after: bool) -> None:
        self._db, self._left, self._after = db, call, after

    async def all(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        self._step(before=True)
        rows = await self._db.all(sql, *params)
        self._step(before=False)
        return rows

    async def batch(self, statements: Any) -> list[list[dict[str, Any]]]:
        self._step(before=True)
        rows = await self._db.batch(statements)
        self._step(before=False)
        return rows

    def _step(self, *, before: bool) -> None:
        if self._left is None or before is self._after:
            return
        if self._left == 0:
            raise KilledError
        self._left -= 1


class Reminders(RuleBasedStateMachine):
    """`now` is the clock; a call to Resend needs no time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_800_000_000.0
        self.connection = migrated()
        self.db = SqliteDatabase(self.connection)
        self.service = Resend(limit=10**9, clock=lambda: self.now)
        self.numbers = itertools.count(1)
        self.interruptions: list[str] = []
        self.wrongly_sent: list[str] = []

    def teardown(self) -> None:
        self.connection.close()

    @initialize()
    def begin(self) -> None:
        self.tick()

    @rule(
        starts_in=st.sampled_from(
            [14 * MINUTE, 16 * MINUTE, 59 * MINUTE, 61 * MINUTE, 23 * HOUR, 25 * HOUR]
        )
    )
    def book(self, starts_in: int) -> None:
        number = next(self.numbers)
        self._put(f"s{number}", int(self.now) + starts_in + number, number)

    @rule(data=st.data(), by_s=st.sampled_from([-HOUR, 30 * MINUTE, 24 * HOUR]))
    def move(self, data: st.DataObject, by_s: int) -> None:
        if row := self._some_session(data):
            start = row["scheduled_start"] + by_s + next(self.numbers)
            if start > self.now:
                self._put(row["id"], start, int(row["id"][1:]))

    @rule(data=st.data(), pause_s=st.sampled_from([0, 20, 2 * MINUTE]), ticks=st.booleans())
    def move_away_and_back(self, data: st.DataObject, pause_s: int, ticks: bool) -> None:
        """A mail that is withdrawn in between is sent again, unless it is too late."""
        if row := self._some_session(data):
            start, number = row["scheduled_start"], int(row["id"][1:])
            self._put(row["id"], start + 48 * HOUR, number)
            self.now += pause_s
            if ticks:
                self.tick()
            if start > self.now:
                self._put(row["id"], start, number)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if row := self._some_session(data):
            asyncio.run(bookings.cancel(self.db, row["id"], now=int(self.now)))

    @rule(data=st.data())
    def opt_out(self, data: st.DataObject) -> None:
        if row := self._some_session(data):
            asyncio.run(preferences.set_reminders(self.db, row["student_id"], enabled=False))

    @rule(by_s=st.sampled_from([20, MINUTE, 5 * MINUTE, 50 * MINUTE, 5 * HOUR, 23 * HOUR]))
    def pass_time(self, by_s: int) -> None:
        self.now += by_s

    @rule()
    def tick(self) -> None:
        asyncio.run(self._tick(self.db))

    @rule(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=3))
    def tick_with_faults(self, faults: list[str]) -> None:
        self.service.faults.extend(faults)
        asyncio.run(self._tick(self.db))
        self.service.faults.clear()

    @rule(call=st.integers(0, 6), after=st.booleans(), fault=st.sampled_from(["", *FAULTS]))
    def tick_and_die(self, call: int, after: bool, fault: str) -> None:
        self.service.faults.extend([fault] if fault else [])
        self._run_to_death(MortalDatabase(self.db, call, after=after))

    @rule(
        interruption=st.sampled_from(
            ["die", "die accepted", "tick", "tick accepted", "late tick", "late tick accepted"]
        ),
        faults=st.lists(st.sampled_from(["answer_lost", *FAULTS]), max_size=2),
    )
    def tick_interrupted_in_the_call(self, interruption: str, faults: list[str]) -> None:
        number = next(self.numbers)
        self._put(f"s{number}", int(self.now) + 24 * HOUR - 30, number)
        self.service.faults.extend(faults)
        self.interruptions = [interruption]
        self._run_to_death(self.db)

    @rule(
        data=st.data(),
        fault=st.sampled_from(["answer_lost", "taken_then_error", "cut_off"]),
        change=st.sampled_from(["none", "move", "cancel", "opt_out"]),
        by_s=st.sampled_from([MINUTE, 6 * MINUTE, 25 * HOUR]),
        again=st.sampled_from(["", "forbidden", "quota", "cut_off", "answer_lost"]),
    )
    def lose_an_answer_then_change(
        self, data: st.DataObject, fault: str, change: str, by_s: int, again: str
    ) -> None:
        """The hardest case: the result of a call is unknown, and the session changes."""
        for _ in range(2):
            number = next(self.numbers)
            self._put(f"s{number}", int(self.now) + 24 * HOUR - 30, number)
        if change == "cancel":
            self.cancel(data)
        self.service.faults.append(fault)
        asyncio.run(self._tick(self.db))
        {"none": lambda _: None, "move": self._move_any, "cancel": self.cancel}.get(
            change, self.opt_out
        )(data)
        self.now += by_s
        self.service.faults.extend([again] if again else [])
        asyncio.run(self._tick(self.db))
        self.service.faults.clear()

    def _move_any(self, data: st.DataObject) -> None:
        self.move(data, HOUR)

    @rule()
    def heal(self) -> None:
        """Without faults, each mail that is due and not too late is sent once."""
        due_before = self.now
        for _ in range(HEALING_ROUNDS):
            self.now += HEALING_STEP_S
            asyncio.run(self._tick(self.db))
        sent = {
            (row["session_id"], row["user_id"], row["kind"], row["scheduled_start"])
            for row in self.connection.execute("SELECT * FROM mails WHERE state = 'sent'")
        }

        missing = self._wanted(due_before) - sent
        unsent = self.connection.execute(
            "SELECT count(*) FROM mails WHERE state IN ('pending', 'sending')"
        ).fetchone()[0]
        assert missing == set()
        assert unsent == 0

    @invariant()
    def no_mail_is_sent_twice(self) -> None:
        twice = {mail: count for mail, count in self.service.times_mailed().items() if count > 1}
        assert twice == {}
        assert self.wrongly_sent == []

    @invariant()
    def sent_mails_were_accepted(self) -> None:
        rows = self.connection.execute("SELECT id FROM mails WHERE state = 'sent'")
        assert {row["id"] for row in rows} <= set(self.service.times_mailed())

    def _wanted(self, due_before: float) -> set[tuple[str, str, str, int]]:
        """The mails that should be sent, computed from the rules, not by the code's query."""
        rows = self.connection.execute(
            "SELECT s.*, st.reminders_enabled AS student, te.reminders_enabled AS teacher"
            "  FROM sessions s JOIN users st ON st.id = s.student_id"
            "  JOIN users te ON te.id = s.teacher_id WHERE s.status = 'scheduled'"
        ).fetchall()
        return {
            (row["id"], row[f"{role}_id"], kind.value, row["scheduled_start"])
            for row, role, kind in itertools.product(rows, ("student", "teacher"), LEAD_S)
            if (due_at := row["scheduled_start"] - LEAD_S[kind]) <= due_before
            and self.now < row["scheduled_start"] - NEXT_LEAD_S[kind]
            and due_at >= (row["timed_at"] or row["created_at"]) - LATE_GRACE_S
            and self._first_chance(due_at)
            and row[role]
        }

    def _first_chance(self, due_at: int) -> bool:
        """True if the sender has not given up yet, counted from the due time."""
        return self.now - due_at < mail_rules.GIVE_UP_S

    async def _tick(self, db: Any) -> None:
        await due_mails.make_due(db, now=int(self.now))
        transport = httpx.MockTransport(self._call)
        async with httpx.AsyncClient(transport=transport, base_url="https://resend") as client:
            service = ResendMail(client, API_KEY, clock=lambda: self.now, sleep=self._sleep)
            await Sender(db, SETTINGS, lambda: service, lambda: self.now, self._sleep).run()

    async def _call(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        self._check_batch(json.loads(body))
        interruption = self.interruptions.pop() if self.interruptions else ""
        is_after = interruption.endswith("accepted")
        if interruption and not is_after:
            await self._interrupt(interruption)
        try:
            answer = self.service.call(
                request.method, request.url.path, dict(request.headers), body
            )
        except ConnectionLostError as error:
            raise httpx.ReadError("cut off", request=request) from error
        finally:
            if is_after:
                await self._interrupt(interruption)
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)

    async def _interrupt(self, interruption: str) -> None:
        if interruption.startswith("die"):
            raise KilledError
        if interruption.startswith("late"):
            self.now += mail_rules.LEASE_S + 1
        await self._tick(self.db)

    def _check_batch(self, batch: list[dict[str, Any]]) -> None:
        """Record mails in a call that must not be sent: cancelled, moved, or switched off."""
        for mail in batch:
            mail_id = next(tag["value"] for tag in mail["tags"] if tag["name"] == "mail")
            row = self.connection.execute(
                "SELECT s.status, s.scheduled_start, m.scheduled_start AS made_for, m.kind,"
                " u.reminders_enabled FROM mails m JOIN sessions s ON s.id = m.session_id"
                " JOIN users u ON u.id = m.user_id WHERE m.id = ?",
                (mail_id,),
            ).fetchone()
            right = {
                "scheduled": row["made_for"] == row["scheduled_start"] and row["reminders_enabled"],
                "cancelled": row["kind"] == "cancelled",
            }
            if not right[row["status"]]:
                self.wrongly_sent.append(mail_id)

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def _run_to_death(self, db: Any) -> None:
        try:
            asyncio.run(self._tick(db))
        except KilledError:
            pass
        finally:
            self.service.faults.clear()
            self.interruptions.clear()

    def _put(self, session_id: str, start: int, number: int) -> None:
        asked = parse(
            session_id,
            booking(
                student=booked_person(f"student-{number}"),
                scheduled_start=start,
                scheduled_end=start + HOUR,
            ),
        )
        known = asyncio.run(sessions_db.find(self.db, session_id))
        write = Write(session_id, asked.as_booked(), known, "moved" if known else "new")
        assert asyncio.run(bookings.store(self.db, [write], now=int(self.now)))

    def _some_session(self, data: st.DataObject) -> Any:
        rows = self.connection.execute(
            "SELECT * FROM sessions WHERE status = 'scheduled' AND scheduled_start > ? ORDER BY id",
            (int(self.now),),
        ).fetchall()
        return data.draw(st.sampled_from(rows)) if rows else None


Reminders.TestCase.settings = settings(
    # `EXAMPLES=1000` runs more examples.
    max_examples=int(os.environ.get("EXAMPLES", "60")),
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestReminders = Reminders.TestCase


def test_late_sender_with_more_mails_does_not_mark_them_sent():
    """The first sender is delayed until some mails are too late; the second call has fewer."""
    machine = Reminders()
    machine._put("s1", int(machine.now) + HOUR, 1)
    machine.now += HOUR - MINUTE
    machine._put("s2", int(machine.now) + 24 * HOUR - 30, 2)
    machine.interruptions = ["late tick"]
    asyncio.run(machine._tick(machine.db))

    machine.sent_mails_were_accepted()
    assert machine.service.times_mailed().total() == 2
    machine.heal()
    machine.teardown()


def test_late_rejection_does_not_release_mails_of_another_tick():
    """The first sender's delayed call is rejected after the second one's was accepted."""
    machine = Reminders()
    machine._put("s1", int(machine.now) + 24 * HOUR - 30, 1)
    machine.service.faults.extend(["answer_lost", "forbidden"])
    machine.interruptions = ["late tick"]
    asyncio.run(machine._tick(machine.db))
    machine.heal()

    machine.no_mail_is_sent_twice()
    machine.teardown()
