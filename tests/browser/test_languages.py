"""The lobby in another language, and the forms that Chromium and the server share."""

import uuid
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect

import i18n
from domain import times
from i18n.catalogues import catalogue
from i18n.languages import LANGUAGES
from tests.browser.lobby_page import book, lobby, wait_for_state
from tests.people import both
from tests.unit.test_when import Reader, utc
from tools.local_worker import LocalWorker


def book_for(worker: LocalWorker, locale: str, *, starts_in: int) -> tuple[str, str]:
    """Book a session for a student with this locale. Returns the ids of session and student."""
    student = f"reader-{uuid.uuid4().hex[:8]}"
    named = {"id": student, "email": f"{student}@example.com", "locale": locale}
    people = both()
    people["student"] |= named
    return book(worker, starts_in=starts_in, **people), student


def test_page_and_scripts_speak_german(dev_worker, browser_with_camera: Browser):
    session_id, student = book_for(dev_worker, "de-DE", starts_in=2 * 3600 + 90)
    with lobby(dev_worker, browser_with_camera, session_id, user=student) as page:
        wait_for_state(page, "live")
        html = page.locator("html")
        expect(html).to_have_attribute("lang", "de")
        expect(html).to_have_attribute("dir", "ltr")
        expect(page.locator("#heading")).to_have_text("Deine Sitzung mit Amara")
        # The script's form; the server wrote "Beginnt in 2 Stunden 1 Minute".
        expect(page.locator("#countdown")).to_have_text("Beginnt in 2 Std. 1 Min.")


def test_scripts_ask_for_answers_in_the_language_of_their_page(
    dev_worker, browser_with_camera: Browser
):
    """Who asks is known only later, if at all: an error before it follows the header."""
    session_id, student = book_for(dev_worker, "de-DE", starts_in=5 * 60)
    with lobby(dev_worker, browser_with_camera, session_id, user=student) as page:
        wait_for_state(page, "live")
        with page.expect_request("**/join") as sent:
            page.locator("#join").click()
        assert sent.value.headers["accept-language"] == "de"


def test_an_english_page_loads_no_catalogue(dev_worker, browser_with_camera: Browser):
    session_id, student = book_for(dev_worker, "en-GB", starts_in=2 * 3600 + 90)
    with lobby(dev_worker, browser_with_camera, session_id, user=student) as page:
        wait_for_state(page, "live")
        expect(page.locator("#countdown")).to_have_text("Starts in 2 h 1 min")
        assert page.locator("script[src*='/words/made/']").count() == 0


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
def test_a_disguised_page_has_room_and_its_direction(
    dev_worker, browser_with_camera: Browser, language: str
):
    session_id, student = book_for(dev_worker, language, starts_in=5 * 60)
    size = {"width": 360, "height": 740}
    with lobby(dev_worker, browser_with_camera, session_id, user=student, viewport=size) as page:
        wait_for_state(page, "live")
        expect(page.locator("html")).to_have_attribute("dir", "rtl" if "ar" in language else "ltr")
        assert page.locator("#countdown").inner_text().startswith("[")
        assert page.locator("#heading").inner_text().startswith("[")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0


def test_chromium_writes_the_same_days_hours_and_lengths(page_of_chromium: Page):
    """In every language and region, with and without the year."""
    moments = [utc(2026, month, month, 2 * month - 1, 5) for month in range(1, 13)]
    for language in LANGUAGES[1:]:
        wanted, cases = [], []
        with i18n.reading(language):
            for region in ["", *filter(str.isalpha, catalogue(language).forms)]:
                locale = f"{language[:2]}-{region}" if region else language
                reader = Reader("UTC", locale)
                for at in moments:
                    there = datetime.fromtimestamp(at, times.zone_of("UTC"))
                    clock = times.script_clock(at, reader)
                    cases.append([clock["localeTag"], at * 1000])
                    wanted.append(
                        [
                            times.day(there, locale),
                            times.date(there, locale),
                            times.weekday(there, locale),
                            times.clock_time(at, reader),
                        ]
                    )
            counts = [*range(1, 60)]
            lengths = [times.duration(60 * count) for count in counts]
        found = page_of_chromium.evaluate(
            r"""([cases, counts, language]) => {
              const plain = (text) => text.replaceAll("\u202f", " ");
              const dates = cases.map(([tag, at]) => {
                const write = (options) =>
                  plain(new Intl.DateTimeFormat(tag, { timeZone: "UTC", ...options }).format(at));
                return [
                  write({ dateStyle: "full" }), write({ dateStyle: "long" }),
                  write({ weekday: "long" }), write({ timeStyle: "short" }),
                ];
              });
              const unit = { style: "unit", unit: "minute", unitDisplay: "long" };
              const format = new Intl.NumberFormat(`${language}-u-nu-latn`, unit);
              return [dates, counts.map((each) => plain(format.format(each)))];
            }""",
            [cases, counts, language],
        )
        dates, chromium_lengths = found
        for (tag, at), ours, theirs in zip(cases, wanted, dates, strict=True):
            assert ours == theirs, (tag, at)
        assert lengths == chromium_lengths, language


def test_chromium_abbreviates_time_zones_as_we_do_where_we_translate_them(page_of_chromium: Page):
    written = []
    for language in LANGUAGES[1:]:
        with i18n.reading(language):
            for region in ["", *filter(str.isalpha, catalogue(language).forms)]:
                locale = f"{language[:2]}-{region}" if region else language
                for zone in ("Europe/Berlin", "Europe/Athens", "America/New_York"):
                    for month in (1, 7):
                        at = utc(2026, month, 1, 12)
                        there = datetime.fromtimestamp(at, times.zone_of(zone))
                        name = times.zone_name(there, locale)
                        if f"({there.tzname()})" not in name:
                            written.append([locale, zone, at * 1000, name])
    assert {zone for _, zone, _, _ in written} == {"Europe/Berlin", "Europe/Athens"}
    theirs = page_of_chromium.evaluate(
        r"""(cases) => cases.map(([locale, timeZone, at]) =>
          new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" })
            .formatToParts(at).find(({ type }) => type === "timeZoneName").value)""",
        written,
    )
    for (locale, zone, _at, name), short in zip(written, theirs, strict=True):
        assert name.endswith(f"({short})"), (locale, zone)


def test_chromium_and_the_catalogues_agree_on_plurals(page_of_chromium: Page):
    counts = list(range(200))
    for language in LANGUAGES:
        categories = page_of_chromium.evaluate(
            "([language, counts]) => counts.map((n) => new Intl.PluralRules(language).select(n))",
            [language, counts],
        )
        forms = [catalogue(language).plural(count) for count in counts]
        pairs = set(zip(forms, categories, strict=True))
        assert len(pairs) == len(set(forms)) == len(set(categories)), language
