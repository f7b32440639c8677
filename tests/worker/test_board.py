"""The board over real sockets, D1 and R2: one lesson that draws, ends, and is read afterwards."""

import secrets
from typing import Any

from tests.people import STRANGER, STUDENT, TEACHER
from tests.pictures import GIF, HTML, SVG, png
from tests.unit.board_messages import page, said, stroke
from tests.worker.live_room import LiveClient, Room, until

PAGE = "page0000"


def get(room: Room, path: str, who: str = STUDENT, **headers: str) -> Any:
    address = f"/session/{room.id}/{path}".removesuffix("/")
    return room.http.get(address, headers={"Cookie": room.cookie(who), **headers})


def read(room: Room, who: str = STUDENT) -> Any:
    return get(room, "board", who, Accept="application/json").json()


async def refusal(client: LiveClient, *ops: dict[str, Any]) -> str:
    """The code with which the room refuses this change."""
    change = said(*ops)
    await client.send("board", change=change["change"], ops=change["ops"])
    error = await client.receive("error", id=change["change"])
    code: str = error["code"]
    return code


async def draw(client: LiveClient, *ops: dict[str, Any]) -> dict[str, Any]:
    """The room's confirmation of this change."""
    change = said(*ops)
    await client.send("board", change=change["change"], ops=change["ops"])
    return await client.receive("board", change=change["change"])


def image(image_id: str) -> dict[str, Any]:
    placed = {"page": PAGE, "kind": "image", "x": 0, "y": 0, "w": 30, "h": 20}
    return {"put": placed | {"id": secrets.token_hex(8), "image": image_id}}


async def test_two_people_draw_and_read_their_board_afterwards(room: Room) -> None:
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    assert student.welcome["board"] == {
        "version": 0,
        "open": False,
        "read_only": False,
        "follow": False,
        "page": None,
    }
    drawn = stroke(PAGE, points=[0.5, 1.5] * 2_000, pressures=[50, 60] * 1_000)
    own = await draw(student, page(PAGE, "Fractions"), drawn)
    heard = await teacher.receive("board")
    assert own == heard | {"change": own["change"]}
    for _ in range(20):
        await draw(teacher, stroke(PAGE, points=[0.5, 1.5] * 2_000))

    posted = room.post("board/images", TEACHER, content=png(3, 2))
    assert posted.status_code == 201, posted.text
    picture = posted.json()["id"]
    await draw(teacher, image(picture))
    assert get(room, f"board/images/{picture}").content == png(3, 2)
    for content in (SVG, HTML, GIF):
        assert room.post("board/images", STUDENT, content=content).status_code == 415
    assert room.post("board/images", STRANGER, content=png()).status_code == 403

    again = await room.enter(STUDENT)
    await again.send("board_since", since=0)
    parts = [await again.receive("board_state")]
    while not parts[-1]["last"]:
        parts.append(await again.receive("board_state"))
    elements = [element for part in parts for element in part["elements"]]
    assert 1 < len(parts) < 5, "about 200 KB each"
    assert len(elements) == 22
    assert {part["version"] for part in parts} == {22}

    live = read(room)
    assert [len(sheet["elements"]) for sheet in live["pages"]] == [22]
    svg = get(room, f"board/{PAGE}.svg", TEACHER)
    assert svg.headers["content-type"] == "image/svg+xml; charset=utf-8"
    assert "data:image/png;base64," in svg.text
    assert f"board/{PAGE}.svg" in get(room, "board").text
    assert get(room, "board", STRANGER).status_code == 403

    assert room.post("end", TEACHER).is_success
    saved = "SELECT version, first_page FROM boards WHERE session_id = ?"
    await until(lambda: room._read(saved), [(22, PAGE)])
    assert read(room, TEACHER) == live
    assert f"/session/{room.id}/board/{PAGE}.svg" in get(room, "").text
    assert room.post("board/images", STUDENT, content=png()).status_code == 410


async def test_hostile_changes_are_refused_and_change_nothing(room: Room) -> None:
    student, teacher = await room.enter(STUDENT), await room.enter(TEACHER)
    await draw(teacher, page(PAGE), stroke(PAGE))
    before = read(room)

    assert await refusal(student, stroke(PAGE, points=[0.5] * 20_000)) == "malformed"
    assert await refusal(student, stroke(PAGE, points=[0.5] * 1_000_000)) == "too_large"
    assert await refusal(student, stroke("page9999")) == "board_unknown"
    assert await refusal(student, {"delete": "unknown00"}) == "board_unknown"
    assert await refusal(student, image("f" * 32)) == "board_unknown"
    assert await refusal(student, stroke(PAGE, by="teacher")) == "malformed"
    await teacher.send("board_mode", read_only=True)
    await student.receive("board_mode", read_only=True)
    assert await refusal(student, stroke(PAGE)) == "board_read_only"
    lobby = await room.enter(STUDENT, watch=True)
    await lobby.send("board", change="change000", ops=[stroke(PAGE)])
    assert (await lobby.receive("error"))["code"] == "watching"

    assert read(room) == before
    await draw(teacher, stroke(PAGE))
