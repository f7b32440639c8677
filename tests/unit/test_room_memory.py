"""What a room remembers, across releases."""

import asyncio
import json
import sqlite3
from types import SimpleNamespace

from domain.model import Role
from domain.presence import Seat
from room.provider_call import HeldCall
from room.storage import Memory
from settings import Settings
from tests.unit.cast import CLOSES, session
from video import service


def storage():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row

    def run(statement, *params):
        rows = [dict(row) for row in connection.execute(statement, params)]
        return SimpleNamespace(toArray=lambda: rows)

    return SimpleNamespace(exec=run)


def test_what_was_saved_is_remembered():
    sql = storage()
    before = Memory.load(sql)
    before.session_id, before.seats = "s1", {Role.STUDENT: Seat(5, "page")}
    before.held_room, before.pending_ends = (
        "plugnmeet/r",
        {"plugnmeet/r": {"since": 5, "again_at": 9}},
    )
    before.save(sql)

    assert Memory.load(sql) == before


def test_a_release_that_was_brought_back_passes_by_what_it_does_not_know():
    sql = storage()
    memory = Memory.load(sql)
    memory.seats = {Role.STUDENT: Seat(5, "page")}
    memory.save(sql)
    state = json.loads(sql.exec("SELECT state FROM memory").toArray()[0]["state"])
    state["mood"] = "good"
    state["seats"]["student"]["mood"] = "good"
    sql.exec("UPDATE memory SET state = ?", json.dumps(state))

    assert Memory.load(sql) == memory


async def test_a_room_that_is_evicted_while_its_call_ends_can_go_on(monkeypatch):
    sql, over = storage(), session(provider="plugnmeet", provider_room_id="lesson-1")
    asked = asyncio.Event()

    async def never_answers(*_):
        asked.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(service, "end", never_answers)
    memory = Memory.load(sql)
    call = HeldCall(
        memory, lambda: SimpleNamespace(settings=Settings(provider_timeout_s=30.0)), int
    )
    call.follow_record(over, CLOSES)
    [room] = call.begin_due_ends(CLOSES)
    memory.save(sql)
    ending = asyncio.create_task(call.end(room))
    await asked.wait()
    ending.cancel()
    later = HeldCall(Memory.load(sql), call._context, int)

    assert later.ends_at == [CLOSES + 35]
    assert later.begin_due_ends(CLOSES + 34) == [], "the provider may still answer"
    assert later.begin_due_ends(CLOSES + 35) == ["plugnmeet/lesson-1"]
