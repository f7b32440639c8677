"""A person chooses a language: with and without scripts, by keyboard, for pages and mails.

Screenshots land in .cache/screens/language, for people to look at.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_states import violations
from tests.worker.site import MINUTE, Site, booking, eventually
from tools.local_worker import LocalWorker
from tools.paths import ROOT

SCREENS = ROOT / ".cache" / "screens" / "language"
# From CLDR, so that no translator changes them.
DAYS = {
    "en": re.compile(r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"),
    "de": re.compile(r"(Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch"),
}


@pytest.fixture(scope="module")
def site(dev_worker: LocalWorker):
    site = Site(dev_worker)
    yield site
    site.close()


@pytest.fixture
def open_lobby(site: Site, chromium):
    """Return a function that opens the lobby of a session in 15 minutes, as its student."""
    contexts = []

    def opened(name: str, **options) -> Page:
        people = {
            role: {"id": f"{name}-{role}", "name": who, "email": f"{name}-{role}@example.com"}
            for role, who in (("student", "Lena Fischer"), ("teacher", "Amara Okafor"))
        }
        assert site.put(name, booking(starts_in=15 * MINUTE, **people)).is_success
        contexts.append(chromium().new_context(base_url=site.url, locale="en-GB", **options))
        page = contexts[-1].new_page()
        page.goto(f"/dev/sign-in?user={name}-student&next=/session/{name}")
        return page

    yield opened
    for context in contexts:
        context.close()


def is_in(page: Page, language: str) -> None:
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator(".when-date")).to_have_text(DAYS[language])
    expect(page.locator("#language")).to_have_value(language)


def mail_to(site: Site, session_id: str) -> dict[str, str]:
    """The newest mail to the session's student."""
    query = (
        "SELECT o.* FROM outbox o JOIN mails m ON m.id = o.id"
        " WHERE m.session_id = ? AND m.user_id = ? ORDER BY m.due_at DESC LIMIT 1"
    )

    def found():
        with site.d1() as db:
            return db.execute(query, (session_id, f"{session_id}-student")).fetchone()

    eventually(found)
    return dict(found())


@pytest.mark.parametrize("script", [True, False])
def test_the_choice_holds_for_pages_and_mails_until_the_next(site, open_lobby, script):
    name = f"language-{script}".lower()
    page = open_lobby(name, java_script_enabled=script)
    is_in(page, "en")

    page.get_by_label("Language").select_option(label="Deutsch")
    page.locator("form.language button").click()
    is_in(page, "de")
    page.reload()
    is_in(page, "de")

    site.worker.scheduled()
    mail = mail_to(site, name)
    assert '<html lang="de" dir="ltr">' in mail["html"]
    assert DAYS["de"].search(mail["text"])
    assert not DAYS["en"].search(mail["text"])

    page.goto(re.search(r'href="([^"]*/unsubscribe/[^"]+)"', mail["html"])[1])
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.locator("#language").select_option(label="English")
    page.locator("form.language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Switch reminders off")).to_be_visible()
    page.goto(f"/session/{name}")
    is_in(page, "en")
    assert site.cancel(name).is_success
    site.worker.scheduled()
    eventually(lambda: '<html lang="en" dir="ltr">' in mail_to(site, name)["html"])


def test_the_choice_is_made_by_keyboard_alone(open_lobby):
    page = open_lobby("language-keys")
    page.get_by_label("Language").focus()
    page.keyboard.type("Deu")
    # A choice by itself must not leave the page: arrow keys pass through all of them.
    is_selected = page.locator("#language")
    expect(is_selected).to_have_value("de")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Change")).to_be_focused()
    page.keyboard.press("Enter")

    is_in(page, "de")


def test_each_language_is_named_in_itself_and_pronounced_so(open_lobby):
    options = open_lobby("language-names").locator("#language option")
    told = options.evaluate_all("options => options.map(({ lang, label }) => [lang, label])")

    assert ["de", "Deutsch"] in told
    assert ["ar", "العربية"] in told
    assert ["pt-BR", "Português (Brasil)"] in told


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_form_fits_everywhere(site, open_lobby, axe_source, width, scheme):
    name = f"language-{width}-{scheme}"
    page = open_lobby(name, color_scheme=scheme, viewport={"width": width, "height": 900})

    def looks_right(part: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page, axe_source) == []
        page.screenshot(path=SCREENS / f"{part}-{width}-{scheme}.png", full_page=True)

    looks_right("lobby")
    site.worker.scheduled()
    page.goto(re.search(r'href="([^"]*/unsubscribe/[^"]+)"', mail_to(site, name)["html"])[1])
    looks_right("mails")
    page.locator("#language").select_option("ar")
    page.locator("form.language button").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    looks_right("mails-ar")
    page.goto(f"/session/{name}")
    looks_right("lobby-ar")
