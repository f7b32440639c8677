"""The board outside its room: pictures, saving, reading, printing, carrying on, deleting."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import retention
from auth import links
from db import boards
from files import board_pictures
from sessions.overdue import close_overdue
from tests.pictures import GIF, HTML, SVG, jpeg, png
from tests.unit.board_messages import both, page, said, stroke
from tests.unit.call_world import Browser, CallWorld, call_world
from tests.unit.cast import DAY, HOUR, MINUTE, START, booked_person, booking
from tests.unit.faults import Outage

PAGE = "page0000"
BOARD = "/session/s1/board"
JSON = {"accept": "application/json"}


@pytest.fixture
def world() -> Iterator[CallWorld]:
    with call_world("peer") as world:
        yield world


async def post_image(world: CallWorld, content: bytes, who: str = "student") -> Any:
    answer = await world.press("POST", f"{BOARD}/images", who, body=content)
    assert answer is not None
    return answer


async def read(world: CallWorld, who: str = "student", path: str = BOARD) -> dict[str, Any]:
    answer = await world.press("GET", path, who, headers=JSON)
    assert answer is not None
    assert answer.status == 200, answer.body
    found: dict[str, Any] = json.loads(answer.body)
    return found


def image_of(image_id: str, **fields: Any) -> dict[str, Any]:
    placed = {"id": "image000", "page": PAGE, "kind": "image", "x": 0, "y": 0, "w": 30, "h": 20}
    return {"put": placed | {"image": image_id} | fields}


def saved(world: CallWorld) -> dict[str, Any] | None:
    found = world.files.objects.get("sessions/s1/board/board.json")
    return json.loads(found[0]) if found else None


# Pictures.


async def test_picture_is_stored_and_both_people_see_it(world: CallWorld) -> None:
    await both(world)
    answer = await post_image(world, png(3, 2))
    found = json.loads(answer.body)

    assert (answer.status, found["width"], found["height"]) == (201, 3, 2)
    for who in ("student", "teacher"):
        shown = await world.press("GET", f"{BOARD}/images/{found['id']}", who)
        assert (shown.status, shown.body) == (200, png(3, 2))
        headers = dict(shown.headers)
        assert headers["Content-Type"] == "image/png"
        assert "sandbox" in headers["Content-Security-Policy"]
    tag = {"if-none-match": headers["ETag"]}
    again = await world.press("GET", f"{BOARD}/images/{found['id']}", "teacher", headers=tag)
    assert (again.status, again.body) == (304, None)
    stranger = await world.press("GET", f"{BOARD}/images/{found['id']}", "stranger")
    assert stranger.status == 403


@pytest.mark.parametrize("content", [SVG, HTML, GIF, b"", png()[:20], b"%PDF-1.7 " + png()])
async def test_what_is_no_picture_is_refused_and_leaves_nothing(
    world: CallWorld, content: bytes
) -> None:
    await both(world)

    assert (await post_image(world, content)).status == 415
    assert world.files.objects == {}
    assert world.rows("SELECT * FROM board_images") == []


async def test_limits_of_pictures(world: CallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    await both(world)
    monkeypatch.setattr(board_pictures, "MAX_BYTES", 100_000)
    assert (await post_image(world, png() + bytes(100_000))).status == 413
    monkeypatch.setattr(board_pictures, "MAX_IMAGES", 2)
    monkeypatch.setattr(board_pictures, "MAX_TOTAL_BYTES", 70_000)
    assert (await post_image(world, jpeg())).status == 201
    assert (await post_image(world, jpeg())).status == 413
    assert (await post_image(world, png())).status == 201
    assert (await post_image(world, png())).status == 413
    assert len(world.files.objects) == len(world.rows("SELECT * FROM board_images")) == 2


async def test_pictures_only_while_the_room_is_open(world: CallWorld) -> None:
    world.now = START - HOUR
    await world.platform_puts()
    assert (await post_image(world, png())).status == 409
    world.now = START + DAY
    assert (await post_image(world, png())).status == 410
    assert (await post_image(world, png(), "stranger")).status == 403


async def test_element_shows_only_pictures_of_its_session(world: CallWorld) -> None:
    student, _ = await both(world)
    await world.press("PUT", "/platform/sessions/s2", "platform", booking())
    other = await world.press("POST", "/session/s2/board/images", "student", body=png())
    own = json.loads((await post_image(world, png())).body)["id"]
    await student.send(**said(page(PAGE), image_of(own, id="own00000")))
    await student.read()

    await student.send(**said(image_of(json.loads(other.body)["id"]), change="foreign0"))
    await student.read()

    assert student.received[-1]["code"] == "board_unknown"
    assert student.received[-1]["id"] == "foreign0"
    [drawn] = (await read(world))["pages"][0]["elements"]
    assert drawn["image"] == own


# Saving and reading.


async def test_board_is_saved_a_minute_after_a_change_at_most(world: CallWorld) -> None:
    student, _ = await both(world)
    await student.send(**said(page(PAGE), stroke(PAGE)))
    changed_at = world.now
    await world.pass_time(changed_at + MINUTE)

    assert saved(world)["version"] == 1
    [(version, first_page, saved_at)] = world.rows(
        "SELECT version, first_page, saved_at FROM boards"
    )
    assert (version, first_page) == (1, PAGE)
    assert saved_at <= changed_at + MINUTE
    size = len(world.files.objects)
    await student.send(**said(stroke(PAGE)))
    world.rooms.evict()
    await world.pass_time(world.now + MINUTE + 5)
    assert saved(world)["version"] == 2
    assert len(world.files.objects) == size


async def test_board_is_saved_at_the_end_and_read_from_there(world: CallWorld) -> None:
    student, _ = await both(world)
    await student.send(**said(page(PAGE, "Fractions"), stroke(PAGE)))
    live = await read(world)
    await world.press("POST", "/session/s1/end", "teacher")

    assert saved(world) == {key: live[key] for key in ("version", "pages")}
    world.rooms.states.pop("s1")
    world.rooms.evict()
    assert await read(world, "teacher") == live
    assert live["pages"][0]["title"] == "Fractions"


async def test_save_that_failed_is_repeated(world: CallWorld) -> None:
    student, _ = await both(world)
    await student.send(**said(page(PAGE), stroke(PAGE)))
    world.outage = Outage(service_down="r2")
    await world.pass_time(world.now + 2 * MINUTE)
    assert saved(world) is None
    assert student.is_open

    world.heal()
    await world.pass_time(world.now + MINUTE)

    assert saved(world)["version"] == 1


async def test_board_is_read_while_its_room_is_down(world: CallWorld) -> None:
    student, _ = await both(world)
    await student.send(**said(page(PAGE), stroke(PAGE)))
    await world.pass_time(world.now + MINUTE)
    world.outage = Outage(service_down="rooms")

    assert (await read(world))["version"] == 1


async def test_board_that_begins_anew_is_saved_and_read_whole(world: CallWorld) -> None:
    """The student draws alone. When the no-show is moved, its room has forgotten that board.

    The new board has a lower version and is longer.
    """
    await world.platform_puts()
    student = Browser(world, "student")
    await student.open()
    await student.send(**said(page(PAGE, "First")))
    for number in range(5):
        await student.send(**said(page(PAGE, f"First {number}")))
    await world.pass_time(START + 91 * DAY)
    await close_overdue(world.context())
    again = world.now + DAY
    await world.platform_puts(scheduled_start=again, scheduled_end=again + HOUR)
    await world.pass_time(again)
    student, teacher = Browser(world, "student", 1), Browser(world, "teacher", 1)
    await student.open()
    await teacher.open()
    await student.send(**said(page("page0002", "Second"), *[stroke("page0002") for _ in range(9)]))
    await world.press("POST", "/session/s1/end", "teacher")
    now = world.now
    await world.pass_time(now + 92 * DAY)

    assert world.rooms.awake("s1")._board.store.state.version == 0
    found = await read(world)
    assert [sheet["title"] for sheet in found["pages"]] == ["Second"]
    size = len(world.files.objects["sessions/s1/board/board.json"][0])
    row = world.rows("SELECT version, first_page, size_bytes, saved_at FROM boards")
    assert row == [(1, "page0002", size, now)]
    assert told_versions(world) == [6, 1]


async def test_board_is_answered_in_ascii(world: CallWorld) -> None:
    """Python keeps a whole text with four bytes a character if one of them is an emoji."""
    course = {"id": "algebra", "title": "Algebra \U0001f600"}
    student, _ = await both(world)
    await world.platform_puts(course=course)
    await student.send(**said(page(PAGE, "Größe \U0001f600"), stroke(PAGE)))
    await world.press("POST", "/session/s1/end", "teacher")
    world.now = START + DAY
    times = {"scheduled_start": world.now, "scheduled_end": world.now + HOUR, "course": course}
    await world.press("PUT", "/platform/sessions/s2", "platform", booking(**times))

    for path in (BOARD, "/session/s2/board"):
        answer = await world.press("GET", path, "student", headers=JSON)
        assert answer is not None
        assert answer.body.isascii()
    assert (await read(world))["pages"][0]["title"] == "Größe \U0001f600"
    assert (await read(world, path="/session/s2/board"))["earlier"]["title"] == course["title"]


async def test_object_that_is_newer_than_its_row_is_read_whole(world: CallWorld) -> None:
    await drawn_lesson(world)
    world.connection.execute("UPDATE boards SET size_bytes = 9")
    world.rooms.states.pop("s1")
    world.rooms.evict()

    assert (await read(world))["pages"][0]["title"] == "Fractions"


async def test_row_of_a_board_follows_the_newest_save(world: CallWorld) -> None:
    await world.platform_puts()
    about = {"page": PAGE, "size": 50}
    for version, now in [(5, START), (6, START + 9), (6, START + 9), (5, START + 8)]:
        await boards.note(world.db, "s1", "key", version=version, now=now, **about)

    assert told_versions(world) == [5, 6], "a repeated save, and one that comes late, are no news"
    assert world.rows("SELECT version, saved_at FROM boards") == [(6, START + 9)]


def told_versions(world: CallWorld) -> list[int]:
    """What the platform has heard of saved boards."""
    told = "SELECT data FROM platform_events WHERE type = 'board.saved' ORDER BY number"
    return [json.loads(data)["version"] for (data,) in world.rows(told)]


async def test_board_without_drawing_is_empty_and_never_saved(world: CallWorld) -> None:
    await both(world)
    await world.press("POST", "/session/s1/end", "teacher")

    assert await read(world) == {"version": 0, "pages": [], "earlier": None}
    assert world.rows("SELECT * FROM boards") == []


HOSTILE = '"><script>alert(1)</script>&\u202e'


async def test_pages_are_safe_pictures(world: CallWorld) -> None:
    student, _ = await both(world)
    picture = json.loads((await post_image(world, png(3, 2))).body)["id"]
    base = {"page": PAGE, "x": 1, "y": 2, "colour": "red", "size": 9}
    shapes = [
        {"kind": "line", "dx": 5, "dy": 6},
        {"kind": "arrow", "dx": 5, "dy": -6},
        {"kind": "rectangle", "w": 5, "h": 6},
        {"kind": "ellipse", "w": 5, "h": 6, "filled": True},
        {"kind": "text", "w": 50, "text": HOSTILE},
    ]
    puts = [{"put": base | shape | {"id": f"shape00{at}"}} for at, shape in enumerate(shapes)]
    await student.send(
        **said(
            page(PAGE, HOSTILE),
            *puts,
            stroke(PAGE, x=-500),
            stroke(PAGE, pressures=[20, 90], highlighter=True),
            stroke(PAGE, points=[0, 0], pressures=[50]),
            image_of(picture, label=HOSTILE),
        )
    )
    await student.send(**said(page("page0002", position=2), stroke("page0002")))
    answer = await world.press("GET", f"{BOARD}/{PAGE}.svg", "teacher")
    root = ET.fromstring(answer.body)  # noqa: S314 (our own answer)

    assert dict(answer.headers)["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert "sandbox" in dict(answer.headers)["Content-Security-Policy"]
    names = [each.tag.rpartition("}")[2] for each in root.iter()]
    assert "script" not in names
    for name in ("path", "rect", "ellipse", "foreignObject", "image"):
        assert name in names
    assert root.get("viewBox").startswith("-520 ")
    [image] = [each for each in root.iter() if each.tag.endswith("image")]
    assert image.get("href").startswith("data:image/png;base64,")
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]
    printed = await world.press("GET", BOARD, "teacher", headers={"accept": "text/html"})
    assert printed.status == 200
    assert f"{BOARD}/{PAGE}.svg" in printed.body
    assert "<script" not in printed.body
    for path in ("page9999.svg", PAGE, f"{PAGE}.png", ".svg"):
        assert (await world.press("GET", f"{BOARD}/{path}", "teacher")).status == 404
    assert (await world.press("GET", f"{BOARD}/{PAGE}.svg", "stranger")).status == 403


# The next session.


async def carry_on(world: CallWorld, session: str, earlier: str, who: str = "student") -> int:
    body = {"session_id": earlier}
    answer = await world.press("POST", f"/session/{session}/board/continue", who, body)
    assert answer is not None
    return answer.status


async def drawn_lesson(world: CallWorld) -> str:
    """A lesson that is over, with a picture on its board. Returns the picture's id."""
    student, _ = await both(world)
    picture: str = json.loads((await post_image(world, png(3, 2))).body)["id"]
    await student.send(**said(page(PAGE, "Fractions"), stroke(PAGE), image_of(picture)))
    await world.press("POST", "/session/s1/end", "teacher")
    return picture


