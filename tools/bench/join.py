"""From the click on Join to the other person's first picture, beside a bare page."""

import json
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tools import chromium
from tools.bench import peers
from tools.bench.report import Table, percentile
from tools.bench.slow_line import SlowLine
from tools.local_worker import LocalWorker

JOINS = 20
ROUND_TRIPS_MS = (0, 80)
BARE_PAGE = Path(__file__).parent / "peers" / "call"
OURS, BARE = "Session Room", "bare page"
FLAGS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
    # The bare page comes from no server, so its socket to this machine would be refused.
    "--disable-features=LocalNetworkAccessChecks",
)
# Milliseconds after the click. Frames arrive before the page shows them.
MARKS = """
const marks = (window.marks = {});
const note = (name) => {
  // The lobby checks the connection before.
  if (name === "click" || marks.click) marks[name] ??= performance.now();
};
addEventListener("click", ({ target }) => {
  if (!target.closest("#join")) return;
  note("click");
  const video = document.getElementById("remote-video");
  video.requestVideoFrameCallback(() => note("first frame"));
}, true);
window.WebSocket = class extends WebSocket {
  constructor(address) {
    super(address);
    this.addEventListener("message", ({ data }) => {
      if (data.includes('"type":"welcome"')) note("welcome");
    });
  }
};
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration) {
    super(configuration);
    this.addEventListener("connectionstatechange", () => {
      if (this.connectionState === "connected") note("connected");
    });
    this.addEventListener("signalingstatechange", () => {
      if (this.signalingState !== "stable") note("first description");
    });
  }
};
"""
STEPS = ("welcome", "first description", "connected", "first frame")
NOTE = (
    f"The second person joins while the first one waits in the room; median and p90 of {JOINS} "
    "joins in turn, in new profiles, milliseconds after the click. Both people are in one "
    "Chromium with a fake camera. The bare page has only the room's socket and a connection, "
    "without a join request and recovery. With a round trip, each byte between browser and "
    "Worker takes half of it; picture and sound go directly."
)


def main() -> list[Table]:
    with tempfile.TemporaryDirectory() as scratch:
        data = peers.migrated(Path(scratch) / "data")
        worker = peers.peer(None, data, Path(scratch) / "ours")
        worker.start()
        try:
            with sync_playwright() as playwright:
                path = chromium.find_windowless()
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                tables = [table(browser, worker, ms) for ms in ROUND_TRIPS_MS]
                browser.close()
        finally:
            worker.stop()
    return tables


def table(browser: Browser, worker: LocalWorker, round_trip_ms: int) -> Table:
    found: dict[str, list[dict[str, float]]] = {OURS: [], BARE: []}
    with line_to(worker, round_trip_ms) as port:
        for number in range(JOINS + 1):
            for name, joins in found.items():
                marks = second_join(browser, worker, port, name)
                # The first join of each warms the Worker up.
                if number:
                    joins.append(marks)
    rows = [[name, *(figure(joins, step) for step in STEPS)] for name, joins in found.items()]
    ours, bare = (percentile([marks[STEPS[-1]] for marks in joins], 50) for joins in found.values())
    title = "Join to the first picture" + (f", {round_trip_ms} ms away" if round_trip_ms else "")
    note = f"{NOTE} Ours takes {ours / bare:.2f} times as long (budget 1.2)."
    return Table(title, ["", *STEPS], rows, note)


def figure(joins: list[dict[str, float]], step: str) -> str:
    times = [marks[step] for marks in joins]
    return f"{percentile(times, 50):.0f} / {percentile(times, 90):.0f}"


@contextmanager
def line_to(worker: LocalWorker, round_trip_ms: int) -> Iterator[int]:
    if not round_trip_ms:
        yield worker.port
        return
    with closing(SlowLine(worker.port, round_trip_ms / 2000)) as line:
        yield line.port


def second_join(browser: Browser, worker: LocalWorker, port: int, name: str) -> dict[str, float]:
    """The steps of one join, in milliseconds after the click."""
    session = f"join-{secrets.token_hex(6)}"
    peers.book(worker.state, [session], start=int(time.time()) + 300)
    with opened(browser, port, session, peers.TEACHER, name) as teacher:
        join(teacher, name)
        with opened(browser, port, session, peers.STUDENT, name) as student:
            if name == OURS:
                # People read the lobby, and look at what its checks say.
                wait_for(
                    student, "/ms to/.test(document.getElementById('network-result').textContent)"
                )
            join(student, name)
            deadline = time.monotonic() + 30
            while "first frame" not in (marks := student.evaluate("marks")):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"no picture: {json.dumps(marks)}")
                student.wait_for_timeout(50)
    return {step: marks[step] - marks["click"] for step in STEPS}


@contextmanager
def opened(browser: Browser, port: int, session: str, who: str, name: str) -> Iterator[Page]:
    """The person's page in a new profile, with the devices on."""
    url = f"http://localhost:{port}"
    context = browser.new_context(permissions=["camera", "microphone"])
    cookie_name, _, value = peers.cookie(who).partition("=")
    context.add_cookies([{"name": cookie_name, "value": value, "url": url}])
    context.add_init_script(MARKS)
    page = context.new_page()
    if name == BARE:
        context.route(f"{url}/bare/**", serve_bare_page)
        page.goto(f"{url}/bare/index.html?session={session}")
        wait_for(page, "document.title === 'ready'")
    else:
        page.goto(f"{url}/session/{session}")
        page.locator("#toggle-camera[aria-pressed=true]").wait_for()
    try:
        yield page
    finally:
        context.close()


def serve_bare_page(route: Any) -> None:
    name = route.request.url.rpartition("/")[2].partition("?")[0]
    route.fulfill(path=BARE_PAGE / name)


def join(page: Page, name: str) -> None:
    """Click, and wait until the room has this person."""
    page.locator("#join").click()
    joined = (
        "document.title === 'joined'" if name == BARE else "!document.getElementById('room').hidden"
    )
    wait_for(page, joined)


def wait_for(page: Page, condition: str) -> None:
    """Poll from here: the page's policy blocks Playwright's polling in it."""
    deadline = time.monotonic() + 30
    while not page.evaluate(condition):
        if time.monotonic() > deadline:
            raise RuntimeError(f"not in time: {condition}")
        page.wait_for_timeout(20)
