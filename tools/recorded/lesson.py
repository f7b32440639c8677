"""A lesson of ten minutes in one go, with all that happens in a lesson."""

import os
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Page

from tests.browser.board_page import choose, drag
from tests.browser.recorded_board import write_formula
from tests.browser.recording_page import Recorded
from tests.browser.room_page import CONNECTED, join
from tools.bench.report import Table
from tools.recorded.film import Film, watch
from tools.recorded.people import browser_of_our_own, leave, meet, site

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTES: Final = float(os.environ.get("MINUTES") or 10)


def reason_not_to_run() -> str:
    return ""


def tables(folder: Path) -> list[Table]:
    with site(folder) as worker, browser_of_our_own() as browser:
        recorded = meet(worker, (browser, browser))
        lesson = Lesson(recorded)
        try:
            lesson.run()
            return lesson.tables()
        finally:
            leave(recorded)


class Lesson:
    def __init__(self, recorded: Recorded) -> None:
        self.recorded = recorded
        self.student, self.teacher = recorded.student, recorded.teacher
        self.log: list[tuple[float, str]] = []
        self.reloaded_at = 0.0
        """When the page that records was loaded again."""

    @property
    def now(self) -> float:
        return time.time() - self.began

    def run(self) -> None:
        begun = self.recorded.agree()
        self.began = time.time()
        steps: list[tuple[float, str, Callable[[], object]]] = [
            (0.06, "the teacher shares the screen", lambda: self.press(self.teacher, "screen")),
            (0.16, "the screen is closed", lambda: self.press(self.teacher, "screen")),
            (0.20, "the student opens the board", self.draw),
            (0.34, "the board is closed", lambda: self.press(self.student, "board")),
            (0.40, "the student's camera is off", lambda: self.press(self.student, "camera")),
            (0.47, "it is on", lambda: self.press(self.student, "camera")),
            (0.50, "the teacher takes another camera", lambda: change(self.teacher, "camera")),
            (0.53, "the student another microphone", lambda: change(self.student, "microphone")),
            (0.57, "the student reloads", lambda: self.load_again(self.student)),
            (0.70, "the teacher, who records, reloads", self.reload_recorder),
            (0.80, "screen and board at once", self.share_both),
            (0.90, "both are closed", self.close_both),
        ]
        for share, name, act in steps:
            self.wait_until(share * MINUTES * 60)
            self.log.append((self.now, name))
            print(f"{self.now:6.1f} s: {name}", flush=True)
            act()
        self.wait_until(MINUTES * 60)
        self.length = self.recorded.end() - begun

    def wait_until(self, second: float) -> None:
        while self.now < second:
            self.student.wait_for_timeout(min(1000, max(1, 1000 * (second - self.now))))

    def press(self, page: Page, what: str) -> None:
        page.evaluate("id => document.getElementById(id).click()", f"call-{what}")

    def draw(self) -> None:
        self.press(self.student, "board")
        write_formula(self.student)
        choose(self.student, "pen")
        drag(self.student, (0.2, 0.7), (0.4, 0.6), (0.6, 0.75), (0.8, 0.6))

    def share_both(self) -> None:
        self.press(self.teacher, "screen")
        self.press(self.student, "board")

    def close_both(self) -> None:
        self.press(self.teacher, "screen")
        self.press(self.student, "board")

    def load_again(self, page: Page) -> None:
        page.reload()
        join(page)
        for each in (self.student, self.teacher):
            each.wait_for_selector(CONNECTED)

    def reload_recorder(self) -> None:
        self.reloaded_at = self.now
        self.load_again(self.teacher)
        self.recorded.is_on()

    def tables(self) -> list[Table]:
        films = self.recorded.films(seconds=180)
        film = watch(self.student, films[0])
        lags = film.lag("teacher", self.began)
        before = [lag for at, lag in lags if at < self.reloaded_at - 8]
        after = [lag for at, lag in lags if at > self.reloaded_at + 8]
        self.gap = median(after) - median(before)
        moments = {
            f"lesson-{at}": self.in_film(second + 4) for at, (second, _) in enumerate(self.log, 1)
        }
        watch(self.student, films[0], every=10**6, pictures={"lesson-0": 0.0, **moments})
        print(f"pictures that could be read: {len(lags)} of {len(film.seen)}", flush=True)
        return [self.figures(films, film, before, after), self.events(film)]

    def in_film(self, second: float) -> float:
        """Where a moment of the lesson is in the film, which lacks what was lost by the reload."""
        return second - (self.gap if second > self.reloaded_at else 0)

    def figures(
        self,
        films: list[dict[str, object]],
        film: Film,
        before: list[float],
        after: list[float],
    ) -> Table:
        true = self.length - self.gap
        rows = [
            ["recordings of the session", str(len(films))],
            ["its size", f"{float(str(films[0]['size_bytes'])) / 1e6:.1f} MB"],
            ["the sign was on, from the first second to the last", f"{self.length:.1f} s"],
            [
                "not in the film: from before the reload of its browser until it is back",
                f"{self.gap:.1f} s",
            ],
            ["length of the film that is true", f"{true:.1f} s"],
            ["length by the player", f"{film.length:.2f} s"],
            ["length by the Worker", f"{films[0]['duration_seconds']} s"],
            ["length of its sound", f"{film.sound:.2f} s"],
        ]
        for name, part in (("before", before), ("after", after)):
            rows.append(
                [
                    f"pictures show another moment than they should, {name} the reload, at most",
                    f"{max(abs(each - median(part)) for each in part):.1f} s",
                ]
            )
        for role in ("teacher", "student"):
            silent = film.silent(role)
            rows.append(
                [
                    f"seconds with the {role}'s voice",
                    f"{len(film.heard[role]) - len(silent)} of {len(film.heard[role])}",
                ]
            )
            print(f"without the {role}'s voice: seconds {silent}", flush=True)
        return Table(f"A lesson of {MINUTES:.0f} minutes", ["", ""], rows)

    def events(self, film: Film) -> Table:
        silent = film.silent("student")
        rows = []
        for second, name in self.log:
            place = self.in_film(second)
            missing = sum(place - 2 <= each <= place + 15 for each in silent)
            rows.append([f"{second:.0f} s", name, f"{missing} s" if missing else "none"])
        head = ["", "what happens", "of the student's voice is missing then"]
        return Table("What happens in it", head, rows, words=True)


def change(page: Page, device: str) -> None:
    page.evaluate(
        """device => document.getElementById(`call-${device}-picker`)
          .dispatchEvent(new Event("change"))""",
        device,
    )
