"""Which language a person reads, what happens to its words, and its forms of times."""

import asyncio
import gettext
import re
from datetime import datetime
from typing import NamedTuple

import pytest

import i18n
from domain import times
from files.storage import size_in_words
from i18n import languages
from i18n.catalogues import catalogue
from pages.templating import make_environment
from tests.unit.browser_code import results
from tests.unit.test_when import Reader, utc
from tools.messages import DOMAINS, PLACEHOLDER, RULES, TAG, catalog_of, ids_of, strings_of

TRANSLATED = languages.LANGUAGES[1:]


@pytest.mark.parametrize(
    ("wishes", "accepted", "language"),
    [
        ((), "", "en"),
        (("de-AT",), "fr", "de"),
        (("fr", "de-AT"), "", "fr"),
        ((None, "pt"), "", "pt-BR"),
        ((None, "pt-PT"), "", "pt-BR"),
        (("PT-br",), "", "pt-BR"),
        (("es-419",), "", "es"),
        (("ar-EG",), "", "ar"),
        # A language that we do not have: the browser decides.
        ((None, "tlh-KL"), "uk,en;q=0.5", "uk"),
        (("",), "tr-TR,tr;q=0.9", "tr"),
        ((), "tlh, en;q=0.2, de;q=0.9, fr;q=0.8", "de"),
        ((), "de;q=0, fr;q=0.1", "fr"),
        ((), "*", "en"),
        ((), "de;q=zero,,;;=,fr;level=1, es;q=0.1", "es"),
        ((), "en-XA", "en-XA"),
        (("xx-" * 5000,), "de," * 5000, "de"),
    ],
)
def test_the_first_wish_that_can_be_met_decides(wishes, accepted, language):
    assert languages.choose(*wishes, accepted=accepted, everything=True) == language


def test_production_offers_whole_languages_only(monkeypatch):
    monkeypatch.setattr(languages, "COMPLETE", ("tr",))
    wishes = ["de", "tr-TR", "en-XA", "ar-XB"]

    chosen = [languages.choose(wish, everything=False) for wish in wishes]
    assert chosen == ["en", "tr", "en", "en"]
    accepted = [languages.choose(accepted=wish, everything=False) for wish in wishes]
    assert accepted == chosen


async def test_two_tasks_at_once_keep_their_languages():
    heard = []

    async def answer(language: str) -> None:
        for _round in range(3):
            i18n.use(language)
            await asyncio.sleep(0)
            heard.append(i18n.current() == language)

    await asyncio.gather(*(answer(language) for language in languages.LANGUAGES))
    assert heard == [True] * 3 * len(languages.LANGUAGES)
    assert i18n.current() == "en"


def test_a_mail_leaves_the_language_as_it_was():
    with i18n.reading("de"):
        with i18n.reading("ar"):
            assert (i18n.current(), i18n.direction()) == ("ar", "rtl")
        assert (i18n.current(), i18n.direction()) == ("de", "ltr")
    assert i18n.current() == "en"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_count_needs_the_same_form_in_gettext_and_in_python(language):
    in_gettext = gettext.c2py(RULES[language].c)
    counts = [*range(250), 1000, 1001, 1002, 1_000_000]

    forms = [catalogue(language).plural(count) for count in counts]
    assert forms == [in_gettext(count) for count in counts]
    assert set(forms) == set(range(RULES[language].forms))


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("en", "1 minute", "5 minutes"),
        ("es", "1 minuto", "5 minutos"),
        ("pt-BR", "1 minuto", "5 minutos"),
        ("fr", "1 minute", "5 minutes"),
        ("de", "1 Minute", "5 Minuten"),
        ("tr", "1 dakika", "5 dakika"),
        ("uk", "1 хвилина", "5 хвилин"),
        ("ar", "دقيقة", "5 دقائق"),
    ],
)
def test_lengths_of_time_are_in_the_language(language, one, many):
    with i18n.reading(language):
        assert (times.duration(60), times.duration(300)) == (one, many)


@pytest.mark.parametrize(
    ("language", "locale", "date", "clock"),
    [
        ("en", "de-DE", "Monday, 23 November 2026", "18:05"),
        ("en", "en-US", "Monday, November 23, 2026", "6:05 PM"),
        ("es", "es-ES", "lunes, 23 de noviembre de 2026", "18:05"),
        ("es", "es-MX", "lunes, 23 de noviembre de 2026", "6:05 p.m."),
        ("pt-BR", "pt-BR", "segunda-feira, 23 de novembro de 2026", "18:05"),
        ("fr", "fr-FR", "lundi 23 novembre 2026", "18:05"),
        ("fr", "fr-CA", "lundi 23 novembre 2026", "18 h 05"),
        ("de", "de-AT", "Montag, 23. November 2026", "18:05"),
        ("de", "en-US", "Montag, 23. November 2026", "6:05 PM"),
        ("tr", "tr-TR", "23 Kasım 2026 Pazartesi", "18:05"),
        ("uk", "uk-UA", "понеділок, 23 листопада 2026 р.", "18:05"),
        ("ar", "ar-EG", "الاثنين، 23 نوفمبر 2026", "6:05 م"),
        ("ar", "ar-MA", "الاثنين، 23 نونبر 2026", "18:05"),
        ("ar", "", "الاثنين، 23 نوفمبر 2026", "6:05 م"),
    ],
)
def test_times_have_the_form_of_the_language_and_the_region(language, locale, date, clock):
    start = utc(2026, 11, 23, 18, 5)
    with i18n.reading(language):
        span = times.span(start, start + 60, Reader("UTC", locale))

    assert (span.date, span.start) == (date, clock)