async def test_next_session_carries_on_with_copies(world: CallWorld) -> None:
    picture = await drawn_lesson(world)
    world.now = START + DAY
    times = {"scheduled_start": world.now, "scheduled_end": world.now + HOUR}
    await world.press("PUT", "/platform/sessions/s2", "platform", booking(**times))
    before = await read(world, path="/session/s2/board")
    assert before["earlier"]["session_id"] == "s1"
    assert before["earlier"]["date"] == "15 January"

    assert await carry_on(world, "s2", "s1") == 204

    after = await read(world, path="/session/s2/board")
    [sheet] = after["pages"]
    assert sheet["title"] == "Fractions"
    [line, image] = sheet["elements"]
    assert (line["kind"], line["by"]) == ("stroke", "student")
    assert image["image"] != picture
    copy = await world.press("GET", f"/session/s2/board/images/{image['image']}", "teacher")
    assert copy.body == png(3, 2)
    objects = len(world.files.objects)
    assert await carry_on(world, "s2", "s1") == 409
    assert len(world.files.objects) == objects, "the copies of the second attempt are deleted"
    await retention.purge(world.context()._replace(now=START + 365 * DAY + HOUR))
    assert copy.body == png(3, 2)


@pytest.mark.parametrize("earlier", ["s1", "s2", "unknown"])
async def test_board_of_others_is_not_copied(world: CallWorld, earlier: str) -> None:
    """s1 is an earlier session of the teacher with another student, s2 is this one."""
    await drawn_lesson(world)
    world.now = START + DAY
    times = {"scheduled_start": world.now, "scheduled_end": world.now + HOUR}
    others = booking(**times, student=booked_person("stranger"))
    await world.press("PUT", "/platform/sessions/s2", "platform", others)

    assert await carry_on(world, "s2", earlier, "teacher") == 404
    assert (await read(world, "teacher", "/session/s2/board"))["earlier"] is None


