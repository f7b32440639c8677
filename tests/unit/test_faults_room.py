"""Lessons in the real room object: with each of its calls failing, and with evictions."""

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest

from errors import ServiceUnavailableError
from files import cleanup
from mail import tick
from sessions import overdue
from tests.unit.cast import HOUR, MINUTE, NO_SHOW, OPENS, START
from tests.unit.faults import (
    Case,
    DiedError,
    How,
    Outage,
    WebSocket,
    World,
    fail_each_call,
    running,
)

PAGES = {"student": "5" * 16, "teacher": "7" * 16}
# Twenty seconds into the minute, so that a retry some seconds later has the same minute.
INTO = 20
# A short lesson, because rooms check their record each minute.
END = START + 14 * MINUTE
PROVIDER_END = START + 4 * MINUTE


class Lesson:
    """Two people and their browsers, which reconnect after the loss of a socket."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sockets: dict[str, WebSocket] = {}
        world.rooms.browsers = self._reconnect

    async def comes(self, role: str) -> None:
        await self._again(partial(self._connect, role))

    async def leaves(self, role: str) -> None:
        socket = self.sockets.pop(role)
        leave = partial(self._event, "webSocketMessage", socket, '{"type": "leave"}')
        try:
            await leave()
        except (DiedError, ServiceUnavailableError):
            self.world.outage.is_dead = False
            await self._reconnect()

    async def vanishes(self, role: str) -> None:
        """A laptop is closed: the socket ends, and nobody reconnects."""
        socket = self.sockets.pop(role)
        socket.readyState = 3
        try:
            await self._event("webSocketClose", socket, 1006, "", False)
        except (DiedError, ServiceUnavailableError):
            self.world.outage.is_dead = False
            await self._reconnect()

    async def until(self, moment: int) -> None:
        await self.world.rooms.alarms(moment + INTO)
        await self._reconnect()

    async def _connect(self, role: str) -> None:
        socket = await self.world.connect(role, PAGES[role])
        if socket is None:
            self.sockets.pop(role, None)  # the page says that the session has ended
        else:
            self.sockets[role] = socket

    async def _event(self, method: str, *args: object) -> None:
        await self.world.rooms.run("s1", method, *args)

    async def _reconnect(self) -> None:
        for role, socket in list(self.sockets.items()):
            if socket.readyState == 3 and socket.closed is None:
                await self._again(partial(self._connect, role))

    async def _again(self, work) -> None:
        """A browser retries until it succeeds."""
        for _ in range(4):
            try:
                await work()
            except (DiedError, ServiceUnavailableError):
                self.world.outage.is_dead = False
                self.world.now += 1
            else:
                await self._reconnect()
                return
        raise AssertionError("refused for good")


async def whole_lesson(world):
    lesson = Lesson(world)
    for moment, happening in (
        (START - MINUTE, partial(lesson.comes, "student")),
        (START, partial(lesson.comes, "teacher")),
        (START + 5 * MINUTE, partial(lesson.vanishes, "student")),
        (START + 6 * MINUTE, partial(lesson.comes, "student")),
        (END + 2 * MINUTE, partial(lesson.leaves, "student")),
        (END + 4 * MINUTE, partial(lesson.leaves, "teacher")),
    ):
        await lesson.until(moment)
        await happening()


async def nobody_comes_to_the_teacher(world):
    lesson = Lesson(world)
    await lesson.until(START - 2 * MINUTE)
    await lesson.comes("teacher")
    await lesson.until(NO_SHOW + 2 * MINUTE)
    await lesson.leaves("teacher")


async def late_after_all(world):
    lesson = Lesson(world)
    await lesson.until(START)
    await lesson.comes("teacher")
    await lesson.until(NO_SHOW + 2 * MINUTE)
    await lesson.comes("student")
    await lesson.until(END + 17 * MINUTE)


async def to_the_end(world):
    await world.rooms.alarms(END + HOUR)
    for work in (overdue.close_overdue, tick.tick, cleanup.sweep):
        await work(world.context())
    await world.deferred()


async def booked(world):
    world.book(scheduled_end=END)


async def both_are_there(world):
    await booked(world)
    for role, page in PAGES.items():
        await world.connect(role, page)
    assert world.rows("SELECT status FROM sessions") == [("in_progress",)]


async def alone(world):
    await booked(world)
    await world.connect("student", PAGES["student"])


async def end_by_teacher(world):
    return [await world.press("POST", "/session/s1/end", "teacher")]


async def request_waiting_mail(world):
    return [await world.press("POST", "/session/s1/waiting")]


async def minutes(world):
    await world.rooms.alarms(world.now + MINUTE)
    await tick.tick(world.context())


class ProviderLesson(Lesson):
    """A lesson at the provider, in its client, without live sockets; webhooks may get lost."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.calls = 0

    async def comes(self, role: str) -> None:
        await self._press_join(role)
        [room] = self.world.plug.rooms.values()
        self.world.plug._connect(room, role, role, admin=False)
        await self._send_webhook("participant_joined", role, "ACTIVE")

    async def leaves(self, role: str) -> None:
        for room in self.world.plug.rooms.values():
            room.people.pop(role, None)
            await self._send_webhook("participant_left", role, "DISCONNECTED")

    async def _press_join(self, role: str) -> None:
        for _ in range(3):
            response = await self.world.press("POST", "/session/s1/join", role)
            if response is not None and response.status == 200:
                return
            assert response is None or response.status == 503
        raise AssertionError("refused for good")

    async def _send_webhook(self, event: str, role: str, state: str) -> None:
        [room] = self.world.plug.rooms.values()
        person = {"sid": f"PA_{role}", "identity": role, "name": role, "state": state}
        body, headers = self.world.plug.webhook(event, room, participant=person)
        lower = {name.lower(): value for name, value in headers.items()}
        for _ in range(2):
            seen = await self.world.press("POST", "/webhooks/plugnmeet", body=body, headers=lower)
            if seen is not None and seen.status == 200:
                return


