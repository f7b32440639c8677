"""The board's rows: changes, limits, deletion, and what is newer than a version."""

import json
import sqlite3
import tracemalloc
from types import SimpleNamespace
from typing import Any

import pytest

from board import draft, store
from board.store import BoardStore
from domain.model import Role
from errors import RefusedMessageError
from room import messages
from tests.unit.board_messages import new_id, page, parsed, said, stroke

PAGE = "page0000"
STUDENT, TEACHER = Role.STUDENT, Role.TEACHER


def storage() -> Any:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row

    def run(statement: str, *params: Any) -> Any:
        rows = [dict(row) for row in connection.execute(statement, params)]
        return SimpleNamespace(toArray=lambda: rows)

    return SimpleNamespace(exec=run)


@pytest.fixture
def board() -> BoardStore:
    board = BoardStore(storage())
    board.apply(TEACHER, parsed(page(PAGE, "Fractions")))
    return board


def since(board: BoardStore, version: int) -> dict[str, dict[str, Any]]:
    """The records that are newer, by their ids."""
    found = {}
    for pages, elements in board.since(version):
        for record in json.loads(f"[{pages}]") + json.loads(f"[{elements}]"):
            found[record["id"]] = record
    return found


def refused(board: BoardStore, *ops: dict[str, Any], role: Role = STUDENT) -> str:
    """The code of the refusal. The board must stay as it is."""
    before = since(board, 0), board.state.version
    with pytest.raises(RefusedMessageError) as refusal:
        board.apply(role, parsed(*ops))
    assert (since(board, 0), board.state.version) == before
    return refusal.value.code


def test_put_stores_who_drew_and_in_which_order(board: BoardStore) -> None:
    first, second = new_id("stroke"), new_id("stroke")
    board.apply(STUDENT, parsed(stroke(PAGE, first)))
    applied = board.apply(TEACHER, parsed(stroke(PAGE, second)))

    records = since(board, 1)
    assert [records[each]["by"] for each in (first, second)] == ["student", "teacher"]
    assert records[first]["order"] < records[second]["order"]
    assert (applied.previous, applied.version, records[second]["version"]) == (2, 3, 3)
    assert [json.loads(row.record) for row in applied.rows] == [records[second]]


def test_edit_replaces_fields_and_keeps_the_maker(board: BoardStore) -> None:
    drawn = stroke(PAGE)
    board.apply(STUDENT, parsed(drawn))
    before = since(board, 1)[drawn["put"]["id"]]

    board.apply(TEACHER, parsed({"edit": {"id": before["id"], "x": 99, "colour": "red"}}))

    after = since(board, 2)[before["id"]]
    assert after == before | {"x": 99, "colour": "red", "version": 3}


@pytest.mark.parametrize(
    "fields",
    [
        {"points": [1, 2, 3]},
        {"text": "no field of a stroke"},
        {"x": 1e9},
        {"x": "1"},
        {"size": None},
        {"colour": "url(javascript:alert(1))"},
    ],
)
def test_edit_that_makes_no_element_is_refused(board: BoardStore, fields: dict[str, Any]) -> None:
    drawn = stroke(PAGE)
    board.apply(STUDENT, parsed(drawn))

    assert refused(board, {"edit": {"id": drawn["put"]["id"], **fields}}) == "malformed"


@pytest.mark.parametrize("field", ["page", "kind", "by", "version", "order", "deleted"])
def test_edit_of_a_fixed_field_is_refused(board: BoardStore, field: str) -> None:
    drawn = stroke(PAGE)
    board.apply(STUDENT, parsed(drawn))
    same = since(board, 1)[drawn["put"]["id"]].get(field, True)

    assert refused(board, {"edit": {"id": drawn["put"]["id"], field: same}}) == "malformed"


def test_change_takes_effect_as_a_whole_or_not_at_all(board: BoardStore) -> None:
    assert refused(board, stroke(PAGE), {"delete": "unknown00"}) == "board_unknown"


def test_repeated_change_changes_nothing(board: BoardStore) -> None:
    drawn = parsed(stroke(PAGE))
    board.apply(STUDENT, drawn)
    before = since(board, 0)

    again = board.apply(STUDENT, drawn)

    assert (again.version, again.previous) == (2, 2)
    assert since(board, 0) == before


def test_other_person_cannot_take_an_id(board: BoardStore) -> None:
    drawn = stroke(PAGE)
    board.apply(STUDENT, parsed(drawn))

    assert refused(board, drawn, role=TEACHER) == "malformed"


def test_deleted_element_is_restored_as_it_was(board: BoardStore) -> None:
    drawn = stroke(PAGE)
    element_id = drawn["put"]["id"]
    board.apply(STUDENT, parsed(drawn))
    before = since(board, 1)[element_id]

    board.apply(TEACHER, parsed({"delete": element_id}))
    gone = since(board, 2)[element_id]
    board.apply(STUDENT, parsed({"delete": element_id}))
    assert since(board, 3) == {}, "the second person to erase it changes nothing"
    board.apply(TEACHER, parsed({"restore": element_id}))

    assert gone == {
        "id": element_id,
        "page": PAGE,
        "kind": "stroke",
        "deleted": True,
        "version": 3,
    }
    assert since(board, 4)[element_id] == before | {"version": 5}


