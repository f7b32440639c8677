"""The session's page inside a platform's own page, whose site is another one."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Route, expect

from tests import plain_http
from tests.browser.conftest import FAKE_MEDIA
from tests.browser.room_page import (
    CONNECTED,
    DESKTOP,
    MINUTE,
    SMALL_CAMERA,
    Meeting,
    ask_to_end,
    leave_as_teacher,
    meeting_on,
)
from tests.browser.signing_in import sign_in
from tests.browser.windows import usual_options
from tests.people import token_of
from tools.local_worker import LocalWorker
from tools.paths import ROOT

GUIDE = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
[TWO_LINES] = re.findall(r"^```html\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
PAGE = """<!doctype html><title>Platform</title>
<script>
  const heard = [];
  addEventListener("message", ({ data, origin }) => heard.push({ ...data, origin }));
</script>
"""


class Platform(ThreadingHTTPServer):
    """Serves a page around one address. Its site, an IP address, is not the Worker's."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.address = ""
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Page(BaseHTTPRequestHandler):
    server: Platform

    def do_GET(self) -> None:
        address = self.server.address
        lines = TWO_LINES.replace("LINK", address).replace(
            "https://sessions.example.com", "/".join(address.split("/")[:3])
        )
        body = (PAGE + lines).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Platform]:
    with Platform() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def stranger() -> Iterator[Platform]:
    """Return a site that the Worker does not know."""
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def worker(worker_with: Callable[..., LocalWorker], platform: Platform) -> LocalWorker:
    return worker_with(EMBED_ORIGINS=f"https://another.example,{platform.url}")


@pytest.fixture
def framed(worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Meeting]:
    with meeting_on(worker, browser_with_camera) as meeting:
        yield meeting


@pytest.fixture
def blocking(chromium: Callable[..., Browser]) -> Browser:
    """Return a Chromium of its own for `show`: what blocks cookies holds for all its pages."""
    return chromium(*FAKE_MEDIA, "--disable-background-timer-throttling")


def links_of(meeting: Meeting) -> dict[str, str]:
    """Ask for the links as a platform does."""
    address = f"{meeting.worker.url}/platform/sessions/{meeting.id}/links"
    token = meeting.worker.settings["PLATFORM_TOKEN"]
    answer = plain_http.request("POST", address, headers={"Authorization": f"Bearer {token}"})
    assert answer.is_success, answer.text
    links: dict[str, str] = answer.json()
    return links


def show(
    around: Platform, address: str, context: BrowserContext, *, blocks: bool = False
) -> tuple[Page, FrameLocator]:
    """Open the platform's page; `blocks` where the browser blocks third parties' cookies."""
    around.address = address
    page = context.new_page()
    if blocks:
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.setCookieControls", {"enableThirdPartyCookieRestriction": True})
    page.goto(around.url)
    return page, page.frame_locator("iframe")


@contextmanager
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESKTOP, **usual_options(browser))
    try:
        context.add_init_script(SMALL_CAMERA)
        yield context
    finally:
        context.close()


def types(page: Page) -> list[str]:
    return [each["type"] for each in heard(page)]


def heard(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page.evaluate("JSON.stringify(heard)"))
    return found


def wait_until_heard(page: Page, kind: str) -> None:
    page.wait_for_function("kind => heard.some(({ type }) => type === kind)", arg=kind)


def test_a_lesson_in_the_platforms_page(framed, platform):
    with visitor(framed.browser) as context:
        printed: list[str] = []
        context.on("console", lambda message: printed.append(message.text))
        page, frame = show(platform, links_of(framed)["student"], context)
        enter(frame)
        teacher = framed.enter("teacher")
        frame.locator(CONNECTED).wait_for()
        ask_to_end(teacher)
        teacher.locator("#end-confirm").click()
        frame.locator("form[data-enhanced] .star").nth(4).click()
        wait_until_heard(page, "feedback")

        assert types(page) == ["lobby", "joined", "other_joined", "left", "ended", "feedback"]
        assert [line for line in printed if framed.id in line] == [
            f"{kind} {framed.id}" for kind in types(page)
        ]
        assert {each["origin"] for each in heard(page)} == {framed.worker.url}
        assert {each["source"] for each in heard(page)} == {"session-room"}
        assert {each["session_id"] for each in heard(page)} == {framed.id}
        assert [each["rating"] for each in framed.record()["feedback"]] == [5]


def test_leaving_and_coming_back_inside_the_frame(framed, platform):
    with visitor(framed.browser) as context:
        page, frame = show(platform, links_of(framed)["student"], context)
        enter(frame)
        teacher = framed.enter("teacher")
        frame.locator(CONNECTED).wait_for()
        leave_as_teacher(teacher)
        wait_until_heard(page, "other_left")
        frame.get_by_role("button", name="Leave", exact=True).click()
        frame.get_by_role("button", name="Rejoin session").click()
        expect(frame.locator("#room")).to_be_visible()
        expected = ["lobby", "joined", "other_joined", "other_left", "left", "joined"]

        assert types(page) == expected


def test_what_leads_away_opens_in_the_whole_tab(framed, platform):
    with visitor(framed.browser) as context:
        page, frame = show(platform, links_of(framed)["student"], context)
        stays = frame.get_by_role("link", name="Ask for another time")
        stays.click()
        expect(frame.get_by_role("heading", name="Need another time?")).to_be_visible()
        frame.get_by_role("link", name="Back to session").first.click()
        frame.get_by_role("link", name="Back to Dashboard").click()
        page.wait_for_url(framed.worker.settings["STUDENT_DASHBOARD_URL"])


