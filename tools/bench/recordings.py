"""Copy large recordings through the Worker: time against plain copies, and memory.

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
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.fakes import recordings as fake
from tests.fakes.films import Film
from tests.worker.lesson import Lesson, until
from tools import dev_settings
from tools.bench.isolate import isolate_of
from tools.bench.report import Table
from tools.bench.workerd import Workerd
from tools.local_worker import DIRECT, LocalWorker, answers, free_port
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
    """GB in the environment is the recordings' size; a quarter of it shows what grows with size."""
    size = int(float(os.environ.get("GB") or 1) * 1000 * MB)
    return [compare(Film(size // 4, duration_s=900)), compare(Film(size, duration_s=3600))]


def compare(film: Film) -> Table:
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
        "Copied from the same server over loopback, into the same local R2. The isolate is the "
        "Worker's: its heap and its interpreter's memory, before the copy and at most; workerd is "
        "the process, with local R2 in it. Budget: at least 70 % of a plain copy's speed, memory "
        "constant."
    )
    head = ["", "s", "MB/s", "of JavaScript's", "isolate MB", "workerd MB"]
    return Table(f"A recording of {film.size / MB:.0f} MB", head, rows, note)


def speed(film: Film, took: float) -> list[str]:
    return [f"{took:.1f}", f"{film.size / MB / took:.0f}"]


def replicate(source: str, state: Path, film: Film, record_id: str, plain: float) -> list[str]:
    """Copy one with a new Worker, so its memory starts fresh."""
    port = free_port()
    settings = dev_settings.development(f"http://localhost:{port}") | {"DEV_RECORDINGS_URL": source}
    state.mkdir()
    worker = LocalWorker(settings, port=port, state=state, ip="localhost")
    worker.start()
    try:
        lesson = Lesson(
            worker, recording_enabled=1, provider="plugnmeet", provider_room_id=record_id
        )
        with (
            isolate_of(worker) as isolate,
            Peak(isolate.memory_mb) as own,
            Peak(Workerd(worker).memory_mb) as all_of_it,
        ):
            started = time.monotonic()
            lesson.nobody.post(
                "/dev/recordings", json={"session_id": lesson.id, "record_id": record_id}
            )
            until(lambda: lesson.listing()["recording"], "ready", 900)
            # Excludes the second in which the queue waits for more messages.
            took = time.monotonic() - started - 1
        [recording] = lesson.resources()
        if digest_of(lesson, recording["id"]) != film.sha256():
            msg = f"{record_id}: other bytes have arrived than were sent"
            raise RuntimeError(msg)
        lesson.close()
    finally:
        worker.stop()
    name = "ours, from a source with Range" if record_id.endswith("True") else "ours, without Range"
    return [name, *speed(film, took), f"{plain / took:.0%}", f"{own}", f"{all_of_it}"]


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
        process.communicate()  # closes its input, which stops the process


class Peak:
    """Samples memory during a run."""

    def __init__(self, memory_mb: Callable[[], float]) -> None:
        self._now = memory_mb
        self._before = self._most = memory_mb()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def __str__(self) -> str:
        """Memory before the run, and its maximum."""
        return f"{self._before:.0f} to {self._most:.0f}"

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self._most = max(self._most, self._now())
