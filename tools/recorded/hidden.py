"""The page that records is in a tab behind another one. Pages under Playwright are never hidden.

So Playwright lets go of this browser, and another tab is opened by the protocol of its devtools.
"""

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, Page
from websockets.sync.client import connect

from tests.browser.conftest import FAKE_MEDIA, QUIET
from tests.browser.recording_page import Recorded
from tests.browser.room_page import CONNECTED, Meeting, join
from tests.browser.signing_in import sign_in
from tools import chromium
from tools.bench.report import Table
from tools.local_worker import DIRECT, free_port
from tools.recorded.film import Film, watch
from tools.recorded.people import browser_of_our_own, enter, site

SEEN_S: Final = 15
HIDDEN_S: Final = 60
# A tab counts as hidden a moment after another one has come before it.
MOMENT_S: Final = 2
EVERY_S: Final = 0.2
COUNT: Final = """window.ticks = 0; setInterval(() => (ticks += 1), 10);
window.drawn = 0; (function go() { drawn += 1; requestAnimationFrame(go); })(); 0"""


def reason_not_to_run() -> str:
    if not chromium.find() or not shutil.which("xvfb-run"):
        return "a Chromium with windows, or Xvfb, is not installed"
    return ""


def tables(folder: Path) -> list[Table]:
    with (
        site(folder / "site") as worker,
        browser_of_our_own() as browser,
        windowed(folder) as devtools,
    ):
        recorded = Recorded(Meeting(worker, browser, -60, recording_enabled=True))
        recorded.student = enter(recorded, "student", browser, "", 10)
        with devtools.playwright(browser) as page:
            sign_in(page.context, worker, "demo-teacher")
            page.goto(f"{worker.url}/session/{recorded.meeting.id}")
            join(page)
            recorded.teacher = page
            for each in (recorded.student, page):
                each.wait_for_selector(CONNECTED)
            recorded.agree()
            began = time.time()
            page.wait_for_timeout(SEEN_S * 1000)
            page.evaluate(COUNT)
        devtools.open_another_tab()
        recorded.student.wait_for_timeout(MOMENT_S * 1000)
        hidden_at = time.time() - began
        before = devtools.evaluate("[document.visibilityState, ticks, drawn]")
        recorded.student.wait_for_timeout((HIDDEN_S - MOMENT_S) * 1000)
        after = devtools.evaluate("[document.visibilityState, ticks, drawn]")
        shown_at = time.time() - began
        print(f"state, timers and drawings: {before}, then {after}", flush=True)
        with devtools.playwright(browser) as page:
            recorded.teacher = page
            page.wait_for_timeout(SEEN_S * 1000)
            recorded.end()
            films = recorded.films(seconds=180)
            middle = (hidden_at + shown_at) / 2
            film = watch(recorded.student, films[0], every=EVERY_S, pictures={"hidden": middle})
        recorded.student.context.close()
    rows = [
        ["the page says that it is", f"{before[0]}, and still {after[0]}"],
        ["its own timers of 10 ms ran, a second", per_second(before[1], after[1])],
        ["pictures that it drew for the screen, a second", per_second(before[2], after[2])],
        *figures(film, hidden_at, shown_at, began),
    ]
    return [Table(f"Hidden for {HIDDEN_S} s", ["", ""], rows)]


def per_second(before: float, after: float) -> str:
    return f"{(after - before) / (HIDDEN_S - MOMENT_S):.1f}"


def figures(film: Film, hidden_at: float, shown_at: float, began: float) -> list[list[str]]:
    lags = film.lag("student", began)
    usual = median(lag for at, lag in lags if at < hidden_at)
    hidden = [lag for at, lag in lags if hidden_at < at < shown_at]
    own = [each["own"] for each in film.seen if hidden_at < each["at"] < shown_at]
    moved = sum(one != other for one, other in pairwise(own))
    while_hidden = moments_of(film, hidden_at, shown_at)
    while_seen = moments_of(film, 2, hidden_at - 2 * MOMENT_S)
    silent = [at for at in film.silent("student") if hidden_at < at < shown_at - 1]
    return [
        [
            "fifths of a second of which there is a picture of the other one",
            f"{while_hidden}; while it was seen {while_seen}",
        ],
        [
            "they are later than while the page was seen, at most",
            f"{max(lag - usual for lag in hidden):.1f} s",
        ],
        ["its own pictures that differ from the one before", f"{moved / len(own):.0%}"],
        ["seconds without the other one's voice", str(len(silent))],
    ]


def moments_of(film: Film, start: float, stop: float) -> str:
    """The share of moments that are shown in this part of the film."""
    seen = [each["student"] for each in film.seen if start < each["at"] < stop]
    return f"{len(set(seen)) / len(seen):.0%}"


class Devtools:
    """A browser with windows, at most one of whose users is Playwright."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"

    @contextmanager
    def playwright(self, browser: Browser) -> Iterator[Page]:
        """Its room, or its first page, under Playwright for a while. It is seen then."""
        connected = browser.browser_type.connect_over_cdp(self._address)
        pages = connected.contexts[0].pages
        yield next((page for page in pages if "/session/" in page.url), pages[0])
        connected.close()

    def open_another_tab(self) -> None:
        self._ask("/json/new?about:blank", "PUT")

    def evaluate(self, code: str) -> Any:
        [address] = [
            page["webSocketDebuggerUrl"]
            for page in self._ask("/json")
            if page["type"] == "page" and "/session/" in page["url"]
        ]
        with connect(address, proxy=None, max_size=None) as socket:
            about = {"expression": code, "returnByValue": True}
            socket.send(json.dumps({"id": 1, "method": "Runtime.evaluate", "params": about}))
            while (heard := json.loads(socket.recv(timeout=30))).get("id") != 1:
                pass
        return heard["result"]["result"].get("value")

    def _ask(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(self._address + path, method=method)
        with DIRECT.open(request, timeout=5) as answer:
            return json.loads(answer.read())

    def is_there(self) -> bool:
        try:
            self._ask("/json/version")
        except OSError:
            return False
        return True


@contextmanager
def windowed(folder: Path) -> Iterator[Devtools]:
    """Chromium with windows on a screen that nobody sees. Raises: TimeoutError."""
    port = free_port()
    flags = [*QUIET, *FAKE_MEDIA, f"--remote-debugging-port={port}"]
    process = subprocess.Popen(
        ["xvfb-run", "-a", str(chromium.find()), *flags, f"--user-data-dir={folder / 'profile'}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    devtools = Devtools(port)
    try:
        deadline = time.monotonic() + 30
        while not devtools.is_there():
            if time.monotonic() > deadline:
                raise TimeoutError("Chromium does not start")
            time.sleep(0.1)
        yield devtools
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=30)
