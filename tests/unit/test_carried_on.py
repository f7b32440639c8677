"""An earlier board is carried on also after an attempt that failed, or at the same time as another.

Pictures are copied once, and those that the board shows stay.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from errors import BodyTooLargeError
from files import board_pictures, saved_boards
from tests.pictures import png
from tests.unit.board_messages import both, new_id, page, said, stroke
from tests.unit.call_world import Browser, CallWorld, call_world
from tests.unit.cast import DAY, HOUR, START, booking
from tests.unit.faults import How, Outage
from tests.unit.test_board_kept import PAGE, carry_on, image_of, post_image, read

PICTURES = 3
NEXT_BOARD = "/session/s2/board"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[CallWorld]:
    monkeypatch.setattr(board_pictures, "MAX_IMAGES", PICTURES + 1)
    with call_world("peer") as world:
        yield world


async def earlier_lesson(world: CallWorld) -> None:
    """A lesson with three pictures on its board is over, and the next one begins."""
    student, _ = await both(world)
    ids = [json.loads((await post_image(world, png(3, 2))).body)["id"] for _ in range(PICTURES)]
    images = [image_of(each, id=new_id("image")) for each in ids]
    await student.send(**said(page(PAGE, "Fractions"), stroke(PAGE), *images))
    await world.press("POST", "/session/s1/end", "teacher")
    world.now = START + DAY
    times = {"scheduled_start": world.now, "scheduled_end": world.now + HOUR}
    await world.press("PUT", "/platform/sessions/s2", "platform", booking(**times))


async def shown(world: CallWorld) -> list[str]:
    """The pictures on the board of the next lesson, each of which can be seen."""
    pages = (await read(world, path=NEXT_BOARD))["pages"]
    drawn = [element for sheet in pages for element in sheet["elements"]]
    ids = [element["image"] for element in drawn if element["kind"] == "image"]
    for each in ids:
        answer = await world.press("GET", f"{NEXT_BOARD}/images/{each}", "teacher")
        assert answer is not None
        assert (answer.status, answer.body) == (200, png(3, 2))
    return ids


def copied(world: CallWorld) -> set[str]:
    """The pictures of the next lesson: each row has its object."""
    ids = {row[0] for row in world.rows("SELECT id FROM board_images WHERE session_id = 's2'")}
    assert {board_pictures.key_of("s2", each) for each in ids} <= world.files.objects.keys()
    return ids


async def draw_something(world: CallWorld) -> None:
    """A person in the next lesson's room draws."""
    at = f"/session/s2/live?page={Browser.page_of('teacher')}"
    seen = await world.press("GET", at, "teacher", headers={"upgrade": "websocket"})
    assert seen is not None
    assert seen.upgrade is not None
    message = json.dumps(said(page(PAGE, "Mine"), stroke(PAGE)))
    await world.rooms.run("s2", "webSocketMessage", seen.upgrade.webSocket, message)


async def first_attempt(world: CallWorld, outage: Outage) -> list[str]:
    """Carry on with this outage. Returns the names of the outside calls."""
    await earlier_lesson(world)
    world.outage = outage
    await world.press("POST", f"{NEXT_BOARD}/continue", "student", {"session_id": "s1"})
    world.heal()
    return outage.calls


@pytest.mark.parametrize("how", [How.BEFORE, How.AFTER, How.DIED])
async def test_attempt_that_failed_is_repeated(
    world: CallWorld, monkeypatch: pytest.MonkeyPatch, how: How
) -> None:
    monkeypatch.setattr(board_pictures, "MAX_IMAGES", PICTURES)
    calls = await first_attempt(world, Outage())
    assert len(calls) > 2 * PICTURES
    for at, name in enumerate(calls):
        with call_world("peer") as each:
            await first_attempt(each, Outage(at, how))

            # The room may have taken the board although its answer was lost.
            assert await carry_on(each, "s2", "s1") in (204, 409), name
            assert len(await shown(each)) == PICTURES, name
            assert copied(each) == {*await shown(each)}, name
            assert await carry_on(each, "s2", "s1") == 409, name
            assert copied(each) == {*await shown(each)}, name


async def test_too_many_pictures_leave_nothing(world: CallWorld) -> None:
    await earlier_lesson(world)
    for _ in range(2):
        await world.press("POST", f"{NEXT_BOARD}/images", "student", body=png())
    before = copied(world)

    assert await carry_on(world, "s2", "s1") == 413
    assert copied(world) == before


async def test_nothing_is_copied_onto_a_drawn_board(world: CallWorld) -> None:
    await earlier_lesson(world)
    await draw_something(world)

    assert await carry_on(world, "s2", "s1") == 409
    assert copied(world) == set()


def before_fill(monkeypatch: pytest.MonkeyPatch, act: Callable) -> None:
    """Act once, when an attempt has copied the pictures."""
    copy = board_pictures.copy
    left = [act]

    async def copy_then_act(*args: object) -> dict[str, str]:
        copies = await copy(*args)
        if left:
            await left.pop()()
        return copies

    monkeypatch.setattr(saved_boards.board_pictures, "copy", copy_then_act)


async def test_copies_of_a_refused_attempt_are_deleted(
    world: CallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await earlier_lesson(world)
    before_fill(monkeypatch, partial(draw_something, world))

    assert await carry_on(world, "s2", "s1") == 409
    assert copied(world) == set()
    assert not [key for key in world.files.objects if key.startswith("sessions/s2/board/")]


async def test_two_who_carry_on_at_once_share_the_copies(
    world: CallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await earlier_lesson(world)
    answers = []

    async def other_carries_on() -> None:
        answers.append(await carry_on(world, "s2", "s1", "teacher"))

    before_fill(monkeypatch, other_carries_on)
    answers.append(await carry_on(world, "s2", "s1"))

    assert answers == [204, 409]
    assert copied(world) == {*await shown(world)}
    assert len(copied(world)) == PICTURES


async def test_copy_that_another_attempt_has_noted_stays(world: CallWorld) -> None:
    """Also if the session has all its pictures, with this one."""
    await earlier_lesson(world)
    row = {"id": "copy0000", "r2_key": "sessions/s2/board/copy0000", "type": "image/png"}
    row |= {"size_bytes": 9, "width": 3, "height": 2}
    for number in range(PICTURES):
        other = {"id": f"other{number:03}", "r2_key": f"other{number}"}
        await board_pictures.note(world.context(), "s2", row | other)
    await world.files.put(row["r2_key"], b"123456789")
    for _ in range(2):
        await board_pictures.note(world.context(), "s2", row)

    assert row["r2_key"] in world.files.objects
    with pytest.raises(BodyTooLargeError):
        await board_pictures.note(world.context(), "s2", row | {"id": "more0000", "r2_key": "more"})
