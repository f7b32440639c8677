"""Opening the lobby in Chromium, with the devices and errors of a test."""

import json
import re
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Route,
    expect,
)

from tests.browser.closing import leave
from tests.browser.signing_in import sign_in
from tests.browser.windows import usual_options
from tests.people import both
from tools.local_worker import DIRECT, LocalWorker

FAKE_DEVICES = "--use-fake-device-for-media-stream=fps=10"
ALLOW_ALL = "--use-fake-ui-for-media-stream"
NO_CAMERA = "--use-fake-device-for-media-stream=device-count=0"
JOIN_WINDOW_S = 15 * 60

VIOLATIONS_TO_CONSOLE = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error(`Content-Security-Policy: ${violatedDirective} ${blockedURI}`));
"""
COUNT_REQUESTS = """
{
  window.requests = 0;
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (constraints) => {
    window.requests += 1;
    return ask(constraints);
  };
}
"""
ROOM_MODULE = "**/js/room/room.js"
# Replaces the room, which has tests of its own.
ROOM_STUB = """
export async function enterRoom({ grant, devices, session }) {
  grant = await (grant ?? session.join());
  document.title = "In the room";
  Object.assign(window, { grant, devices, session, entered: (window.entered ?? 0) + 1 });
}
"""


def book(worker: LocalWorker, *, starts_in: int, length: int = 3600, **changes: object) -> str:
    """Book a session for the demo people through the platform's API. Returns its id."""
    session_id = str(changes.pop("id", None) or f"lobby-{uuid.uuid4().hex[:12]}")
    start = int(changes.pop("start", None) or time.time() + starts_in)
    booking = {
        "course": {"id": "lobby", "title": "Linear Algebra"},
        **both(),
        "scheduled_start": start,
        "scheduled_end": start + length,
    } | changes
    platform(worker, "PUT", session_id, booking)
    return session_id


def cancel(worker: LocalWorker, session_id: str) -> None:
    platform(worker, "POST", f"{session_id}/cancel")


def platform(worker: LocalWorker, method: str, path: str, body: object = None) -> None:
    request = urllib.request.Request(
        f"{worker.url}/platform/sessions/{path}",
        method=method,
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {worker.settings['PLATFORM_TOKEN']}"},
    )
    DIRECT.open(request, timeout=30).close()


@contextmanager
def signed_in(
    worker: LocalWorker, browser: Browser, *, user: str = "demo-student", **options: object
) -> Iterator[BrowserContext]:
    """Open a context with a signed-in person."""
    options = {"base_url": worker.url} | usual_options(browser) | options
    context = browser.new_context(**options)
    try:
        context.add_init_script(VIOLATIONS_TO_CONSOLE)
        context.route(ROOM_MODULE, lambda route: route.fulfill(
            content_type="text/javascript", body=ROOM_STUB))  # fmt: skip
        sign_in(context, worker, user, str(options["base_url"]))
        yield context
    finally:
        leave(context)


@contextmanager
def watched(page: Page, expected: Sequence[str] = ()) -> Iterator[None]:
    """Fail on an uncaught error, or on an error or warning in the console.

    `expected` are patterns of complaints that the test provokes.
    """
    complaints: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{message.text} ({message.location.get('url')})")

    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
    yield

    def is_expected(complaint: str) -> bool:
        return any(re.search(pattern, complaint) for pattern in expected)

    unexpected = [each for each in complaints if not is_expected(each)]
    assert not unexpected, unexpected


@contextmanager
def lobby(
    worker: LocalWorker,
    browser: Browser,
    session_id: str,
    *,
    script: str = "",
    expected: Sequence[str] = (),
    permissions: Sequence[str] = (),
    issues: list[str] | None = None,
    room: Callable[[Route], None] | None = None,
    **options: object,
) -> Iterator[Page]:
    """Open the lobby of a session; `script` runs before the page's own.

    `room` answers requests for the room's module, which the lobby loads by itself. `issues`
    collects the tech issues that the page tells the server.
    """
    with signed_in(worker, browser, **options) as context:
        if permissions:
            context.grant_permissions(list(permissions))
        if room:
            context.route(ROOM_MODULE, room)
        page = context.new_page()
        if script:
            page.add_init_script(script)
        if issues is not None:
            page.on("request", lambda request: note_issue(request, issues))
        with watched(page, expected):
            page.goto(f"/session/{session_id}")
            yield page


def note_issue(request: Request, issues: list[str]) -> None:
    if request.url.endswith("/events"):
        issues.append(request.post_data_json["error_type"])


def open_checks(page: Page) -> None:
    """Open what the line under the preview sums up: lists of devices, and the connection."""
    page.locator("#checks > summary").click()
    expect(page.locator("#check-network")).to_be_visible()


def wait_for_state(page: Page, state: str) -> None:
    """Wait until the preview is idle, asking, live, off or in error."""
    expect(page.locator("#preview")).to_have_attribute("data-state", state)


def reject_devices(name: str, message: str = "", *, kinds: str = "audio video") -> str:
    """Return a script: getUserMedia rejects requests with these kinds, as a real browser does.

    `window.repaired = true` makes it work again.
    """
    return f"""
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {{
      (window.asked ??= []).push(constraints);
      const hit = "{kinds}".split(" ").some((kind) => constraints[kind]);
      if (hit && !window.repaired) throw new DOMException("{message}", "{name}");
      return real(constraints);
    }};
    """
