"""The operators' pages and the platform's stand-in, seen in both sizes and colours."""

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect
from standardwebhooks import Webhook

from tests.browser.test_states import SCREENS, resize, violations
from tests.worker.site import DAY, HOUR, MINUTE, Site

if TYPE_CHECKING:
    from tools.local_worker import LocalWorker

SECRET = "whsec_" + base64.b64encode(bytes(24)).decode()
LOOKS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
NARROWEST = 320


@pytest.fixture(scope="module")
def site(shared_worker_with) -> Site:
    """A deployment with demo data whose platform is down."""
    worker: LocalWorker = shared_worker_with(
        PLATFORM_WEBHOOK_URL="http://localhost:9/hooks", PLATFORM_WEBHOOK_SECRET=SECRET
    )
    site = Site(worker)
    assert site.post("/dev/seed", headers={"Origin": site.url}).status_code == 200
    break_things(site)
    return site


def break_things(site: Site) -> None:
    """Write what gets stuck: a mail, events, recordings; and how the calls of a week went."""
    now = int(time.time())
    with site.d1() as db:
        db.execute(
            "INSERT INTO mails (id, kind, session_id, user_id, scheduled_start, due_at, state,"
            " attempts, last_error, created_at) SELECT 'stuck-mail', 'cancelled', id, student_id,"
            " scheduled_start, ?1, 'dead', 9, 'status 422: The domain is not verified.', ?1"
            " FROM sessions WHERE id = 'demo-cancelled'",
            [now - 21 * HOUR],
        )
        db.execute(
            "INSERT INTO mails (id, kind, session_id, user_id, scheduled_start, due_at, state,"
            " not_before, created_at) SELECT 'late-mail', '24h', id, student_id, scheduled_start,"
            " ?1, 'pending', ?1, ?1 FROM sessions WHERE id = 'demo-early'",
            [now - 20 * MINUTE],
        )
        db.execute(
            "UPDATE platform_events SET state = 'dead', attempts = 13, last_error = 'status 500'"
            " WHERE session_id = 'demo-ended' AND type IN ('session.booked', 'session.started')"
        )
        for record, state, error, ago in (
            ("RM_a1", "failed", "The source answered 404.", 2 * DAY),
            ("RM_b2", "copying", None, 3 * HOUR),
        ):
            db.execute(
                "INSERT INTO recordings (record_id, session_id, provider, state, attempts,"
                " last_error, created_at, updated_at)"
                " VALUES (?1, 'demo-ended', 'plugnmeet', ?2, 9, ?3, ?4, ?4)",
                [record, state, error, now - ago],
            )


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def look(request) -> tuple[int, str]:
    return request.param


@pytest.fixture
def page(site: Site, browser_with_camera: Browser) -> Iterator[Page]:
    context = browser_with_camera.new_context(base_url=site.url)
    yield context.new_page()
    context.close()


def check(page: Page, axe_source: str, name: str, look: tuple[int, str]) -> None:
    width, scheme = look
    page.emulate_media(color_scheme=scheme)
    resize(page, width, 844)
    page.screenshot(path=SCREENS / f"{name}-{width}-{scheme}.png", full_page=True)

    assert violations(page, axe_source) == []
    assert page.locator("h1:visible").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    resize(page, NARROWEST, 844)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST


def test_operators_see_what_runs_and_what_is_stuck(page, axe_source, look):
    page.goto("/ops")

    check(page, axe_source, "ops", look)


def test_operators_read_a_sessions_timeline(page, axe_source, look):
    page.goto("/ops/sessions/demo-ended")

    check(page, axe_source, "ops-session", look)


def test_a_dead_mail_is_sent_again_by_its_button(site, page):
    page.goto("/ops")
    page.get_by_role("button", name="Send again").click()

    expect(page.get_by_role("status")).to_have_text("The mail is sent with the next minute's work.")
    expect(page.get_by_role("button", name="Send again")).to_have_count(0)
    with site.d1() as db:
        db.execute("UPDATE mails SET state = 'dead' WHERE id = 'stuck-mail'")


def test_developers_see_what_the_platform_hears(site, page, axe_source, look):
    deliver(
        site, "session.booked", {"student_id": "demo-student", "scheduled_start": 1_800_000_000}
    )
    deliver(site, "participant.joined", {"user_id": "demo-student", "role": "student"})
    page.goto("/dev/platform")

    check(page, axe_source, "dev-platform", look)


def deliver(site: Site, kind: str, data: dict[str, object]) -> None:
    """Send the stand-in an event, as the Worker does."""
    now = datetime.now(UTC)
    event = {"type": kind, "id": "evt_1", "sequence": 1, "session_id": "demo-ended", "data": data}
    body = json.dumps(event)
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("evt_1", now, body),
    }
    assert site.post("/dev/platform/hooks", content=body, headers=headers).status_code == 204
