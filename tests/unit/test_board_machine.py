"""A board in random sequences of all events: both screens and the record are equal in the end.

Two pages run the real sync.js in Node, against the real room on the host's replacement of its
runtime. Both draw, change, erase and undo, online and offline. Messages wait in their sockets
until a step delivers some of them. Sockets are lost with what is in flight, pages are reloaded, the
room is evicted or killed, and time passes. `Ledger` is an independent record of what the room has
confirmed.
"""

import asyncio
import atexit
import functools
import json
import os
import subprocess
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from domain.model import Role
from room.identity import SocketIdentity
from tests.unit.call_world import call_world
from tests.unit.cast import HOUR, MINUTE, START
from tests.unit.host_runtime import WebSocket
from tools.node import node_folder
from tools.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES = ROOT / "tests" / "unit" / "board_pages.mjs"
SYNC = ROOT / "public" / "js" / "board" / "sync.js"
BOARD_JSON = "sessions/s1/board/board.json"
PEOPLE = ("student", "teacher")
CLOSED = 3
ACTIONS = (
    *(["draw"] * 5 + ["move"] * 3 + ["colour"] * 2 + ["erase"] * 2 + ["undo"] * 3 + ["redo"] * 2),
    *("add page", "rename page", "delete page"),
)
KINDS = (
    *(["act"] * 10 + ["deliver up"] * 5 + ["deliver down"] * 5 + ["connect"] * 3),
    *("drop", "lose unnoticed", "reload", "evict", "kill", "pass time", "read only"),
)
# What happens, to whom, and a number that chooses what, where or how many.
STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(PEOPLE), st.integers(0, 9_999)),
    min_size=200,
    max_size=300,
)


class Ledger:
    """What the record must be, by the changes that the room has confirmed, in its order."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[str, list[dict[str, Any]]]] = {}
        """The role and the steps of each change that has reached the room."""
        self.confirmed: dict[int, str] = {}
        """The changes by their versions."""

    def note(self, message: dict[str, Any]) -> None:
        """Note a `board` message of the room that has a change's id."""
        if message["version"] > message["previous"]:
            self.confirmed[message["version"]] = message["change"]

    def pages(self) -> dict[str, dict[str, Any]]:
        """Each page that is not deleted, with its elements that are not deleted."""
        records: dict[str, dict[str, Any]] = {}
        gone: set[str] = set()
        for _, change in sorted(self.confirmed.items()):
            role, ops = self.sent[change]
            for op in ops:
                [(kind, given)] = op.items()
                if kind in ("delete", "delete_page"):
                    gone.add(given)
                elif kind in ("restore", "restore_page"):
                    gone.discard(given)
                elif kind == "put":
                    records[given["id"]] = given | {"by": role}
                else:
                    gone.discard(given["id"])
                    records[given["id"]] = records.get(given["id"], {}) | given
        live = {key: record for key, record in records.items() if key not in gone}
        return {
            key: record
            | {"elements": {id_: each for id_, each in live.items() if each.get("page") == key}}
            for key, record in live.items()
            if "page" not in record
        }


