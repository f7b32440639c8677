"""The board's messages in a room: who may send them, and what both people get."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.board_messages import both, new_id, page, said, stroke
from tests.unit.call_world import Browser, CallWorld, call_world

PAGE = "page0000"


@pytest.fixture
def world() -> Iterator[CallWorld]:
    with call_world("peer") as world:
        yield world


async def heard(person: Browser, kind: str) -> list[dict[str, Any]]:
    """The messages of this type that are new."""
    already = len(person.received)
    await person.read()
    return [message for message in person.received[already:] if message["type"] == kind]


def welcome(person: Browser) -> dict[str, Any]:
    return [each for each in person.received if each["type"] == "welcome"][-1]["board"]


async def test_change_reaches_both_and_only_its_sender_gets_the_id(world: CallWorld) -> None:
    student, teacher = await both(world)
    drawn = said(page(PAGE), stroke(PAGE))
    await student.send(**drawn)

    [own], [others] = await heard(student, "board"), await heard(teacher, "board")
    assert own == others | {"change": drawn["change"]}
    assert (own["previous"], own["version"], own["by"]) == (0, 1, "student")
    assert [len(own["changes"][kind]) for kind in ("pages", "elements")] == [1, 1]

    await student.send(**drawn)

    [again] = await heard(student, "board")
    assert again == own | {"previous": 1, "changes": {"pages": [], "elements": []}}
    assert await heard(teacher, "board") == []


async def test_page_that_comes_back_asks_for_what_is_newer(world: CallWorld) -> None:
    student, teacher = await both(world)
    await student.send(**said(page(PAGE), stroke(PAGE)))
    await teacher.drop()
    drawn = stroke(PAGE)
    await student.send(**said(drawn))
    world.rooms.evict()
    await teacher.connect()
    await teacher.send(type="board_since", since=1)

    [state] = await heard(teacher, "board_state")
    assert [element["id"] for element in state["elements"]] == [drawn["put"]["id"]]
    assert (state["version"], state["pages"], state["last"]) == (2, [], True)
    assert welcome(teacher)["version"] == 2
    await teacher.send(type="board_since", since=2)
    [nothing] = await heard(teacher, "board_state")
    assert (nothing["elements"], nothing["last"]) == ([], True)


async def test_mode_is_sent_to_both_and_kept(world: CallWorld) -> None:
    student, teacher = await both(world)
    await student.send(**said(page(PAGE)))
    await student.send(type="board_mode", open=True, page=PAGE)
    await teacher.send(type="board_mode", read_only=True, follow=True)

    mode = {"open": True, "read_only": True, "follow": True, "page": PAGE}
    told = await heard(student, "board_mode")
    assert told[-1] == {"type": "board_mode", **mode, "by": "teacher"}
    assert await heard(teacher, "board_mode") == told
    world.rooms.evict()
    later = Browser(world, "student", 1)
    await later.open()
    assert welcome(later) == {"version": 1, **mode}


async def test_reader_may_point_and_look_but_not_write(world: CallWorld) -> None:
    student, teacher = await both(world)
    await teacher.send(**said(page(PAGE)))
    await teacher.send(type="board_mode", read_only=True)
    await heard(teacher, "board")
    ink = {"id": new_id(), "page": PAGE, "colour": "red", "size": 3, "highlighter": False}
    refused = said(stroke(PAGE))

    await student.send(**refused)
    await student.send(type="board_live", ink=ink | {"x": 1, "y": 2, "points": [0, 0]})
    await student.send(type="board_mode", read_only=False)
    await student.send(type="board_live", pointer={"page": PAGE, "x": 1, "y": 2.5, "laser": True})
    await student.send(type="board_live", pointer=None)

    errors = await heard(student, "error")
    assert [error["code"] for error in errors] == ["board_read_only"] * 3
    assert [error.get("id") for error in errors] == [refused["change"], None, None]
    pointer, gone = await heard(teacher, "board_live")
    assert pointer["pointer"] == {"page": PAGE, "x": 1, "y": 2.5, "laser": True}
    assert gone == {"type": "board_live", "pointer": None, "role": "student"}
    await teacher.send(**said(stroke(PAGE)))
    assert len(await heard(student, "board")) == 1


async def test_offline_strokes_for_a_board_that_was_closed_to_them_are_no_abuse(
    world: CallWorld,
) -> None:
    student, teacher = await both(world)
    await teacher.send(**said(page(PAGE)))
    await teacher.send(type="board_mode", read_only=True)
    for _ in range(100):
        await student.send(**said(stroke(PAGE)))

    assert len(await heard(student, "error")) == 100
    assert student.is_open


LINE = {"kind": "line", "x": 1, "y": 2, "dx": 3, "dy": 4, "colour": "red", "size": 3}
BOX = {"x": -5.5, "y": 0, "w": 10, "h": 20}


async def test_shapes_and_drags_are_passed_on_and_not_stored(world: CallWorld) -> None:
    student, teacher = await both(world)
    shape = {"id": new_id(), "page": PAGE, **LINE}
    drag = {"page": PAGE, "ids": [new_id()], "from": BOX, "to": BOX | {"x": 8}}
    live: list[dict[str, Any]] = [{"shape": shape}, {"drag": drag}, {"shape": None}]
    for content in live:
        await student.send(type="board_live", **content)
    for wrong in ({"drag": None}, {"drag": drag | {"ids": []}}, {"shape": shape | {"dx": 1e9}}):
        await student.send(type="board_live", **wrong)

    said_to_teacher = await heard(teacher, "board_live")
    assert said_to_teacher == [{"type": "board_live", "role": "student", **each} for each in live]
    assert [error["code"] for error in await heard(student, "error")] == ["malformed"] * 3
    later = Browser(world, "student", 1)
    await later.open()
    assert welcome(later)["version"] == 0
    await teacher.send(**said(page(PAGE)))
    await teacher.send(type="board_mode", read_only=True)
    await student.send(type="board_live", shape=shape)
    await student.send(type="board_live", drag=drag)
    assert await heard(teacher, "board_live") == []


@pytest.mark.parametrize(
    "message",
    [
        said(page(PAGE)),
        {"type": "board_since", "since": 0},
        {"type": "board_mode", "open": True},
        {"type": "board_live", "pointer": None},
    ],
    ids=lambda message: message["type"],
)
async def test_lobby_may_send_nothing(world: CallWorld, message: dict[str, Any]) -> None:
    student, _ = await both(world)
    lobby = await world.connect("student", f"{student.page[:-1]}f&watch=1")
    assert lobby is not None
    await world.rooms.run("s1", "webSocketMessage", lobby, json.dumps(message))

    assert "board" not in json.loads(lobby.sent[0])
    assert json.loads(lobby.sent[-1])["code"] == "watching"
    assert await heard(student, "board") == await heard(student, "board_mode") == []


def test_huge_and_malformed_changes_name_their_id() -> None:
    async def codes() -> list[tuple[str, Any]]:
        with call_world("peer") as world:
            student, teacher = await both(world)
            await student.send(**said(page(PAGE)))
            await heard(teacher, "board")
            many = [round(number * 0.1, 1) for number in range(10_002)]
            huge = stroke(PAGE, points=[0.5] * 2_000_000)
            deep: Any = []
            for _ in range(150):
                deep = [deep]
            for number, op in enumerate(
                [
                    huge,
                    stroke(PAGE, points=many),
                    stroke(PAGE, points=deep),
                    stroke(PAGE, x=float("nan")),
                    stroke(PAGE, by="teacher"),
                    stroke(PAGE, pressures=[50]),
                    {"put": {}, "delete": PAGE},
                    {},
                ]
            ):
                await student.send(**said(op, change=f"change{number:03d}"))
            errors = await heard(student, "error")
            assert await heard(teacher, "board") == []
            return [(error["code"], error.get("id")) for error in errors]

    assert asyncio.run(codes()) == [
        ("too_large", "change000"),
        *(("malformed", f"change{number:03d}") for number in range(1, 8)),
    ]


async def test_too_many_changes_are_refused_by_their_id(world: CallWorld) -> None:
    student, _ = await both(world)
    await student.send(**said(page(PAGE)))
    sent = [said(stroke(PAGE)) for _ in range(140)]
    for change in sent:
        await student.send(**change)

    errors = [each for each in await heard(student, "error") if each["code"] == "too_frequent"]
    assert errors
    assert {each["id"] for each in errors} <= {change["change"] for change in sent[100:]}


async def test_board_works_in_a_call_at_a_provider() -> None:
    with call_world("plugnmeet") as world:
        student, teacher = await both(world)
        assert student.place != "peer"
        await student.send(**said(page(PAGE), stroke(PAGE)))

        assert len(await heard(teacher, "board")) == 1