def test_the_link_signs_in_where_third_parties_have_no_cookies(framed, platform, blocking):
    with visitor(blocking) as context:
        page, frame = show(platform, links_of(framed)["student"], context, blocks=True)
        enter(frame)

        assert types(page) == ["lobby", "joined"]


@pytest.mark.parametrize("blocks", [False, True])
def test_a_sign_in_that_the_browser_keeps_out_is_explained(framed, platform, blocking, blocks):
    address = f"{framed.worker.url}/session/{framed.id}"
    with visitor(blocking if blocks else framed.browser) as context:
        sign_in_for_frames(context, framed)
        page, frame = show(platform, address, context, blocks=blocks)
        if blocks:
            expect(frame.get_by_role("heading", name="Please sign in.")).to_be_visible()
            frame.get_by_role("link", name="Sign in").click()
            page.wait_for_url(f"{framed.worker.settings['SIGN_IN_URL']}?return_to=*")
        else:
            expect(frame.locator("#join")).to_be_enabled()


def test_another_sites_page_shows_nothing(framed, stranger, violations):
    with visitor(framed.browser) as context:
        page, frame = show(stranger, links_of(framed)["student"], context)
        is_blocked(page, frame, violations)


def test_nobody_frames_a_session_without_the_setting(
    dev_worker, browser_with_camera, platform, violations
):
    with (
        meeting_on(dev_worker, browser_with_camera) as meeting,
        visitor(browser_with_camera) as context,
    ):
        sign_in(context, dev_worker, "demo-student")
        page, frame = show(platform, f"{dev_worker.url}/session/{meeting.id}", context)
        is_blocked(page, frame, violations)


def test_another_site_hears_nothing_even_if_it_could_frame(framed, stranger):
    with visitor(framed.browser) as context:
        context.route("**/session/*", without_policy)
        sign_in_for_frames(context, framed)
        page, frame = show(stranger, f"{framed.worker.url}/session/{framed.id}", context)
        expect(frame.locator("#join")).to_be_enabled()

        assert types(page) == []


def test_a_file_is_downloaded_where_another_tab_would_be_signed_out(worker, chromium, platform):
    browser = chromium(*FAKE_MEDIA)
    with (
        meeting_on(worker, browser, starts_in=-90 * MINUTE) as meeting,
        visitor(browser) as context,
    ):
        meeting.upload("notes.txt")
        page, frame = show(platform, links_of(meeting)["student"], context)
        with page.expect_download() as download:
            frame.get_by_role("link", name="notes.txt", exact=True).click()

        assert types(page) == ["ended"]
        assert download.value.suggested_filename == "notes.txt"
        assert len(context.pages) == 1


def test_the_page_of_a_cancelled_session_says_so(worker, browser_with_camera, platform):
    with meeting_on(worker, browser_with_camera) as meeting, visitor(meeting.browser) as context:
        links = links_of(meeting)
        address = f"{worker.url}/platform/sessions/{meeting.id}/cancel"
        token = worker.settings["PLATFORM_TOKEN"]
        plain_http.request("POST", address, headers={"Authorization": f"Bearer {token}"})
        page, _ = show(platform, links["teacher"], context)
        wait_until_heard(page, "cancelled")

        assert types(page) == ["cancelled"]


def test_the_example_of_dev(worker_with, browser_with_camera):
    site = "http://platform.localhost"
    worker = worker_with(EMBED_ORIGINS=site)
    plain_http.request("POST", f"{worker.url}/dev/seed", headers={"Origin": worker.url})
    with visitor(browser_with_camera) as context:

        def answer(route: Route) -> None:
            path = route.request.url.removeprefix(site)
            route.fulfill(response=context.request.get(worker.url + path))

        context.route(f"{site}/**", answer)
        context.grant_permissions(["camera", "microphone", "local-network-access"])
        page = context.new_page()
        page.goto(f"{site}/dev/framed")
        enter(page.frame_locator("iframe"))

        expect(page.locator("#heard li")).to_have_text(
            [f"{kind} · demo-joinable · from {worker.url}" for kind in ("lobby", "joined")]
        )


def enter(frame: FrameLocator) -> None:
    frame.locator("#toggle-camera[aria-pressed=true]").wait_for()
    frame.locator("#join").click()
    expect(frame.locator("#room")).to_be_visible()


def sign_in_for_frames(context: BrowserContext, meeting: Meeting) -> None:
    """Set the platform's cookie so that browsers which allow it pass it to a frame."""
    settings = meeting.worker.settings
    cookie = {"name": settings["AUTH_COOKIE"], "value": token_of("demo-student", settings)}
    # By its domain: Playwright drops a Secure cookie for an address with http.
    context.add_cookies(
        [{**cookie, "domain": "localhost", "path": "/", "sameSite": "None", "secure": True}]
    )


def without_policy(route: Route) -> None:
    answer = route.fetch()
    headers = {k: v for k, v in answer.headers.items() if k != "content-security-policy"}
    route.fulfill(response=answer, headers=headers)


def is_blocked(page: Page, frame: FrameLocator, violations: list[str]) -> None:
    """Check that the browser shows its own page in the frame, and what it says of that."""
    expect(frame.locator("body")).not_to_contain_text("Amara")
    assert types(page) == []
    assert len(violations) == 1
    assert "frame-ancestors" in violations.pop()
