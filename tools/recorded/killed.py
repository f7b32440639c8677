"""The tab of the browser that records is killed: what is lost."""

import os
import random
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from playwright.sync_api import Browser, Error, Page

from tests.browser.recording_page import Recorded
from tools.bench.report import Table
from tools.local_worker import LocalWorker
from tools.recorded.film import watch
from tools.recorded.people import browser_of_our_own, complete, leave, meet, site

KILLS: Final = int(os.environ.get("KILLS") or 20)
# As many at once: each takes half a core and more.
AT_ONCE: Final = 3
FIRST_S: Final = 5.0
LAST_S: Final = 30.0
MOST_S: Final = 10.0


class Kill(NamedTuple):
    recorded_s: float
    kept_s: float

    @property
    def lost_s(self) -> float:
        return self.recorded_s - self.kept_s


def reason_not_to_run() -> str:
    return ""


def tables(folder: Path) -> list[Table]:
    seed = int(time.time())
    print(f"random seed {seed}", flush=True)
    moments = random.Random(seed)  # noqa: S311 (not a secret)
    kills: list[Kill] = []
    with site(folder) as worker, browser_of_our_own() as browser:
        while len(kills) < KILLS:
            count = min(AT_ONCE, KILLS - len(kills))
            seconds = [moments.uniform(FIRST_S, LAST_S) for _ in range(count)]
            for kill in kill_at(worker, browser, seconds):
                kills.append(kill)
                print(f"killed after {kill.recorded_s:.1f} s: lost {kill.lost_s:.1f} s", flush=True)
    rows = [[f"{each.recorded_s:.1f} s", f"{each.lost_s:.1f} s"] for each in sorted(kills)]
    lost = [each.lost_s for each in kills]
    note = (
        f"{len(kills)} tabs, each killed at a random second (seed {seed}): between "
        f"{max(0.0, min(lost)):.1f} and {max(lost):.1f} s are lost, {sum(lost) / len(lost):.1f} on "
        f"average. {sum(each > MOST_S for each in lost)} lost more than {MOST_S:.0f} s."
    )
    return [Table("The tab that records is killed", ["recorded", "lost"], rows, note)]


def kill_at(worker: LocalWorker, browser: Browser, seconds: list[float]) -> list[Kill]:
    """Sessions at once, each of whose recorders is killed so many seconds after it began."""
    began: list[tuple[float, float, Recorded]] = []
    for each in sorted(seconds):
        recorded = meet(worker, (browser, browser), fps=5)
        recorded.agree()
        began.append((time.monotonic(), each, recorded))
    lengths = []
    for start, each, recorded in sorted(began, key=lambda entry: entry[0] + entry[1]):
        while (left := start + each - time.monotonic()) > 0:
            recorded.student.wait_for_timeout(min(500, left * 1000))
        crash(recorded.teacher)
        lengths.append((time.monotonic() - start, recorded))
    return [Kill(length, kept(recorded)) for length, recorded in lengths]


def crash(page: Page) -> None:
    """Nothing in the page has a chance to end what it does."""
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")


def kept(recorded: Recorded) -> float:
    """The seconds of the film that the sweep makes of what has arrived."""
    student = recorded.student
    # A piece that is on its way.
    student.wait_for_timeout(1000)
    student.locator("#call-leave").click()
    complete(recorded)
    films = recorded.films(seconds=90)
    # "You left" may load the page of the ended session by itself, at any moment.
    page = student.context.new_page()
    page.goto(f"{recorded.meeting.worker.url}/session/{recorded.meeting.id}")
    length = watch(page, films[0], every=5).length
    leave(recorded)
    return length
