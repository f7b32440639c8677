"""Chromium for tests, one for each set of flags, closed at the end.

Whatever page a test opens, what the policies of that page had to block fails the test.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.browser.board_page import Pair, with_board
from tests.browser.room_page import Meeting, meeting_on
from tests.browser.windows import WITHOUT_WINDOWS
from tools import chromium as installed
from tools.local_worker import LocalWorker
from tools.paths import NODE_MODULES

# No update checks, no first-run pages, no requests of the browser's own.
QUIET = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
)
# A camera with a moving picture and a microphone that beeps, allowed without asking. Few pictures
# a second: compressing them takes most of the time of a test of a call.
FAKE_MEDIA = ("--use-fake-device-for-media-stream=fps=5", "--use-fake-ui-for-media-stream")


# How long to wait for an effect: on a busy machine a page takes seconds to load its modules.
expect.set_options(timeout=20_000)

# Chromium's console messages when a page's own policies block something.
BLOCKED = ("Content Security Policy", "Content-Security-Policy", "Permissions policy violation")


@pytest.fixture(scope="session")
def violations() -> list[str]:
    """Return all violations so far, of any page of any test."""
    return []


@pytest.fixture(autouse=True)
def nothing_is_blocked(violations: list[str]) -> Iterator[None]:
    """Fail the test whose pages had a violation."""
    violations.clear()
    yield
    refuse(violations)


def refuse(violations: list[str]) -> None:
    assert not violations, "blocked by a policy of the page:\n" + "\n".join(violations)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, violations: list[str]) -> Iterator[Callable[..., Browser]]:
    """Return a running Chromium with QUIET and these flags; the same browser for the same flags.

    `asks`: it has windows, and asks people before it opens their devices.
    """
    running: dict[frozenset[str], Browser] = {}

    def note(message: ConsoleMessage) -> None:
        if any(words in message.text for words in BLOCKED):
            violations.append(f"{message.page.url if message.page else ''}: {message.text}")

    def watch(context: BrowserContext) -> None:
        context.on("console", note)

    def start(*flags: str, asks: bool = False) -> Browser:
        key = frozenset((*flags, f"asks: {asks}"))
        if key not in running:
            path = installed.find() if asks else installed.find_windowless()
            browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *flags])
            browser.on("context", watch)
            if not asks:
                WITHOUT_WINDOWS.add(browser)
            running[key] = browser
        return running[key]

    yield start
    for browser in running.values():
        browser.close()


@pytest.fixture(scope="session")
def browser_with_camera(chromium: Callable[..., Browser]) -> Browser:
    """Return a Chromium with a fake camera and microphone."""
    return chromium(*FAKE_MEDIA)


@pytest.fixture
def page_of_chromium(browser_with_camera: Browser) -> Iterator[Page]:
    """Return an empty page, for what needs a browser but no Worker."""
    page = browser_with_camera.new_page()
    yield page
    page.close()


@pytest.fixture(scope="session")
def axe_source() -> str:
    """Return axe-core's script, to be added to a page."""
    return (NODE_MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def meeting(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Meeting]:
    """Return a session that has just begun, on the Worker as `make dev` runs it."""
    with meeting_on(dev_worker, browser_with_camera) as meeting:
        yield meeting


@pytest.fixture(scope="module")
def shared_meeting(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Meeting]:
    """Return a meeting for all tests of a module, which test parts of the room in one page."""
    with meeting_on(dev_worker, browser_with_camera) as meeting:
        yield meeting


@pytest.fixture(scope="module")
def board_call(shared_meeting: Meeting) -> Pair:
    """Return student and teacher in a call, both with the board open."""
    return with_board(shared_meeting)
