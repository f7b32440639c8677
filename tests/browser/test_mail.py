"""Every mail as its reader sees it, and the way from it to the lobby.

Screenshots land in .cache/screens/mail, for people to look at.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_states import violations
from tests.worker.site import DAY, HOUR, MINUTE, Site, booking
from tools.local_worker import LocalWorker
from tools.paths import ROOT

SCREENS = ROOT / ".cache" / "screens" / "mail"
LENA = {"name": "Lena Fischer", "given_name": "Lena", "time_zone": "Europe/Berlin"}
AMARA = {"name": "Amara Okafor", "given_name": "Amara", "time_zone": "America/New_York"}
LOOKS = [(600, "light"), (600, "dark"), (390, "light"), (390, "dark")]
BOTH = ("student", "teacher")
KINDS = ("24h", "1h", "15min", "cancelled", "reschedule_accepted")
MAILS = [(kind, role) for kind in KINDS for role in BOTH] + [
    ("waiting", "student"),
    ("reschedule_asked", "teacher"),
    ("reschedule_declined", "teacher"),
]


@pytest.fixture(scope="module")
def site(dev_worker: LocalWorker) -> Iterator[Site]:
    site = Site(dev_worker)
    yield site
    site.close()


@pytest.fixture(scope="module")
def mails(site: Site) -> dict[tuple[str, str], dict[str, Any]]:
    """One mail of every kind and role, by (kind, role)."""
    for kind, lead in (("24h", DAY), ("1h", HOUR), ("15min", 15 * MINUTE)):
        book(site, f"mail-{kind}", lead)
    book(site, "mail-cancelled", 2 * DAY)
    assert site.cancel("mail-cancelled").status_code == 200
    book(site, "mail-waiting", -11 * MINUTE)
    with site.d1() as db:
        db.execute(
            "INSERT INTO attendance (session_id, user_id, first_joined_at, last_joined_at)"
            " SELECT id, 'mail-teacher', scheduled_start, scheduled_start FROM sessions"
            " WHERE id = 'mail-waiting'"
        )
        db.execute(
            "UPDATE sessions SET status = 'no_show', no_show = 'student' WHERE id = 'mail-waiting'"
        )
    start = int(time.time()) // HOUR * HOUR + 3 * DAY
    times = [start, start + 5 * HOUR, start + DAY]
    ask(site, "mail-accepted", "mail-teacher", times, answerer="mail-student", choice=times[1])
    ask(site, "mail-declined", "mail-teacher", times, answerer="mail-student", choice="decline")
    ask(site, "mail-asked", "mail-student", times)
    site.worker.scheduled()
    with site.d1() as db:
        rows = db.execute(
            "SELECT m.kind, m.user_id, o.* FROM mails m JOIN outbox o ON o.id = m.id"
            " WHERE m.session_id LIKE 'mail-%'"
        ).fetchall()
    return {(row["kind"], row["user_id"].removeprefix("mail-")): dict(row) for row in rows}


def book(site: Site, session_id: str, starts_in: int) -> None:
    people = {
        "student": {"id": "mail-student", "email": "lena@example.com"} | LENA,
        "teacher": {"id": "mail-teacher", "email": "amara@example.com"} | AMARA,
    }
    assert site.put(session_id, booking(starts_in=starts_in, **people)).is_success


def ask(
    site: Site,
    session_id: str,
    asker: str,
    times: list[int],
    *,
    answerer: str | None = None,
    choice: int | str = "",
) -> None:
    """Book a session, ask for another time, and let the other person answer."""
    book(site, session_id, 2 * DAY)
    path = f"/session/{session_id}/reschedule"
    reason = "My exam was moved to that afternoon. I am so sorry!"
    asked = site.post(path, user=asker, json={"proposed_times": times, "reason": reason})
    assert asked.status_code == 201, asked.text
    if answerer:
        # Each session moves to another time, so that they do not overlap.
        answer = {"request": asked.json()["id"], "choice": choice}
        answered = site.post(f"{path}/answer", user=answerer, json=answer)
        assert answered.status_code == 200, answered.text


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("which", MAILS, ids="-".join)
def test_every_mail_fits(site: Site, mails, chromium, which, look):
    width, scheme = look
    context = chromium().new_context(
        base_url=site.url, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.goto(f"/dev/outbox/{mails[which]['id']}")
    page.screenshot(path=SCREENS / f"{'-'.join(which)}-{width}-{scheme}.png", full_page=True)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert len(mails[which]["html"].encode()) < 102 * 1024
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_outbox_shows_mails_rendered(site: Site, mails, chromium, scheme: str, width: int):
    context = chromium().new_context(
        base_url=site.url, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.goto("/dev/outbox")
    frame = page.frame_locator("iframe >> nth=0")

    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=SCREENS / f"outbox-{width}-{scheme}.png", full_page=True)
    context.close()


def test_from_a_mail_to_the_lobby_in_one_click(site: Site, mails, chromium):
    context = chromium().new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/dev/outbox")
    item = page.locator("details.mail", has_text="Your room is open").filter(has_text="lena@").first
    if item.get_attribute("open") is None:
        item.locator("summary").first.click()
    with context.expect_page() as opened:
        item.frame_locator("iframe").get_by_role("link", name="Join session").click()
    lobby = opened.value

    expect(lobby).to_have_url(f"{site.url}/session/mail-15min")
    expect(lobby.locator("#heading")).to_contain_text("Amara")
    context.close()


def test_scanners_do_no_harm(site: Site, mails):
    html = mails["15min", "student"]["html"]
    path = re.search(r'href="[^"]*(/r/[^"/]+)"', html)[1]
    answers = [site.request(method, path) for method in ("HEAD", "GET", "GET")]

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    cookie = answers[-1].headers["Set-Cookie"].split(";")[0]
    assert site.page("/session/mail-15min", cookie=cookie).status_code == 200


def screens_of(page, name: str) -> None:
    page.screenshot(path=SCREENS / f"{name}.png", full_page=True)


@pytest.mark.parametrize("look", [(390, "dark"), (1280, "light")])
@pytest.mark.parametrize("script", [True, False])
def test_a_request_for_another_time_works_with_and_without_scripts(
    site: Site, chromium, axe_source: str, look, script: bool
):
    width, scheme = look
    name = f"mail-ask-{width}-{scheme}-{script}".lower()
    book(site, name, 5 * DAY + (hash(name) % 100) * 2 * HOUR)

    def person(user: str):
        context = chromium().new_context(
            base_url=site.url,
            color_scheme=scheme,
            java_script_enabled=script,
            viewport={"width": width, "height": 900},
        )
        page = context.new_page()
        # Through the demo's sign-in: other tests set the cookie themselves.
        page.goto(f"/dev/sign-in?user={user}&next=/session/{name}")
        return page

    student, teacher = person("mail-student"), person("mail-teacher")
    student.get_by_role("link", name="Ask for another time").click()
    screens_of(student, f"ask-{width}-{scheme}")
    student.get_by_label("First choice").fill("2027-03-28T02:30")  # an hour that does not exist
    student.get_by_label("Second choice").fill(f"2027-04-0{1 + script}T{10 + width % 7}:00")
    student.get_by_label("Why").fill("My exam was moved.")
    student.get_by_role("button", name="Send to Amara").click()
    expect(student.get_by_text("That hour does not exist")).to_be_visible()
    screens_of(student, f"ask-problem-{width}-{scheme}")
    assert not script or violations(student, axe_source) == []  # axe itself is a script
    student.get_by_label("First choice").fill("")
    student.get_by_role("button", name="Send to Amara").click()
    expect(student.get_by_role("heading", level=1)).to_have_text("You asked for another time")
    screens_of(student, f"asked-{width}-{scheme}")

    teacher.reload()
    teacher.get_by_role("link", name="Answer Lena").click()
    screens_of(teacher, f"answer-{width}-{scheme}")
    assert not script or violations(teacher, axe_source) == []
    assert teacher.evaluate("document.documentElement.scrollWidth") <= width
    teacher.get_by_role("button", name="Keep the planned time").click()
    expect(teacher.get_by_text("You kept the planned time")).to_be_visible()
    student.reload()
    expect(student.get_by_text("could not make the times")).to_be_visible()
    student.context.close()
    teacher.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_reminders_are_switched_off_and_on_again(site: Site, mails, chromium, scheme: str):
    book(site, f"mail-off-{scheme}", 6 * DAY)
    html = mails["1h", "teacher"]["html"]
    address = re.search(r'href="([^"]*/unsubscribe/[^"]+)"', html)[1]
    context = chromium().new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(address)
    screens_of(page, f"unsubscribe-{scheme}")
    page.get_by_role("button", name="Switch reminders off").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reminders are off")
    screens_of(page, f"unsubscribed-{scheme}")
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Reminders are on again")
    context.close()
