"""A room keeps its alarm and its planned ends of calls when other work fails."""

from room.provider_call import END_RETRY_S
from settings import SettingsError
from tests.unit.call_world import Browser, call_world, run_until_quiet
from tests.unit.cast import MINUTE, START

MID = START + MINUTE


async def both_in(world):
    await world.platform_puts()
    people = Browser(world, "student"), Browser(world, "teacher")
    for person in people:
        assert await person.open() == 200
    await run_until_quiet(world, *people)
    assert len(world.open_rooms()) == 1


def incomplete(*_: object, **__: object) -> None:
    raise SettingsError(["PUBLIC_URL is missing"])


async def test_end_of_call_is_retried_until_settings_are_complete(monkeypatch):
    with call_world("plugnmeet", now=MID) as world:
        await both_in(world)
        world.faults = ["error"]
        await world.press("POST", "/session/s1/end", "teacher")
        with monkeypatch.context() as patched:
            patched.setattr("bindings.context", incomplete)
            await world.pass_time(world.now + 4 * MINUTE)
            assert len(world.open_rooms()) == 1
            assert world.alarm is not None
        await world.pass_time(world.now + END_RETRY_S + 2)

        assert world.open_rooms() == set()


async def test_end_of_call_is_requested_after_deferred_work_fails():
    async def fails() -> None:
        raise RuntimeError

    with call_world("plugnmeet", now=MID) as world:
        await both_in(world)
        world.rooms.awake("s1")._reconciler.deferred.append(fails())
        await world.press("POST", "/session/s1/end", "teacher")

        assert world.open_rooms() == set()