def test_browsers_write_the_same_days_and_hours_in_every_language_and_region():
    moments = [utc(2026, month, month, 2 * month - 1, 5) for month in range(1, 13)]
    cases, days, clocks = [], [], []
    for language in TRANSLATED:
        with i18n.reading(language):
            for region in filter(str.isalpha, ["", *catalogue(language).forms]):
                reader = Reader("UTC", f"{language[:2]}-{region}")
                form = times._forms(reader.locale)
                for at in moments:
                    cases.append([at, times.script_clock(at, reader)])
                    day = datetime.fromtimestamp(at, times.zone_of("UTC"))
                    days.append(times._written(form.full_this_year, day, form))
                    clocks.append(times.clock_time(at, reader))

    assert len(cases) > 1000
    assert results("chat/chat_times.js", "dayInWords", cases) == days
    assert results("chat/chat_times.js", "accountTime", cases) == clocks


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "1,234"), ("de", "1.234"), ("es", "1234"), ("uk", "1\xa0234"), ("ar", "1,234")],
)
def test_numbers_are_in_the_language(language, written):
    with i18n.reading(language):
        assert i18n.number(1234) == written
        assert i18n.number(1.5, 1) == ("1.5" if language in ("en", "ar") else "1,5")


class Fake(NamedTuple):
    messages: dict[str, str | tuple[str, ...]]
    plural = staticmethod(lambda n: int(n != 1))
    forms = catalogue("de").forms


@pytest.fixture
def german(monkeypatch):
    """Return the messages of a German catalogue for this test."""
    messages: dict[str, str | tuple[str, ...]] = {}
    for module in ("words", "forms"):
        monkeypatch.setattr(f"i18n.{module}.catalogue", lambda _language: Fake(messages))
    with i18n.reading("de"):
        yield messages


def test_words_are_translated_and_filled(german):
    german |= {"Hi {name}": "Hallo {name}", "verb\4book": "buchen"}
    german["{count} file"] = ("{count} Datei", "{count} Dateien")

    assert i18n.gettext("Hi {name}", name="{x}") == "Hallo {x}"
    assert i18n.gettext("Bye {name}", name="Lena") == "Bye Lena"
    assert (i18n.pgettext("verb", "book"), i18n.pgettext("noun", "book")) == ("buchen", "book")
    said = [i18n.ngettext("{count} file", "{count} files", count) for count in (0, 1, 1234)]
    assert said == ["0 Dateien", "1 Datei", "1.234 Dateien"]
    assert i18n.ngettext("{count} day", "{count} days", 2) == "2 days"


def test_templates_translate_and_escape_what_they_fill_in(german):
    german |= {
        "Hi <b>%(name)s</b>": "Hallo <b>%(name)s</b>",
        "100%% safe": "100%% sicher",
        "Join": "Beitreten",
        "%(count)s file": ("%(count)s Datei", "%(count)s Dateien"),
    }
    page = make_environment().from_string(
        "{% autoescape true %}{% trans %}Hi <b>{{ name }}</b>{% endtrans %} "
        "{% trans %}100% safe{% endtrans %} {{ _('Join') }} "
        "{% trans count=count %}{{ count }} file{% pluralize %}{{ count }} files{% endtrans %}"
        "{% endautoescape %}"
    )

    text = page.render(name="<script>%(x)s", count=1234)
    assert text == ("Hallo <b>&lt;script&gt;%(x)s</b> 100% sicher Beitreten 1.234 Dateien")


@pytest.mark.parametrize(
    ("size", "english", "german"),
    [
        (1, "1 byte", "1 Byte"),
        (999, "999 bytes", "999 Byte"),
        (2_449_000, "2.4 MB", "2,4 MB"),
        (2_000_000, "2 MB", "2 MB"),
        (9_960_000, "10 MB", "10 MB"),
        (1_234_000_000_000, "1,234 GB", "1.234 GB"),
    ],
)
def test_sizes_are_written_as_numbers_are(size, english, german):
    assert size_in_words(size) == english
    with i18n.reading("de"):
        assert size_in_words(size) == german.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_of_a_language_is_english(language: str):
    """One word may be the same in both."""
    found = [
        english
        for domain in DOMAINS
        for message in catalog_of(language, domain)
        for english in ids_of(message)[:1]
        if len(re.findall(r"[A-Za-z]{4,}", TAG.sub("", PLACEHOLDER.sub("", english)))) > 1
        and english in strings_of(message)
    ]
    assert found == []


def test_no_full_stop_follows_a_time_that_may_end_with_one():
    """Spanish writes `2:00 a. m.` in Mexico."""
    time_and_stop = re.compile(r"(\{(time|start|end)\}|%\((time|start|end)\)s)\.")
    with_stops = [
        language for language in TRANSLATED if catalogue(language).forms[""]["halves"][0][-1] == "."
    ]
    found = [
        text
        for language in with_stops
        for domain in DOMAINS
        for message in catalog_of(language, domain)
        for text in strings_of(message)
        if time_and_stop.search(text)
    ]

    assert with_stops == ["es"]
    assert found == []
