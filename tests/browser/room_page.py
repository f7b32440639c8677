"""Two people in one session, each in a browser."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests import plain_http
from tests.browser.closing import leave
from tests.browser.signing_in import sign_in
from tests.browser.windows import WITHOUT_WINDOWS, usual_options
from tests.people import both, token_of
from tools.local_worker import LocalWorker

MINUTE = 60
DESKTOP = {"width": 1280, "height": 800}
# A quarter of the usual picture: to encode it takes a quarter of the processor time.
SMALL_CAMERA = """{
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  const small = (video) => ({ ...(video === true ? {} : video), width: 640, height: 360 });
  mediaDevices.getUserMedia = (wish) =>
    ask(wish?.video ? { ...wish, video: small(wish.video) } : wish);
}"""
CONNECTED = '#room[data-state="connected"]'


class Meeting:
    """A new session and its open pages."""

    def __init__(
        self, worker: LocalWorker, browser: Browser, starts_in: int, **booked: Any
    ) -> None:
        self.worker = worker
        self.booked = booked
        self.browser = browser
        self.id = f"room-{secrets.token_hex(6)}"
        self.start = int(time.time()) + starts_in
        self.end = self.start + 60 * MINUTE
        self._contexts: list[Any] = []
        self.book()

    def open(self, role: str, browser: Browser | None = None, **options: Any) -> Page:
        """Open the lobby as this person, in a new context of the meeting's or this browser."""
        browser = browser or self.browser
        usual = {"viewport": DESKTOP, **usual_options(browser)}
        context = browser.new_context(**(usual | options))
        self._contexts.append(context)
        if browser in WITHOUT_WINDOWS:
            context.add_init_script(SMALL_CAMERA)
        sign_in(context, self.worker, f"demo-{role}")
        page = context.new_page()
        page.goto(f"{self.worker.url}/session/{self.id}")
        return page

    def enter(self, role: str, **options: Any) -> Page:
        """Open the room as this person."""
        page = self.open(role, **options)
        join(page)
        return page

    def both(self) -> tuple[Page, Page]:
        """Open the room as student and teacher; returns them connected."""
        student, teacher = self.enter("student"), self.enter("teacher")
        for page in (student, teacher):
            page.wait_for_selector(CONNECTED)
        return student, teacher

    def record(self) -> dict[str, Any]:
        answer = plain_http.request(
            "GET", f"{self.worker.url}/platform/sessions/{self.id}", headers=self._platform
        )
        record: dict[str, Any] = answer.json()
        return record

    def upload(self, name: str, content: bytes = b"") -> None:
        """Share a file, a text if there is no content, as the teacher, without a page."""
        settings = self.worker.settings
        answer = plain_http.request(
            "POST",
            f"{self.worker.url}/session/{self.id}/resources",
            params={"name": name},
            content=content or b"Eigenvalues of " + name.encode(),
            headers={"Cookie": f"{settings['AUTH_COOKIE']}={token_of('demo-teacher', settings)}"},
        )
        assert answer.is_success, answer.text

    def clock_at(self, moment: int) -> None:
        """Set the room's clock ahead."""
        seconds = moment - int(time.time())
        address = f"{self.worker.url}/dev/clock/{self.id}"
        assert plain_http.request("POST", address, json={"seconds": seconds}).is_success

    def close(self) -> None:
        for context in self._contexts:
            leave(context)

    def book(self) -> None:
        answer = plain_http.request(
            "PUT",
            f"{self.worker.url}/platform/sessions/{self.id}",
            headers=self._platform,
            json={
                "course": {"id": "algebra", "title": "Linear Algebra"},
                **both(),
                "scheduled_start": self.start,
                "scheduled_end": self.end,
                **self.booked,
            },
        )
        assert answer.is_success, answer.text

    @property
    def _platform(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.worker.settings['PLATFORM_TOKEN']}"}


@contextmanager
def meeting_on(
    worker: LocalWorker, browser: Browser, starts_in: int = -MINUTE, **booked: Any
) -> Iterator[Meeting]:
    meeting = Meeting(worker, browser, starts_in, **booked)
    try:
        yield meeting
    finally:
        meeting.close()


def join(page: Page) -> None:
    """Join from the lobby."""
    page.locator("#toggle-camera[aria-pressed=true]").wait_for()
    page.locator("#join").click()
    expect(page.locator("#room")).to_be_visible()


def small_window_of(page: Page) -> Page:
    """Open the small window, which is a page in Chromium."""
    page.locator("#call-more").click()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Small window").click()
    return opened.value


def ask_to_end(teacher: Page) -> None:
    """Open the question whether the session ends for both."""
    teacher.get_by_role("button", name="Leave", exact=True).click()
    teacher.locator("#call-end").click()


def leave_as_teacher(teacher: Page) -> None:
    teacher.get_by_role("button", name="Leave", exact=True).click()
    teacher.locator("#leave-now").click()


def seconds_played(page: Page, video: str = "remote-video") -> float:
    return float(page.evaluate("id => document.getElementById(id).currentTime", video))


def wait_until_it_plays(page: Page, video: str = "remote-video") -> None:
    """Poll from Python: the page's Content-Security-Policy blocks Playwright's polling in it."""
    deadline = time.monotonic() + 10
    while seconds_played(page, video) == 0:
        assert time.monotonic() < deadline, f"{video} does not play"
        page.wait_for_timeout(50)


def audio_energy(page: Page) -> float:
    """Return how much sound has arrived on the remote microphone's track."""
    return float(
        page.evaluate(
            """async () => {
              const stream = document.getElementById("remote-video").srcObject;
              const context = new AudioContext();
              // Not awaited: it would wait for a gesture where the browser wants one.
              context.resume();
              const meter = context.createAnalyser();
              context.createMediaStreamSource(stream).connect(meter);
              const samples = new Float32Array(meter.fftSize);
              let energy = 0;
              for (let round = 0; round < 40; round += 1) {
                await new Promise((resolve) => setTimeout(resolve, 50));
                meter.getFloatTimeDomainData(samples);
                energy += samples.reduce((sum, each) => sum + each * each, 0);
              }
              await context.close();
              return energy;
            }"""
        )
    )
