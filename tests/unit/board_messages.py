"""Messages about the board, as a page sends them."""

import itertools
import json
from typing import Any

from board.records import Change
from room import messages
from tests.unit.call_world import Browser, CallWorld

_numbers = itertools.count(1)


def new_id(name: str = "id") -> str:
    """An id of an element, a page or a change, that is used nowhere else."""
    return f"{name}{next(_numbers):08d}"


def page(page_id: str, title: str = "", position: float = 1) -> dict[str, Any]:
    return {"put_page": {"id": page_id, "title": title, "position": position}}


def stroke(page_id: str, element_id: str = "", **fields: Any) -> dict[str, Any]:
    """A `put` of a short stroke."""
    drawn = {
        "id": element_id or new_id("stroke"),
        "page": page_id,
        "kind": "stroke",
        "x": 10.5,
        "y": 20,
        "points": [0, 0, 3.5, 4],
        "colour": "ink",
        "size": 4,
    }
    return {"put": drawn | fields}


def said(*ops: dict[str, Any], change: str = "") -> dict[str, Any]:
    return {"type": "board", "change": change or new_id("change"), "ops": list(ops)}


def parsed(*ops: dict[str, Any], change: str = "") -> Change:
    """The change as the room reads it."""
    message = messages.parse(json.dumps(said(*ops, change=change)))
    assert isinstance(message, Change)
    return message


async def both(world: CallWorld) -> tuple[Browser, Browser]:
    """Both people of a booked session, in the room."""
    assert await world.platform_puts() == 201
    people = Browser(world, "student"), Browser(world, "teacher")
    for person in people:
        assert await person.open() == 200
    return people
