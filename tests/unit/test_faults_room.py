"""Lessons in the real room object, with each of its calls failing, and with it evicted at will."""

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
from tests.unit.faults import Case, DiedError, How, Outage, WebSocket, World, running, survives

PAGES = {"student": "5" * 16, "teacher": "7" * 16}
# Into the minute, so that what is done seconds later counts as the same time.
INTO = 20
# A short lesson: rooms look at their record each minute.
END = START + 14 * MINUTE
HELD_END = START + 4 * MINUTE


class Lesson:
    """Two people and their browsers, which connect again when their socket is lost."""

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
            self.world.outage.dead = False
            await self._reconnect()

    async def vanishes(self, role: str) -> None:
        """A laptop is closed: the socket ends, and nobody comes back."""
        socket = self.sockets.pop(role)
        socket.readyState = 3
        try:
            await self._event("webSocketClose", socket, 1006, "", False)
        except (DiedError, ServiceUnavailableError):
            self.world.outage.dead = False
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
        """A browser tries until it succeeds."""
        for _ in range(4):
            try:
                await work()
            except (DiedError, ServiceUnavailableError):
                self.world.outage.dead = False
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


async def have_the_other_told(world):
    return [await world.press("POST", "/session/s1/waiting")]


async def minutes(world):
    await world.rooms.alarms(world.now + MINUTE)
    await tick.tick(world.context())


class HeldLesson(Lesson):
    """At the provider: its client in a frame, no live sockets; its webhooks may get lost."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.calls = 0

    async def comes(self, role: str) -> None:
        await self._pressed(role)
        [room] = self.world.plug.rooms.values()
        self.world.plug._connect(room, role, role, admin=False)
        await self._told("participant_joined", role, "ACTIVE")

    async def leaves(self, role: str) -> None:
        for room in self.world.plug.rooms.values():
            room.people.pop(role, None)
            await self._told("participant_left", role, "DISCONNECTED")

    async def _pressed(self, role: str) -> None:
        for _ in range(3):
            response = await self.world.press("POST", "/session/s1/join", role)
            if response is not None and response.status == 200:
                return
            assert response is None or response.status == 503
        raise AssertionError("refused for good")

    async def _told(self, event: str, role: str, state: str) -> None:
        [room] = self.world.plug.rooms.values()
        person = {"sid": f"PA_{role}", "identity": role, "name": role, "state": state}
        body, headers = self.world.plug.webhook(event, room, participant=person)
        lower = {name.lower(): value for name, value in headers.items()}
        for _ in range(2):
            seen = await self.world.press("POST", "/webhooks/plugnmeet", body=body, headers=lower)
            if seen is not None and seen.status == 200:
                return


async def lesson_at_the_provider(world):
    lesson = HeldLesson(world)
    for moment, happening in (
        (START, partial(lesson.comes, "student")),
        (START + MINUTE, partial(lesson.comes, "teacher")),
        (HELD_END + MINUTE, partial(lesson.leaves, "student")),
        (HELD_END + 2 * MINUTE, partial(lesson.leaves, "teacher")),
    ):
        await lesson.until(moment)
        await happening()


async def booked_shorter(world):
    world.book(scheduled_end=HELD_END)


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
        have_the_other_told,
        minutes,
        partial(World, now=START + INTO),
        coarse_s=MINUTE,
    ),
}


@pytest.mark.parametrize("how", [How.BEFORE, How.AFTER, How.DIED])
@pytest.mark.parametrize("name", CASES)
async def test_no_stay_and_no_change_of_a_session_is_lost_or_doubled(name, how):
    leaves = "mails taken" if name == "somebody waits" else "attendance"
    assert await survives(replace(CASES[name], leaves=leaves), how) > 0


@pytest.mark.parametrize("name", ["lesson", "no-show", "late", "at the provider"])
async def test_a_room_that_sleeps_between_all_its_events_forgets_nothing(name, monkeypatch):
    case = CASES[name]
    with running(case) as world:
        await case.prepare(world)
        await case.act(world)
        await case.finish(world)
        wanted, counted = world.left(), world.points
    with running(case) as world:
        awake = world.rooms.awake

        def newly_awake(session_id):
            world.rooms.evict()
            return awake(session_id)

        monkeypatch.setattr(world.rooms, "awake", newly_awake)
        await case.prepare(world)
        await case.act(world)
        await case.finish(world)

        assert world.left() == wanted
        assert world.points == counted


@asynccontextmanager
async def lesson_held_from_the_start():
    """Give the world, and a lesson at the provider that the student has come to."""
    case = CASES["at the provider"]
    with running(case) as world:
        await case.prepare(world)
        lesson = HeldLesson(world)
        await lesson.until(START)
        await lesson.comes("student")
        yield world, lesson


async def test_an_outage_of_minutes_does_not_end_the_alarms_of_a_room():
    """The runtime gives an alarm up that has failed seven times; then nobody would ever leave."""
    async with lesson_held_from_the_start() as (world, lesson):
        await lesson.comes("teacher")
        world.connection.execute("UPDATE sessions SET scheduled_end = ?", [END])
        world.plug.rooms.clear()  # both are gone, and their webhooks are lost
        world.outage = Outage(0, How.LASTING)
        await lesson.until(START + 8 * MINUTE)
        world.heal()
        await lesson.until(START + 10 * MINUTE)

        assert world.rows("SELECT count(*) FROM attendance WHERE left_at IS NULL") == [(0,)]


async def test_a_call_of_a_moved_lesson_that_cannot_be_ended_is_given_up_after_half_an_hour():
    async with lesson_held_from_the_start() as (world, lesson):
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


async def test_who_joins_after_an_operator_has_left_the_provider_meets_peer_to_peer():
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

        welcomes = [json.loads(each.said[0]) for each in (first, moved, back)]
        assert [each["epoch"] for each in welcomes] == [0, 1, 2]
        assert [each["provider"] for each in welcomes] == [None, "plugnmeet", "peer"]


async def test_a_call_that_moves_while_the_answer_is_lost_moves_for_both():
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
            told = [[json.loads(each)["type"] for each in socket.said] for socket in sockets]
            moved = how is How.AFTER

            assert [types.count("mode") for types in told] == [int(moved)] * 2
            assert told[0].count("error") == 1, "who asked may ask again"
            await world.rooms.run("s1", "webSocketMessage", sockets[0], move)
            told = [[json.loads(each)["type"] for each in socket.said] for socket in sockets]
            assert [types.count("mode") for types in told] == [1] * 2
