"""Small and low windows: Join stays visible, and nothing is wider than the page."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.closing import leave
from tests.browser.room_page import join
from tests.browser.signing_in import sign_in
from tests.browser.test_states import settle
from tests.browser.windows import usual_options
from tests.worker.site import DAY, HOUR, MINUTE, Site, booking
from tools.local_worker import LocalWorker

NARROW = {"width": 320, "height": 640}
# A small phone, a phone held sideways, a laptop's page at 200 %, and a low, wide window.
WINDOWS = [(320, 640), (844, 390), (720, 450), (1180, 420)]
# Names without a place for a line break.
PEOPLE = {
    "student": {
        "id": "narrow-student",
        "name": "Maximiliane Wolfeschlegelsteinhausenbergerdorffwelche",
        "email": "maximiliane.wolfeschlegelsteinhausenberger@example.com",
        "time_zone": "America/Argentina/ComodRivadavia",
    },
    "teacher": {
        "id": "narrow-teacher",
        "name": "Taumatawhakatangihangakoauauotamateaturipukakapikimaunga",
        "email": "t@example.com",
        "time_zone": "Europe/Berlin",
    },
}
COURSE = {"id": "narrow", "title": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"}
# Elements that extend beyond the window, unless a parent clips them.
WIDER = """() => {
  const isCut = (each) => getComputedStyle(each).overflowX !== "visible";
  const cut = (each) => each && each !== document.body && (isCut(each) || cut(each.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter((each) => each.checkVisibility() && !each.matches(".visually-hidden"))
    .filter((each) => !cut(each.parentElement))
    .map((each) => [each, each.getBoundingClientRect()])
    .filter(([, { left, right }]) => left < 0 || right > innerWidth + 0.5)
    .map(([each, { left, right }]) => `${each.outerHTML.slice(0, 90)}: ${left} to ${right}`);
}"""


@pytest.fixture
def open_as(dev_worker: LocalWorker, browser_with_camera: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a path as a person, in a window of that size."""
    contexts = []

    def open_page(user: str, path: str, width: int = 320, height: int = 640) -> Page:
        context = browser_with_camera.new_context(
            base_url=dev_worker.url,
            viewport={"width": width, "height": height},
            **usual_options(browser_with_camera),
        )
        contexts.append(context)
        sign_in(context, dev_worker, user)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        leave(context)


@pytest.fixture(scope="module")
def site(dev_worker: LocalWorker) -> Iterator[Site]:
    site = Site(dev_worker)
    yield site
    site.close()


def book(site: Site, session_id: str, starts_in: int) -> None:
    people: dict[str, Any] = {**PEOPLE, "course": COURSE}
    assert site.put(session_id, booking(starts_in=starts_in, **people)).is_success


def test_join_is_visible_in_any_window(open_as: Callable[..., Page]):
    page = open_as("demo-student", "/session/demo-joinable")
    settle(page)
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        # At any scroll position, unless the page is wide enough for two columns.
        for scrolled_to in (0, 100_000) if width < 992 else (0,):
            page.evaluate("y => scrollTo(0, y)", scrolled_to)
            expect(page.locator("#join")).to_be_in_viewport(ratio=1)
        page.locator("#join").click(trial=True)
    assert page.locator("#preview").bounding_box() is not None


def test_long_names_make_no_page_wider(site: Site, open_as: Callable[..., Page]):
    book(site, "narrow-early", 2 * DAY)
    book(site, "narrow-cancelled", 3 * DAY)
    book(site, "narrow-open", 5 * MINUTE)
    assert site.cancel("narrow-cancelled").status_code == 200
    asked = site.post(
        "/session/narrow-early/reschedule",
        user="narrow-teacher",
        json={"proposed_times": [int(site.show("narrow-early")["scheduled_start"]) + HOUR]},
    )
    assert asked.status_code == 201, asked.text
    page = open_as("narrow-student", "/session/narrow-open")
    for path in (
        "/session/narrow-early",
        "/session/narrow-early/reschedule",
        "/session/narrow-open/reschedule",
        "/session/narrow-cancelled",
        "/session/narrow-open",
    ):
        page.goto(path)
        settle(page)
        assert page.evaluate(WIDER) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path

    join(page)
    assert page.evaluate(WIDER) == []
    page.locator("#call-chat").click()
    for tab in page.locator("#panel [role=tab]").all():
        tab.click()
        assert page.evaluate(WIDER) == [], tab.text_content()
    assert site.post("/session/narrow-open/end", user="narrow-teacher").is_success
    page.locator(".over").wait_for()
    page.wait_for_load_state()
    assert page.evaluate(WIDER) == []


def test_long_names_make_no_mail_wider(site: Site, chromium: Callable[..., Browser]):
    book(site, "narrow-mailed", 2 * DAY)
    assert site.cancel("narrow-mailed").status_code == 200
    site.worker.scheduled()
    with site.d1() as db:
        mails = db.execute(
            "SELECT o.id FROM mails m JOIN outbox o ON o.id = m.id"
            " WHERE m.session_id = 'narrow-mailed'"
        ).fetchall()
    assert len(mails) == 2
    context = chromium().new_context(base_url=site.url, viewport=NARROW)
    page = context.new_page()
    for mail in mails:
        page.goto(f"/dev/outbox/{mail['id']}")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    context.close()
