"""Two people in a call, each with a browser in a network of their own, and what they see."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.room_page import Meeting
from tests.browser.signing_in import sign_in
from tools import chromium
from tools.local_worker import LocalWorker
from tools.networks.internet import SERVER, Internet, Person

OBSERVER: Final = (Path(__file__).parent / "observer.js").read_text(encoding="utf-8")
# Only a secure page gets a camera. There is no certificate here, but browsers trust this name.
HOST: Final = "session-room.localhost"
FLAGS: Final = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Ten pictures a second are enough to see when they stop.
    "--use-fake-device-for-media-stream=fps=10",
    "--use-fake-ui-for-media-stream",
    f"--host-resolver-rules=MAP {HOST} {SERVER}",
)
# A picture that stands still for longer is a break.
BREAK_MS: Final = 1000
# Pictures that come for so long have come back for good.
STEADY_MS: Final = 3000
POLL_MS: Final = 100

# Changes a browser before it opens a page.
Prepare = Callable[[BrowserContext], None]


@contextmanager
def browsers(
    playwright: Playwright, internet: Internet, folder: Path
) -> Iterator[tuple[Browser, Browser]]:
    """The browsers of student and teacher, in their networks."""
    found = chromium.find_windowless()
    launched = [
        playwright.chromium.launch(
            executable_path=inside(person, str(found), folder / f"{name}-chromium"), args=FLAGS
        )
        for name, person in (("student", internet.student), ("teacher", internet.teacher))
    ]
    student, teacher = launched
    try:
        yield student, teacher
    finally:
        for browser in launched:
            browser.close()


def inside(person: Person, program: str, script: Path) -> str:
    """Write a script that starts the program in the person's network; returns its path."""
    script.write_text(f'#!/bin/sh\nexec {" ".join(person.enter)} "{program}" "$@"\n')
    script.chmod(0o755)
    return str(script)


class Visit:
    """One person's page of the session."""

    def __init__(
        self,
        browser: Browser,
        site: LocalWorker,
        session_id: str,
        role: str,
        prepare: Prepare | None = None,
    ) -> None:
        self._context: BrowserContext = browser.new_context(
            viewport={"width": 1280, "height": 800}, permissions=("camera", "microphone")
        )
        self._context.add_init_script(OBSERVER)
        if prepare:
            prepare(self._context)
        address = f"http://{HOST}:{site.port}"
        sign_in(self._context, site, f"demo-{role}", address)
        self.page: Page = self._context.new_page()
        self._failures: list[str] = []
        self.page.on("pageerror", lambda error: self._failures.append(str(error)))
        self.page.on(
            "requestfailed",
            lambda request: self._failures.append(f"{request.url} {request.failure}"),
        )
        self.page.goto(f"{address}/session/{session_id}")

    def join(self) -> None:
        """Join from the lobby. Raises: TimeoutError, which says what failed in the page."""
        try:
            self.page.locator("#toggle-camera[aria-pressed=true]").wait_for()
        except PlaywrightTimeoutError as error:
            raise TimeoutError(f"no camera in the lobby; failed: {self._failures}") from error
        self.page.locator("#join").click()
        self.page.locator("#room:not([hidden])").wait_for()

    def observed(self, what: str) -> Any:
        return self.page.evaluate(f"observed.{what}")

    @property
    def words(self) -> str:
        """What the room says about the call now."""
        return self.page.locator("#room-status-words").inner_text()

    def words_since(self, moment: float) -> list[str]:
        """What the room has said since this moment (ms), each sentence once."""
        said = [words for at, words in self.observed("words") if at >= moment]
        return [words for before, words in pairwise(["", *said]) if words != before]

    def close(self) -> None:
        # Leaves at once, which closing a context may not.
        self.page.goto("about:blank")
        self._context.close()


class Outcome(NamedTuple):
    """Whether two people met, and how many seconds after the second Join that was known."""

    connected: bool
    took_s: float