def test_deleted_page_takes_no_elements_and_comes_back_with_its_own(board: BoardStore) -> None:
    drawn = stroke(PAGE)
    board.apply(STUDENT, parsed(drawn))
    board.apply(TEACHER, parsed({"delete_page": PAGE}))

    assert refused(board, stroke(PAGE)) == "board_unknown"
    assert refused(board, {"edit": {"id": drawn["put"]["id"], "x": 1}}) == "board_unknown"
    assert json.loads(board.snapshot())["pages"] == []
    board.apply(TEACHER, parsed({"restore_page": PAGE}))
    # So does one that is put again, by a browser that has no other page.
    board.apply(TEACHER, parsed({"delete_page": PAGE}))
    board.apply(STUDENT, parsed(page(PAGE)))

    [restored] = json.loads(board.snapshot())["pages"]
    assert [element["id"] for element in restored["elements"]] == [drawn["put"]["id"]]


@pytest.mark.parametrize(
    "op",
    [
        stroke("page9999"),
        {"edit": {"id": "unknown00", "x": 1}},
        {"edit": {"id": PAGE, "x": 1}},
        {"delete": "unknown00"},
        {"delete": PAGE},
        {"restore": "unknown00"},
        {"delete_page": "unknown00"},
        {"restore_page": "unknown00"},
        {
            "put": {
                "id": "image000",
                "page": PAGE,
                "kind": "image",
                "x": 0,
                "y": 0,
                "w": 9,
                "h": 9,
                "image": "0123456789abcdef0123456789abcdef",
            }
        },
    ],
)
def test_what_the_board_does_not_have_is_refused(board: BoardStore, op: dict[str, Any]) -> None:
    assert refused(board, op) == "board_unknown"


def test_picture_of_the_session_is_shown(board: BoardStore) -> None:
    board.add_image("0123456789abcdef0123456789abcdef")
    picture = {"id": "image000", "page": PAGE, "kind": "image", "x": 0, "y": 0, "w": 9, "h": 9}
    board.apply(STUDENT, parsed({"put": picture | {"image": "0123456789abcdef0123456789abcdef"}}))

    assert since(board, 1)["image000"]["label"] == ""
    foreign = {"edit": {"id": "image000", "image": "f" * 32}}
    assert refused(board, foreign) == "board_unknown"


def test_full_page_and_full_board_refuse_more(
    board: BoardStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "MAX_ELEMENTS", 3)
    monkeypatch.setattr(draft, "MAX_PAGES", 2)
    kept = stroke(PAGE)
    board.apply(STUDENT, parsed(kept, stroke(PAGE), stroke(PAGE)))

    assert refused(board, stroke(PAGE)) == "board_full"
    board.apply(STUDENT, parsed(page("page0002"), stroke("page0002")))
    assert refused(board, page("page0003")) == "board_full"
    board.apply(STUDENT, parsed({"delete": kept["put"]["id"]}, stroke(PAGE)))
    assert refused(board, {"restore": kept["put"]["id"]}) == "board_full"