async def test_link_in_a_mail_offers_no_earlier_board(world: CallWorld) -> None:
    await drawn_lesson(world)
    world.now = START + DAY
    times = {"scheduled_start": world.now, "scheduled_end": world.now + HOUR}
    await world.press("PUT", "/platform/sessions/s2", "platform", booking(**times))
    link, keys = links.RoomLink("s2", "student"), world.settings.link_secrets
    cookie = f"{links.ROOM_COOKIE}={links.sign(link, keys, purpose=links.COOKIE)}"
    by_link = {"authorization": "", "cookie": cookie}

    found = await world.press("GET", "/session/s2/board", headers=by_link | JSON)
    body = {"session_id": "s1"}
    copied = await world.press("POST", "/session/s2/board/continue", data=body, headers=by_link)

    assert json.loads(found.body)["earlier"] is None
    assert copied.status == 404
    assert (await read(world, path="/session/s2/board"))["earlier"]["session_id"] == "s1"


async def test_people_in_the_room_hear_of_a_copied_board(world: CallWorld) -> None:
    await drawn_lesson(world)
    world.now = START + DAY
    times = {"scheduled_start": world.now, "scheduled_end": world.now + HOUR}
    await world.press("PUT", "/platform/sessions/s2", "platform", booking(**times))
    page_id = Browser.page_of("teacher")
    upgrade = {"upgrade": "websocket"}
    path = f"/session/s2/live?page={page_id}"
    socket = (await world.press("GET", path, "teacher", headers=upgrade)).upgrade.webSocket
    await carry_on(world, "s2", "s1")

    heard = [json.loads(text) for text in socket.sent]
    [told] = [message for message in heard if message["type"] == "board"]
    assert told["previous"] > 0, "a gap: the page asks for what is newer"
    assert told["by"] == "student"


