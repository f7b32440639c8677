"""What the platform hears, to a platform that is slow, and what it costs others when it is down.

EVENTS in the environment is how many events are delivered; by default 10,000.
"""

import json
import os
import sqlite3
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from tests import plain_http
from tests.fakes.serving import serving
from tests.worker.site import booking
from tools import dev_settings
from tools.bench import peers
from tools.bench.report import Table, percentile
from tools.local_worker import LocalWorker, free_port

EVENTS = 10_000
# A session is booked, and then moved.
OF_A_SESSION = 4
TAKES_S = 0.2
HANGS_S = 20
AT_ONCE = 6
DAY_S = 24 * 60 * 60
MAX_TICKS = 30
MOODS = ("takes", "hangs", "refuses")
ROUNDS = len(MOODS)
BOOKINGS = 40
MAILS = 200


class Receiver(ThreadingHTTPServer):
    """A platform: it takes each event in 200 ms, hangs until we give up, or closes at once."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.mood = "takes"
        self.lock = threading.Lock()
        self.taken: list[dict[str, Any]] = []


class Taking(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mood = self.server.mood
        if mood == "refuses":
            self.close_connection = True
            return
        time.sleep(TAKES_S if mood == "takes" else HANGS_S)
        if mood == "takes":
            with self.server.lock:
                self.server.taken.append(event)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


def main() -> list[Table]:
    count = int(os.environ.get("EVENTS") or EVENTS)
    with serving(Receiver()) as receiver:
        tables = [with_worker(receiver, lambda worker: many(worker, receiver, count))]
        receiver.taken.clear()
        tables.append(with_worker(receiver, lambda worker: down(worker, receiver)))
    return tables


def with_worker(receiver: Receiver, measure: Callable[[LocalWorker], Table]) -> Table:
    """Measure with a new Worker, which has an empty database."""
    port = free_port()
    settings = dev_settings.development(f"http://localhost:{port}") | {
        "PLATFORM_WEBHOOK_URL": f"http://127.0.0.1:{receiver.server_port}/hooks",
        "PLATFORM_WEBHOOK_SECRET": dev_settings.WEBHOOK_SECRET,
    }
    with tempfile.TemporaryDirectory() as folder:
        worker = LocalWorker(settings, port=port, state=Path(folder), ip="localhost")
        worker.apply_migrations()
        worker.start()
        try:
            return measure(worker)
        finally:
            worker.stop()


def many(worker: LocalWorker, receiver: Receiver, count: int) -> Table:
    """Deliver events that are all due, by one run of the cron after another."""
    sessions = [f"s{number}" for number in range(count // OF_A_SESSION)]
    start = int(time.time()) + 10 * DAY_S
    with d1_of(worker) as d1:
        peers.add_sessions(d1, sessions, start=start)
        for _ in range(OF_A_SESSION - 1):
            d1.execute("UPDATE sessions SET scheduled_end = scheduled_end + 60")
        [due] = d1.execute("SELECT count(*) FROM platform_events").fetchone()
    began = time.monotonic()
    ticks = 0
    while len(receiver.taken) < due and ticks < MAX_TICKS:
        worker.scheduled()
        ticks += 1
    took = time.monotonic() - began
    sweeps = worker.logged("events_swept")
    calls, read, written = (
        sum(sweep[name] for sweep in sweeps)
        for name in ("d1_round_trips", "d1_rows_read", "d1_rows_written")
    )
    delivered = Counter(event["id"] for event in receiver.taken)
    rows = [
        ["delivered, of those due", f"{len(delivered)} of {due}", "all"],
        ["delivered twice", f"{sum(times > 1 for times in delivered.values())}", ""],
        ["sessions whose events came out of order", f"{out_of_order(receiver.taken)}", "0"],
        ["seconds", f"{took:.0f}", ""],
        ["of what six at once can take", f"{due * TAKES_S / AT_ONCE / took:.0%}", ""],
        ["runs of the cron", f"{ticks}", ""],
        ["D1 round trips an event", f"{calls / due:.2f}", ""],
        ["D1 rows read an event", f"{read / due:.1f}", ""],
        ["D1 rows written an event", f"{written / due:.1f}", ""],
    ]
    note = (
        f"{OF_A_SESSION} events of each of {len(sessions)} sessions, to a receiver that takes "
        f"{TAKES_S * 1000:.0f} ms for each. The runs of the cron follow one another without a "
        "pause; each stops after 50 s."
    )
    title = f"{due} events to a platform that takes {TAKES_S * 1000:.0f} ms"
    return Table(title, ["", "measured", "budget"], rows, note)


def out_of_order(taken: list[dict[str, Any]]) -> int:
    """How many sessions have an event that came, for the first time, after a later one."""
    sequences: dict[str, list[int]] = {}
    for event in taken:
        known = sequences.setdefault(event["session_id"], [])
        if event["sequence"] not in known:
            known.append(event["sequence"])
    return sum(known != sorted(known) for known in sequences.values())


def down(worker: LocalWorker, receiver: Receiver) -> Table:
    """Book and mail while the platform is up, hangs, and refuses, in turn."""
    bookings: dict[str, list[float]] = {mood: [] for mood in MOODS}
    mails: dict[str, list[float]] = {mood: [] for mood in MOODS}
    ticks: dict[str, list[float]] = {mood: [] for mood in MOODS}
    with plain_http.client(worker.url, timeout=60) as client:
        book(client, worker, "warm-up", BOOKINGS)
        for turn in range(ROUNDS):
            # Each is first once: the database grows.
            for mood in MOODS[turn:] + MOODS[:turn]:
                receiver.mood = mood
                bookings[mood] += book(client, worker, f"{mood}-{turn}", BOOKINGS)
                milliseconds, tick = mail(worker, f"mail-{mood}-{turn}")
                mails[mood].append(milliseconds)
                ticks[mood].append(tick)
                receiver.mood = "takes"
                deliver_the_rest(worker)
    rows = [
        row_of("a booking, p50 ms", {m: percentile(bookings[m], 50) * 1000 for m in MOODS}),
        row_of("a booking, p95 ms", {m: percentile(bookings[m], 95) * 1000 for m in MOODS}),
        row_of(f"{MAILS} mails, ms", {m: statistics.median(mails[m]) for m in MOODS}),
        row_of("the whole minute's work, ms", {m: statistics.median(ticks[m]) for m in MOODS}),
    ]
    head = ["", "up, ms", "hangs, ms", "refuses, ms", "hangs / up", "refuses / up"]
    note = (
        f"{ROUNDS} rounds, each with the platform up ({TAKES_S * 1000:.0f} ms an event), "
        f"hanging (an attempt takes 15 s) and closing each connection, in turn: {BOOKINGS} "
        f"bookings one after another, each told at once; then a run of the cron that sends {MAILS} "
        "reminders and delivers the events that wait. Mails go first. The run stops when twelve "
        "deliveries in a row have failed. The figures of mails are medians."
    )
    return Table("While the platform is down", head, rows, note)


def row_of(name: str, by_mood: dict[str, float]) -> list[str]:
    up, *others = (by_mood[mood] for mood in MOODS)
    figures = [f"{each:.1f}" if each < 100 else f"{each:.0f}" for each in (up, *others)]
    return [name, *figures, *(f"{other / up:.2f}" for other in others)]


def book(client: httpx.Client, worker: LocalWorker, name: str, count: int) -> list[float]:
    """Book sessions; the seconds of each answer."""
    token = {"Authorization": f"Bearer {worker.settings['PLATFORM_TOKEN']}"}
    times = []
    for number in range(count):
        body = booking(starts_in=10 * DAY_S)
        began = time.perf_counter()
        path = f"/platform/sessions/{name}-{number}"
        client.put(path, json=body, headers=token).raise_for_status()
        times.append(time.perf_counter() - began)
    return times


def mail(worker: LocalWorker, name: str) -> tuple[float, float]:
    """Send the reminders of new sessions; the milliseconds of the mail work, and of the run."""
    now = int(time.time())
    with d1_of(worker) as d1:
        ids = [f"{name}-{number}" for number in range(MAILS // 2)]
        peers.add_sessions(d1, ids, start=now + DAY_S - 30)
        d1.execute("UPDATE sessions SET created_at = ? WHERE id LIKE ?", (now - DAY_S, f"{name}-%"))
    began = time.perf_counter()
    worker.scheduled()
    took = time.perf_counter() - began
    tick = worker.logged("mail_tick")[-1]
    if tick["made"] != MAILS:
        raise AssertionError(tick)
    return float(tick["milliseconds"]), took * 1000


def deliver_the_rest(worker: LocalWorker) -> None:
    """Take the events that wait out of the way of the next measurement."""
    with d1_of(worker) as d1:
        d1.execute("UPDATE platform_events SET state = 'delivered' WHERE state = 'pending'")


def d1_of(worker: LocalWorker) -> closing[sqlite3.Connection]:
    (path,) = worker.state.glob("v3/d1/*/[!m]*.sqlite")
    return closing(sqlite3.connect(path, timeout=20, isolation_level=None))