class Boards:
    """One session of eight hours with two pages, which begin online."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.stack = ExitStack()
        self.node = _node()
        self.ledger, self.ran = Ledger(), Counter[str]()
        self.sockets: dict[str, WebSocket] = {}
        """The socket of each page that believes in it."""
        self.up: dict[str, list[str]] = {who: [] for who in PEOPLE}
        """Messages on their way to the room."""
        self.read: dict[int, int] = {}
        """How many messages of each socket have reached their page."""
        self.names = 0

        self.world = self.stack.enter_context(call_world("peer", now=START))
        times = {"scheduled_start": START, "scheduled_end": START + 8 * HOUR}
        assert self._run(self.world.platform_puts(**times)) == 201
        for who in PEOPLE:
            self._page(who, "begin")
            self.connect(who)
        self.act("student", "add page", 1)

    def close(self) -> None:
        self.stack.close()
        self.loop.close()

    def step(self, kind: str, who: str, number: int) -> None:
        steps: dict[str, Callable[[], Any]] = {
            "act": lambda: self.act(who, ACTIONS[number % len(ACTIONS)], number // len(ACTIONS)),
            "deliver up": lambda: self.deliver_up(who, 1 + number % 12),
            "deliver down": lambda: self.deliver_down(who, 1 + number % 12),
            "connect": lambda: self.connect(who),
            "drop": lambda: self.drop(who, number % 5, number % 3, is_noticed=True),
            "lose unnoticed": lambda: self.drop(who, number % 5, number % 3, is_noticed=False),
            "reload": lambda: self.reload(who, number % 5),
            "evict": self.evict,
            "kill": self.kill,
            "pass time": lambda: self.pass_time((1, 2, 20, 70)[number % 4]),
            "read only": lambda: self.switch_read_only(read_only=number % 2 == 0),
        }
        steps[kind]()

    # People.

    def act(self, who: str, does: str, number: int) -> None:
        more = [self._name("element") for _ in range(1 + number % 4)]
        given = {"does": does, "number": number, "id": self._name("page"), "more": more}
        if self._page(who, "act", **given)["did"]:
            self.ran[does if who in self.sockets else f"{does} offline"] += 1

    def connect(self, who: str) -> None:
        """Open a socket, if the page has none."""
        if who in self.sockets:
            return
        self.ran["connect"] += 1
        page = f"{PEOPLE.index(who):016x}"
        identity = SocketIdentity("s1", who, Role(who), page, watching=False)
        answer = self._run(self.world.rooms.connect("s1", identity.to_json()))
        socket = answer.webSocket
        self.sockets[who], self.read[id(socket)], self.up[who] = socket, 0, []
        self._page(who, "connect")

    def drop(self, who: str, arrived: int, heard: int, *, is_noticed: bool) -> None:
        """Lose the socket. Some of what was on its way has arrived before, on both sides."""
        if (socket := self.sockets.get(who)) is None:
            return
        self.ran["drop"] += 1
        self.deliver_up(who, arrived)
        self.deliver_down(who, heard)
        self._lose(who)
        if is_noticed:
            self._close(socket)

    def reload(self, who: str, arrived: int) -> None:
        self.ran["reload"] += 1
        if socket := self.sockets.get(who):
            self.deliver_up(who, arrived)
            self._lose(who)
            self._close(socket)
        self._page(who, "reload")
        self.connect(who)

    # The network and the room.

    def deliver_up(self, who: str, count: int) -> int:
        """Deliver messages to the room, in their order. Returns how many."""
        if who not in self.sockets:
            return 0
        waiting = self.up[who][:count]
        del self.up[who][:count]
        for text in waiting:
            message = json.loads(text)
            if message["type"] == "board":
                self.ledger.sent[message["change"]] = (who, message["ops"])
            self._event(self.sockets[who], "webSocketMessage", text)
        self.ran["message to the room"] += len(waiting)
        return len(waiting)

    def deliver_down(self, who: str, count: int) -> int:
        """Deliver messages to the page, in their order. Returns how many."""
        socket = self.sockets.get(who)
        if socket is None:
            return 0
        first = self.read[id(socket)]
        waiting = socket.sent[first : first + count]
        self.read[id(socket)] = first + len(waiting)
        for text in waiting:
            self._page(who, "receive", text=text)
        self.ran["message to a page"] += len(waiting)
        if socket.readyState == CLOSED and self.read[id(socket)] == len(socket.sent):
            self._lose(who)
        return len(waiting)

    def evict(self) -> None:
        """The room falls asleep; its sockets stay."""
        self.ran["evict"] += 1
        self.world.rooms.evict()

    def kill(self) -> None:
        """The room is killed: all sockets close."""
        self.ran["kill"] += 1
        self.world.rooms.crash("s1")
        for who in list(self.sockets):
            self.deliver_down(who, 2)
            self._lose(who)

    def pass_time(self, seconds: int) -> None:
        self.ran["time"] += 1
        self._run(self.world.pass_time(self.world.now + seconds))
        for who in PEOPLE:
            self._page(who, "timers")

    def switch_read_only(self, *, read_only: bool) -> None:
        if "teacher" in self.sockets:
            self._send("teacher", {"type": "board_mode", "read_only": read_only})

    # The end.

    def become_quiet(self) -> None:
        """Connect both, deliver everything, and compare screens, record and saved board."""
        for who in PEOPLE:
            self.connect(who)
        for _ in range(400):
            moved = [self.deliver_up(who, 99) + self.deliver_down(who, 99) for who in PEOPLE]
            waiting = [self._page(who, "timers")["unconfirmed"] for who in PEOPLE]
            if not any(moved) and not any(waiting):
                break
            self._run(self.world.pass_time(self.world.now + 1))
            for who in PEOPLE:
                self.connect(who)
        else:
            raise AssertionError(f"it does not become quiet: {waiting} unconfirmed")
        student, teacher = (self._page(who, "screen")["screen"] for who in PEOPLE)
        record = json.loads(self._run(self.world.rooms.board("s1")) or '{"pages": []}')["pages"]
        assert student == teacher == record
        assert _by_id(record) == self.ledger.pages()
        self._run(self.world.pass_time(self.world.now + MINUTE))
        if record:
            assert json.loads(self.world.files.objects[BOARD_JSON][0])["pages"] == record
        self.ran["quiet"] += 1

    # Helpers.

    def _lose(self, who: str) -> None:
        """The page has lost its socket, and what is in flight with it."""
        self.sockets.pop(who, None)
        self.up[who] = []
        self._page(who, "down")

    def _close(self, socket: WebSocket) -> None:
        """The room hears that the socket is closed."""
        if socket.readyState != CLOSED:
            socket.readyState = CLOSED
            self._event(socket, "webSocketClose", 1006, "", False)

    def _event(self, socket: WebSocket, method: str, *args: Any) -> None:
        before = {id(each): len(each.sent) for each in self.sockets.values()}
        self._run(self.world.rooms.run("s1", method, socket, *args))
        for each in self.sockets.values():
            for text in each.sent[before[id(each)] :]:
                message = json.loads(text)
                if message["type"] == "board" and "change" in message:
                    self.ledger.note(message)

    def _send(self, who: str, message: dict[str, Any]) -> None:
        self.up[who].append(json.dumps(message))

    def _page(self, who: str, what: str, **given: Any) -> dict[str, Any]:
        """Have this person's page do something; what it sends is on its way to the room."""
        assert self.node.stdin is not None
        assert self.node.stdout is not None
        self.node.stdin.write(json.dumps({"who": who, "what": what, **given}) + "\n")
        self.node.stdin.flush()
        answer: dict[str, Any] = json.loads(self.node.stdout.readline())
        for message in answer["sent"]:
            self._send(who, message)
        for code in answer["refused"]:
            self.ran[f"refused {code}"] += 1
            assert code in ("board_read_only", "board_unknown"), code
        return answer

    def _name(self, kind: str) -> str:
        self.names += 1
        return f"{kind}{self.names:06d}"

    def _run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)


@functools.cache
def _node() -> "subprocess.Popen[str]":
    """One process for all examples."""
    quiet = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"
    command = [node_folder() / "node", quiet, PAGES, SYNC]
    node = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(node.kill)
    return node


def _by_id(pages: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The record as `Ledger.pages` has it: without what the room adds."""

    def plain(record: dict[str, Any]) -> dict[str, Any]:
        added = ("version", "order", "scale", "highlighter")
        return {key: value for key, value in record.items() if key not in added}

    return {
        page["id"]: plain(page)
        | {"elements": {element["id"]: plain(element) for element in page["elements"]}}
        for page in pages
    }


@settings(
    # About 10,000 steps in the suite. `EXAMPLES=1000` looks further.
    max_examples=int(os.environ.get("EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(steps=STEPS)
def test_both_screens_and_the_record_are_equal_in_the_end(
    steps: list[tuple[str, str, int]],
) -> None:
    boards = Boards()
    try:
        for step in steps:
            boards.step(*step)
        boards.become_quiet()
        assert boards.ran["message to the room"] > 0
        for what in boards.ran:
            event(what)
        event(f"about {round(boards.ran.total(), -2)} steps")
    finally:
        boards.close()