# Deleting.


async def test_purge_deletes_board_and_pictures(world: CallWorld) -> None:
    await drawn_lesson(world)
    await retention.purge(world.context()._replace(now=START + 364 * DAY))
    assert len(world.files.objects) == 2
    await retention.purge(world.context()._replace(now=START + 366 * DAY))

    assert world.files.objects == {}
    assert world.rows("SELECT * FROM boards") == world.rows("SELECT * FROM board_images") == []


async def test_room_deletes_its_board_with_the_chat(world: CallWorld) -> None:
    await drawn_lesson(world)
    await world.pass_time(START + 91 * DAY)

    assert world.rooms.awake("s1")._board.store.state.version == 0
    assert (await read(world))["version"] == 1, "the saved one is kept longer"


async def test_room_that_keeps_its_chat_for_ever_deletes_its_board() -> None:
    with call_world("peer") as world:
        world.settings = replace(world.settings, chat_kept_days=0, resources_kept_days=30)
        await drawn_lesson(world)
        await world.pass_time(START + 29 * DAY)
        assert world.rooms.awake("s1")._board.store.state.version == 1
        await world.pass_time(START + 31 * DAY)

        assert world.rooms.awake("s1")._board.store.state.version == 0
        assert world.rooms.states["s1"].alarm is None


async def test_deleted_session_loses_its_board(world: CallWorld) -> None:
    student, _ = await both(world)
    await student.send(**said(page(PAGE), stroke(PAGE)))
    world.connection.execute("DELETE FROM sessions WHERE id = 's1'")
    await world.rooms.forget_chat("s1")

    assert world.rooms.awake("s1")._board.store.state.version == 0
    assert saved(world) is None
