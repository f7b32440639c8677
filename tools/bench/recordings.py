"""Copy one large recording through the Worker: time against plain copies, and workerd's memory.

All copies come over loopback HTTP from the same server. The first reference goes into a file; the
second is a JavaScript Worker of one line, `put(key, (await fetch(url)).body)`, into the same local
R2, which is slower than a file, and much slower than the real one.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from tests.conftest import free_port
from tests.fakes import recordings as fake
from tests.fakes.films import Film
from tests.worker.lesson import Lesson, until
from tools import dev_settings
from tools.bench.report import Table
from tools.bench.workerd import below
from tools.local_worker import DIRECT, LocalWorker, answers
from tools.node import node_environment, wrangler
from tools.paths import ROOT

CHUNK = 1 << 20
JS_WORKER = """export default { async fetch(request, env) {
  const url = new URL(request.url).searchParams.get("from");
  const { size } = await env.FILES.put("plain", (await fetch(url)).body);
  return new Response(String(size));
} };"""
JS_CONFIG = """name = "plain"
main = "plain.js"
compatibility_date = "2026-11-01"
[[r2_buckets]]
binding = "FILES"
bucket_name = "plain"
"""
MB = 1_000_000


def main() -> list[Table]:
    """GB in the environment is the recording's size."""
    film = Film(int(float(os.environ.get("GB") or 1) * 1000 * MB), duration_s=3600)
    with tempfile.TemporaryDirectory() as scratch, fake.running() as source:
        for ranges in (True, False):
            source.add(f"bench-{ranges}", film, ranges=ranges)
        file = plain_copy(f"{source.url}/files/bench-True", Path(scratch) / "plain.mp4")
        plain = javascript_copy(f"{source.url}/files/bench-True", Path(scratch) / "js")
        rows = [
            ["into a file", *speed(film, file), "", "", ""],
            ["JavaScript Worker", *speed(film, plain), "100 %", "", ""],
        ]
        rows += [
            replicate(source.url, Path(scratch) / str(ranges), film, f"bench-{ranges}", plain)
            for ranges in (True, False)
        ]
    note = (
        "Copied from the same server over loopback, into the same local R2. Budget: at least 70 % "
        "of a plain copy's speed, memory constant."
    )
    head = ["", "s", "MB/s", "of JavaScript's", "workerd MB before", "at most"]
    return [Table(f"A recording of {film.size / MB:.0f} MB", head, rows, note)]


def speed(film: Film, took: float) -> list[str]:
    return [f"{took:.1f}", f"{film.size / MB / took:.0f}"]


def replicate(source: str, state: Path, film: Film, record_id: str, plain: float) -> list[str]:
    """Copy it with a Worker of its own, whose memory is that of a fresh one."""
    port = free_port()
    settings = dev_settings.development(f"http://localhost:{port}") | {"DEV_RECORDINGS_URL": source}
    state.mkdir()
    worker = LocalWorker(settings, port=port, state=state, ip="localhost")
    worker.start()
    try:
        lesson = Lesson(
            worker, recording_enabled=1, provider="plugnmeet", provider_room_id=record_id
        )
        memory = Memory(port)
        started = time.monotonic()
        lesson.nobody.post(
            "/dev/recordings", json={"session_id": lesson.id, "record_id": record_id}
        )
        with memory:
            until(lambda: lesson.listing()["recording"], "ready", 900)
        # The queue waits a second for more messages; that is no part of copying.
        took = time.monotonic() - started - 1
        [recording] = lesson.resources()
        if digest_of(lesson, recording["id"]) != film.sha256():
            msg = f"{record_id}: other bytes have arrived than were sent"
            raise RuntimeError(msg)
        lesson.close()
    finally:
        worker.stop()
    name = "ours, from a source with Range" if record_id.endswith("True") else "ours, without Range"
    return [name, *speed(film, took), f"{plain / took:.0%}", f"{memory.before}", f"{memory.peak}"]


def digest_of(lesson: Lesson, resource_id: str) -> str:
    digest = hashlib.sha256()
    with lesson.student.stream("GET", f"{lesson.path}/resources/{resource_id}") as answer:
        for chunk in answer.iter_bytes(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def plain_copy(address: str, target: Path) -> float:
    """Seconds for the same bytes from the same server into a file."""
    started = time.monotonic()
    with (
        DIRECT.open(urllib.request.Request(address), timeout=60) as body,
        target.open("wb") as file,
    ):
        shutil.copyfileobj(body, file, CHUNK)
    took = time.monotonic() - started
    target.unlink()
    return took


def javascript_copy(address: str, folder: Path) -> float:
    """Seconds for the same bytes through a JavaScript Worker into local R2."""
    folder.mkdir()
    (folder / "plain.js").write_text(JS_WORKER)
    (folder / "wrangler.toml").write_text(JS_CONFIG)
    port = free_port()
    command = wrangler(
        "dev", f"--port={port}", "--inspector-port=0", f"--persist-to={folder / 'state'}",
        f"--config={folder / 'wrangler.toml'}", "--show-interactive-dev-session=false",
    )  # fmt: skip
    supervised = [sys.executable, "-m", "tools.supervise", *command]
    process = subprocess.Popen(
        supervised,
        cwd=ROOT,
        env=node_environment() | {"CLOUDFLARE_CF_FETCH_ENABLED": "false"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: answers(f"http://localhost:{port}/"), wanted=True, seconds=60)
        started = time.monotonic()
        with DIRECT.open(f"http://localhost:{port}/?from={address}", timeout=900) as answer:
            answer.read()
        return time.monotonic() - started
    finally:
        process.communicate()  # closes its input, which ends it


class Memory:
    """Watches the resident memory of the workerd that listens on a port's Worker."""

    def __init__(self, port: int) -> None:
        self._pids = [pid for pid, args in below(port) if "workerd serve" in args]
        self.before = self._now()
        self.peak = self.before
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self.peak = max(self.peak, self._now())

    def _now(self) -> int:
        """In MB, all of them together."""
        total = 0
        for pid in self._pids:
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            total += int(status.partition("VmRSS:")[2].split()[0])
        return total // 1000