class Break(NamedTuple):
    """For how many seconds a picture stood still at most, and when all moved again (ms)."""

    still_s: float
    over: float


class Call:
    """A session of student and teacher, who are in the lobby at first."""

    def __init__(
        self, people: tuple[Browser, Browser], site: LocalWorker, prepare: Prepare | None = None
    ) -> None:
        self.site = site
        meeting = Meeting(site, people[0], -60)
        self.student = Visit(people[0], site, meeting.id, "student", prepare)
        self.teacher = Visit(people[1], site, meeting.id, "teacher", prepare)
        self.visits = (self.student, self.teacher)

    def join(self) -> None:
        """The student joins, then the teacher."""
        for visit in self.visits:
            visit.join()

    def outcome(self, within_s: float) -> Outcome:
        """Wait until a picture has come to both, or both have a card that says that none will.

        Raises: TimeoutError.
        """
        self.wait(
            lambda: all(map(has_frame, self.visits)) or all(map(has_card, self.visits)), within_s
        )
        joined = max(visit.observed("joined") for visit in self.visits)
        if all(map(has_frame, self.visits)):
            first = max(visit.observed("frames[0]") for visit in self.visits)
            return Outcome(connected=True, took_s=(first - joined) / 1000)
        return Outcome(connected=False, took_s=(now_ms() - joined) / 1000)

    @property
    def way(self) -> str:
        """How the call goes: "direct", or by which relays."""
        ways = [str(visit.observed("way()")) for visit in self.visits]
        relays = sorted({way for way in ways if way.startswith("relay by")})
        return ", ".join(relays) or ways[0]

    def break_after(self, cut: float, within_s: float) -> Break:
        """Wait until pictures come to both for good, beginning at this moment (ms).

        Returns the break after `cut`. Raises: TimeoutError.
        """
        begin = now_ms()
        self.wait(lambda: all(is_steady(visit, begin) for visit in self.visits), within_s)
        gaps = [gap for visit in self.visits for gap in gaps_of(visit.observed("frames"), cut)]
        if not gaps:
            return Break(0.0, cut)
        longest = max(end - start for start, end in gaps)
        return Break(longest / 1000, max(end for _, end in gaps))

    def wait(self, happens: Callable[[], bool], within_s: float) -> None:
        """Raises: TimeoutError, which says what people read."""
        deadline = time.monotonic() + within_s
        while not happens():
            if time.monotonic() > deadline:
                raise TimeoutError("; ".join(visit.words for visit in self.visits))
            self.student.page.wait_for_timeout(POLL_MS)

    def pass_time(self, seconds: float) -> None:
        self.student.page.wait_for_timeout(seconds * 1000)

    def close(self) -> None:
        for visit in self.visits:
            visit.close()


def now_ms() -> float:
    """The clock that the pages read, too."""
    return time.time() * 1000


def has_frame(visit: Visit) -> bool:
    return bool(visit.observed("frames.length"))


def has_card(visit: Visit) -> bool:
    return bool(visit.observed("card()"))


def is_steady(visit: Visit, since: float) -> bool:
    """Whether pictures have come without a break for three seconds, all of them after `since`."""
    now = now_ms()
    begin = now - STEADY_MS
    frames = visit.observed("frames")
    came = bool(frames) and frames[0] <= begin
    return since <= begin and came and not gaps_of([*frames, now], begin)


def gaps_of(frames: list[float], since: float) -> list[tuple[float, float]]:
    """The breaks that ended after `since`: their begins and ends (ms)."""
    return [
        (before, after)
        for before, after in pairwise(frames)
        if after > since and after - before > BREAK_MS
    ]


@contextmanager
def call(
    people: tuple[Browser, Browser], site: LocalWorker, prepare: Prepare | None = None
) -> Iterator[Call]:
    """A call that ends with the block."""
    made = Call(people, site, prepare)
    try:
        yield made
    finally:
        made.close()