async def lesson_at_the_provider(world):
    lesson = ProviderLesson(world)
    for moment, happening in (
        (START, partial(lesson.comes, "student")),
        (START + MINUTE, partial(lesson.comes, "teacher")),
        (PROVIDER_END + MINUTE, partial(lesson.leaves, "student")),
        (PROVIDER_END + 2 * MINUTE, partial(lesson.leaves, "teacher")),
    ):
        await lesson.until(moment)
        await happening()


async def booked_shorter(world):
    world.book(scheduled_end=PROVIDER_END)


EARLY = partial(World, now=OPENS - MINUTE)
CASES = {
    "lesson": Case(booked, whole_lesson, to_the_end, EARLY, coarse_s=MINUTE),
    "no-show": Case(booked, nobody_comes_to_the_teacher, to_the_end, EARLY, coarse_s=MINUTE),
    "late": Case(booked, late_after_all, to_the_end, EARLY, coarse_s=MINUTE),
    "at the provider": Case(
        booked_shorter,
        lesson_at_the_provider,
        to_the_end,
        partial(World, "plugnmeet", now=OPENS - MINUTE),
        coarse_s=MINUTE,
    ),
    "ended by the teacher": Case(
        both_are_there,
        end_by_teacher,
        to_the_end,
        partial(World, now=START + INTO),
        coarse_s=MINUTE,
        done=(410,),
    ),
    "somebody waits": Case(
        alone,
        request_waiting_mail,
        minutes,
        partial(World, now=START + INTO),
        coarse_s=MINUTE,
    ),
}


@pytest.mark.parametrize("how", [How.BEFORE, How.AFTER, How.DIED])
@pytest.mark.parametrize("name", CASES)
async def test_lesson_is_recorded_exactly_once_with_any_call_failing(name, how):
    result = "mails accepted" if name == "somebody waits" else "attendance"
    assert await fail_each_call(replace(CASES[name], result=result), how) > 0


@pytest.mark.parametrize("name", ["lesson", "no-show", "late", "at the provider"])
async def test_room_evicted_before_each_event_records_the_same(name, monkeypatch):
    case = CASES[name]
    with running(case) as world:
        await case.prepare(world)
        await case.act(world)
        await case.finish(world)
        expected, points = world.data(), world.points
    with running(case) as world:
        awake = world.rooms.awake

        def newly_awake(session_id):
            world.rooms.evict()
            return awake(session_id)

        monkeypatch.setattr(world.rooms, "awake", newly_awake)
        await case.prepare(world)
        await case.act(world)
        await case.finish(world)

        assert world.data() == expected
        assert world.points == points