def test_board_without_space_still_deletes_and_forgets_what_was_deleted(
    board: BoardStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = [stroke(PAGE, points=[0.5] * 400) for _ in range(10)]
    board.apply(STUDENT, parsed(*drawn))
    monkeypatch.setattr(draft, "MAX_BYTES", board.usage.bytes + 50)
    monkeypatch.setattr(store, "MAX_BYTES", board.usage.bytes + 50)
    monkeypatch.setattr(store, "ROOM_BYTES", 100)

    assert refused(board, stroke(PAGE)) == "board_full"
    first = drawn[0]["put"]["id"]
    board.apply(STUDENT, parsed({"delete": first}))
    board.apply(STUDENT, parsed(stroke(PAGE, points=[0.5] * 300)))
    assert refused(board, {"restore": first}) == "board_unknown"


def test_elements_of_a_deleted_page_leave_space_for_others(
    board: BoardStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = [stroke(PAGE, points=[0.5] * 400) for _ in range(10)]
    board.apply(STUDENT, parsed(*drawn, page("page0002")))
    monkeypatch.setattr(draft, "MAX_BYTES", board.usage.bytes + 500)
    monkeypatch.setattr(store, "MAX_BYTES", board.usage.bytes + 500)
    again = [stroke("page0002", points=[0.5] * 400) for _ in range(10)]
    assert refused(board, *again) == "board_full"

    board.apply(TEACHER, parsed({"delete_page": PAGE}))
    board.apply(STUDENT, parsed(*again[:9]))

    assert set(since(board, 0)) == {PAGE, "page0002", *(op["put"]["id"] for op in again[:9])}
    assert refused(board, {"restore_page": PAGE}) == "board_unknown"
    woken = BoardStore(board._sql)
    assert (woken.usage.bytes, +woken.usage.live) == (board.usage.bytes, +board.usage.live)


def test_usage_is_the_same_after_a_sleep(board: BoardStore) -> None:
    drawn = stroke(PAGE)
    board.apply(STUDENT, parsed(drawn, stroke(PAGE)))
    board.apply(STUDENT, parsed({"delete": drawn["put"]["id"]}))
    board.apply(TEACHER, parsed(page("page0002"), {"delete_page": PAGE}))

    woken = BoardStore(board._sql)

    assert woken.state == board.state
    assert woken.usage.bytes == board.usage.bytes
    assert +woken.usage.live == +board.usage.live


def test_state_comes_in_parts_with_the_pages_first(
    board: BoardStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "STATE_BYTES", 3_000)
    board.apply(STUDENT, parsed(*(stroke(PAGE, points=[0.5] * 200) for _ in range(20))))
    board.apply(TEACHER, parsed(page(PAGE, "Renamed")))

    parts = list(board.since(0))

    assert len(parts) > 5
    assert [json.loads(f"[{pages}]") != [] for pages, _ in parts] == [True] + [False] * (
        len(parts) - 1
    )
    assert max(len(elements) for _, elements in parts) < 5_000
    assert len(since(board, 0)) == 21


def test_snapshot_lists_pages_by_position_and_elements_by_order(board: BoardStore) -> None:
    board.apply(TEACHER, parsed(page("page0002", "First", position=0)))
    drawn = [stroke(PAGE)["put"]["id"] for _ in range(5)]
    for element_id in drawn:
        board.apply(STUDENT, parsed(stroke(PAGE, element_id)))
    board.apply(STUDENT, parsed({"edit": {"id": drawn[0], "x": 1}}))

    found = json.loads(board.snapshot())

    assert [each["title"] for each in found["pages"]] == ["First", "Fractions"]
    assert [each["id"] for each in found["pages"][1]["elements"]] == drawn
    assert found["version"] == board.state.version


EMOJI = "\U0001f600"


def text(words: str) -> dict[str, Any]:
    drawn = {"id": new_id("text"), "page": PAGE, "kind": "text", "x": 0, "y": 0, "w": 300}
    return {"put": drawn | {"size": 20, "colour": "ink", "text": words}}


def test_one_emoji_does_not_make_a_large_board_four_times_as_large(board: BoardStore) -> None:
    board.apply(STUDENT, parsed(text(f"Well done {EMOJI}")))
    for _ in range(20):
        board.apply(STUDENT, parsed(*(stroke(PAGE, points=[123.4] * 1_000) for _ in range(20))))
    tracemalloc.start()
    try:
        size = len(board.snapshot().encode())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert size > 2_000_000
    assert peak < 4 * size, "the rows, the pages, the board and its bytes"


@pytest.mark.parametrize("words", ["Größe", "дроби", "分数", f"Well done {EMOJI}", 'a "b" \\ c\nd'])
def test_words_are_read_as_they_were_written(board: BoardStore, words: str) -> None:
    drawn = text(words)
    board.apply(STUDENT, parsed(drawn, page("page0002", words)))
    board.apply(STUDENT, parsed({"edit": {"id": drawn["put"]["id"], "x": 1}}))
    board.apply(STUDENT, parsed({"delete": drawn["put"]["id"]}))
    board.apply(STUDENT, parsed({"restore": drawn["put"]["id"]}))

    pages = {each["id"]: each for each in json.loads(board.snapshot())["pages"]}
    assert (pages["page0002"]["title"], pages[PAGE]["elements"][0]["text"]) == (words, words)


@pytest.mark.parametrize("letter", ["a", "ж", "分", EMOJI])
def test_no_change_is_larger_than_the_space_that_is_kept_for_it(
    board: BoardStore, letter: str
) -> None:
    count = messages.MAX_BOARD_BYTES // (4_000 * len(letter.encode()) + 200)
    change = said(*(text(letter * 4_000) for _ in range(count)))
    raw = json.dumps(change, ensure_ascii=False, separators=(",", ":"))
    before = board.usage.bytes
    board.apply(STUDENT, messages.parse(raw))

    assert len(raw.encode()) > 0.9 * messages.MAX_BOARD_BYTES
    assert board.usage.bytes - before < store.ROOM_BYTES


def test_old_ids_of_changes_are_forgotten(
    board: BoardStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CHANGES_KEPT", 3)
    for _ in range(9):
        board.apply(STUDENT, parsed(stroke(PAGE)))

    [row] = board._all("SELECT count(*) AS count FROM board_changes")
    assert row["count"] == 3


def test_cleared_board_is_new(board: BoardStore) -> None:
    board.clear()

    assert (since(board, 0), BoardStore(board._sql).state.version) == ({}, 0)
