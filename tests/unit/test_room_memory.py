"""The stored memory of a room, across releases."""

import asyncio
import json
import sqlite3
from types import SimpleNamespace

from domain.model import Role
from domain.presence import Seat
from room.call_roster import CallRoster
from room.provider_call import ProviderCall
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


def test_memory_loads_saved_state():
    sql = storage()
    before = Memory.load(sql)
    before.session_id, before.seats = "s1", {Role.STUDENT: Seat(5, "page")}
    before.known_room_id, before.pending_ends = (
        "plugnmeet/r",
        {"plugnmeet/r": {"since": 5, "again_at": 9}},
    )
    before.save()

    assert Memory.load(sql) == before


def test_memory_keeps_the_stored_keys_of_earlier_releases():
    sql = storage()
    stored = {
        "session_id": "s1",
        "clock_shift_s": 0,
        "seats": {},
        "facts": {"provider": "plugnmeet"},
        "look_at": 1,
        "noticed_at": 2,
        "calls": {
            "joined": {"one/PA_1": "student"},
            "left": [],
            "finished": [],
            "recordings": [],
            "stopped": [],
        },
        "epoch": 3,
        "held_by": "plugnmeet",
        "place": "plugnmeet/r",
        "ended_call": "plugnmeet/before",
        "held_room": "plugnmeet/r",
        "pending_ends": {},
        "records_in_browser": True,
        "consents": {"student": {"user_id": "lena", "agreed": True, "at": 5}},
        "unwritten_refusals": [{"user_id": "lena", "agreed": False, "decided_at": 6}],
        "recorder_page": "0123456789abcdef",
        "recording_said": {"plan": None, "on": False},
        "forget_at": 4,
    }
    Memory.load(sql)
    sql.exec("INSERT INTO memory (id, state) VALUES (1, ?)", json.dumps(stored))

    memory = Memory.load(sql)
    memory.save()

    assert memory == Memory(
        session_id="s1",
        last_broadcast={"provider": "plugnmeet"},
        check_record_at=1,
        notices_sent_until=2,
        roster=CallRoster(joined={"one/PA_1": "student"}),
        epoch=3,
        provider="plugnmeet",
        place="plugnmeet/r",
        ended_room_id="plugnmeet/before",
        known_room_id="plugnmeet/r",
        records_in_browser=True,
        consents={"student": {"user_id": "lena", "agreed": True, "at": 5}},
        unwritten_refusals=[{"user_id": "lena", "agreed": False, "decided_at": 6}],
        recorder_page="0123456789abcdef",
        recording_said={"plan": None, "on": False},
        forget_at=4,
    )
    assert json.loads(sql.exec("SELECT state FROM memory").toArray()[0]["state"]) == stored


def test_memory_ignores_unknown_keys_of_newer_release():
    sql = storage()
    memory = Memory.load(sql)
    memory.seats = {Role.STUDENT: Seat(5, "page")}
    memory.save()
    state = json.loads(sql.exec("SELECT state FROM memory").toArray()[0]["state"])
    state["mood"] = "good"
    state["seats"]["student"]["mood"] = "good"
    sql.exec("UPDATE memory SET state = ?", json.dumps(state))

    assert Memory.load(sql) == memory


async def test_evicted_room_retries_end_of_call(monkeypatch):
    sql, over = storage(), session(provider="plugnmeet", provider_room_id="lesson-1")
    asked = asyncio.Event()

    async def never_answers(*_):
        asked.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(service, "end", never_answers)
    memory = Memory.load(sql)
    call = ProviderCall(
        memory, lambda: SimpleNamespace(settings=Settings(provider_timeout_s=30.0)), int
    )
    call.plan_ends(over, CLOSES)
    [room] = call.start_due_ends(CLOSES)
    memory.save()
    ending = asyncio.create_task(call.end(room))
    await asked.wait()
    ending.cancel()
    later = ProviderCall(Memory.load(sql), call._context, int)

    assert later.end_times == [CLOSES + 35]
    assert later.start_due_ends(CLOSES + 34) == [], "the provider may still answer"
    assert later.start_due_ends(CLOSES + 35) == ["plugnmeet/lesson-1"]