@asynccontextmanager
async def lesson_with_student_at_the_provider():
    """A world, and a lesson at the provider to which the student has come."""
    case = CASES["at the provider"]
    with running(case) as world:
        await case.prepare(world)
        lesson = ProviderLesson(world)
        await lesson.until(START)
        await lesson.comes("student")
        yield world, lesson


async def test_room_keeps_its_alarm_during_a_long_outage():
    """The runtime gives up an alarm after seven failures; then no stay would ever end."""
    async with lesson_with_student_at_the_provider() as (world, lesson):
        await lesson.comes("teacher")
        world.connection.execute("UPDATE sessions SET scheduled_end = ?", [END])
        world.plug.rooms.clear()  # both have left, and their webhooks are lost
        world.outage = Outage(0, How.LASTING)
        await lesson.until(START + 8 * MINUTE)
        world.heal()
        await lesson.until(START + 10 * MINUTE)

        assert world.rows("SELECT count(*) FROM attendance WHERE left_at IS NULL") == [(0,)]


async def test_room_gives_up_ending_a_call_after_half_an_hour():
    async with lesson_with_student_at_the_provider() as (world, lesson):
        await lesson.leaves("student")
        days = 30 * 24 * HOUR
        world.connection.execute(
            "UPDATE sessions SET scheduled_start = scheduled_start + ?1, sequence = sequence + 1,"
            " scheduled_end = scheduled_end + ?1",
            [days],
        )
        answer, tried = world._answer, []

        def without_end(method, url, headers, body):
            if not url.endswith("/endRoom"):
                return answer(method, url, headers, body)
            tried.append(world.now)
            raise ConnectionError

        world._answer = without_end
        await world.rooms.run("s1", "refresh")
        await lesson.until(START + 3 * HOUR)

        assert len(tried) > 1
        assert tried[-1] - tried[0] <= 31 * MINUTE


async def test_join_after_the_provider_was_switched_off_is_peer_to_peer():
    make = partial(World, "plugnmeet", now=START + INTO, peer_first=True)
    with running(Case(booked, whole_lesson, make=make)) as world:
        await booked(world)
        first = await world.connect("teacher", PAGES["teacher"])
        await world.press("POST", "/session/s1/join", "teacher")
        await world.rooms.alarms(START + 2 * MINUTE)
        move = '{"type": "move", "epoch": 0, "reason": "asked"}'
        await world.rooms.run("s1", "webSocketMessage", first, move)
        moved = await world.connect("student", PAGES["student"])
        world.settings = replace(world.settings, video_provider="peer")
        await world.press("POST", "/session/s1/join")
        back = await world.connect("student", PAGES["student"])

        welcomes = [json.loads(each.sent[0]) for each in (first, moved, back)]
        assert [each["epoch"] for each in welcomes] == [0, 1, 2]
        assert [each["provider"] for each in welcomes] == [None, "plugnmeet", "peer"]


async def test_call_moves_for_both_though_the_answer_is_lost():
    make = partial(World, "plugnmeet", now=START + INTO, peer_first=True)
    for how in (How.AFTER, How.BEFORE):
        with running(Case(booked, whole_lesson, make=make)) as world:
            await booked(world)
            sockets = [await world.connect(role, page) for role, page in PAGES.items()]
            await world.press("POST", "/session/s1/join")
            await world.rooms.alarms(START + 2 * MINUTE)
            move = '{"type": "move", "epoch": 0, "reason": "asked"}'
            world.outage = Outage(1, how)
            await world.rooms.run("s1", "webSocketMessage", sockets[0], move)
            world.heal()
            types_sent = [[json.loads(each)["type"] for each in socket.sent] for socket in sockets]
            moved = how is How.AFTER

            assert [types.count("mode") for types in types_sent] == [int(moved)] * 2
            assert types_sent[0].count("error") == 1, "the page may send `move` again"
            await world.rooms.run("s1", "webSocketMessage", sockets[0], move)
            types_sent = [[json.loads(each)["type"] for each in socket.sent] for socket in sockets]
            assert [types.count("mode") for types in types_sent] == [1] * 2
