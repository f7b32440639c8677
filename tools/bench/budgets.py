"""Budgets that are counted, not timed: round trips and rows of D1, JavaScript of the lobby."""

import http.client
import posixpath
import re
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tools.bench import peers
from tools.bench.report import Table
from tools.bench.workerd import Workerd
from tools.local_worker import LocalWorker
from tools.paths import ROOT

MODULES = ROOT / "public" / "js"
STATIC_IMPORT = re.compile(
    r'^(?:import|export)\b[^;]*?from\s*"(\.[\w./]+)"|^import\s*"(\.[\w./]+)"', re.MULTILINE
)
# Of English; another language adds its catalogue.
LOBBY_KB = 63
LOBBY = ("lobby/lobby.js",)
BESIDES = {
    "": (),
    # Elsewhere the check of the connection waits until the room is loaded.
    ", where the browser saves data": ("lobby/connection_check.js",),
    ", when a device fails": ("lobby/problem_panel.js",),
    ", when this device's clock differs": ("shared/device_zone.js",),
    ", when the other person does not come": ("shared/waiting_mail.js",),
    ", where it saves data and calls have no relay": (
        "lobby/reach.js",
        "lobby/connection_check.js",
    ),
}
"""Further modules of the lobby, and when it loads them."""
BUDGETS = {
    ("GET", ""): ("page", 1),
    ("GET", "/state"): ("state", 1),
    ("POST", "/join"): ("join, first of the session", 2),
}
TABLES = (1_000, 100_000)
DAY_S = 24 * 60 * 60


def main() -> list[Table]:
    javascript = "JavaScript before the room, KB uncompressed"
    rows = [
        [f"{javascript}{when}", f"{kilobytes(LOBBY + more):.1f}", f"{LOBBY_KB}"]
        for when, more in BESIDES.items()
    ]
    due_rows = {}
    with tempfile.TemporaryDirectory() as scratch:
        data = peers.migrated(Path(scratch) / "data")
        for size in TABLES:
            state = Path(scratch) / f"{size}"
            worker = peers.peer(None, data, state)
            peers.book(
                state, [f"far-{n}" for n in range(size)], start=int(time.time()) + 30 * DAY_S
            )
            worker.start()
            try:
                worker.scheduled()
                due_rows[size] = [worker.logged("mail_tick")[-1]["d1_rows_read"]]
                worker.scheduled()
                due_rows[size].append(worker.logged("mail_tick")[-1]["d1_rows_read"])
                if size == TABLES[0]:
                    rows += [
                        [f"D1 round trips: {what}", f"{asked(worker, method, path)}", f"{most}"]
                        for (method, path), (what, most) in BUDGETS.items()
                    ]
            finally:
                worker.stop()
    few, many = (due_rows[size] for size in TABLES)
    what = f"rows the mail cron reads with {TABLES[0]} and {TABLES[1]} sessions ahead, none due"
    rows.append([f"D1: {what}", f"{few[-1]} and {many[-1]}", "equal"])
    return [Table("Counted", ["", "measured", "budget"], rows)]


def asked(worker: LocalWorker, method: str, path: str) -> object:
    """Round trips of one request, as the Worker counts them in its log."""
    connection = http.client.HTTPConnection("127.0.0.1", Workerd(worker).port)
    headers = {"Cookie": peers.cookie(peers.STUDENT)}
    connection.request(method, f"/session/{peers.SESSION}{path}", headers=headers)
    answer = connection.getresponse()
    answer.read()
    time.sleep(0.3)  # until the log has the line
    return worker.logged("request")[-1]["d1_round_trips"]


def kilobytes(entries: Iterable[str]) -> float:
    """The size of these modules (paths in public/js) and of all their static imports."""
    return sum((MODULES / name).stat().st_size for name in loaded(entries)) / 1000


def loaded(entries: Iterable[str]) -> set[str]:
    """These modules and all their static imports."""
    wanted, seen = list(entries), set[str]()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        text = (MODULES / name).read_text(encoding="utf-8")
        folder = posixpath.dirname(name)
        wanted += [
            posixpath.normpath(posixpath.join(folder, one or two))
            for one, two in STATIC_IMPORT.findall(text)
        ]
    return seen
