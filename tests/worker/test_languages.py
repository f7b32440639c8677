"""The language of pages, errors and mails in the real Worker."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.worker.attacked import unsubscribe_link
from tests.worker.site import BROWSER, MINUTE, Site, booking, eventually, person

AUSTRIAN = {**BROWSER, "Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
WORDS = {"de": "Der Raum ist offen.", "en": "The room is open."}


@pytest.fixture(scope="module")
def site(site_with) -> Site:
    """A Worker for this module alone: sessions of other tests would fill its outbox."""
    return site_with(MAIL_FROM="Languages <languages@example.com>")


def book(site: Site, session_id: str, *, starts_in: int = 5 * MINUTE, **of_student) -> None:
    people = {
        "student": person(f"{session_id}-student", time_zone="Europe/Vienna", **of_student),
        "teacher": person(f"{session_id}-teacher", locale="en-US"),
    }
    response = site.put(session_id, booking(starts_in=starts_in, **people))
    assert response.is_success, response.text


def read(site: Site, session_id: str, role: str = "student", headers=AUSTRIAN):
    user = f"{session_id}-{role}"
    return site.get(f"/session/{session_id}", user=user, headers=headers)


def test_without_a_locale_the_browser_decides(site, new_id):
    book(site, new_id)
    page = read(site, new_id)

    assert '<html lang="de" dir="ltr">' in page.text
    assert WORDS["de"] in page.text
    assert page.headers["Content-Language"] == "de"
    assert "Accept-Language" in page.headers["Vary"]
    assert read(site, new_id, headers=BROWSER).headers["Content-Language"] == "en"


def test_the_persons_locale_counts_more_than_the_browser(site, new_id):
    book(site, new_id, locale="de-AT")

    assert WORDS["de"] in read(site, new_id, headers=BROWSER).text
    assert WORDS["en"] in read(site, new_id, "teacher").text


def test_the_persons_choice_counts_most(site, new_id):
    book(site, new_id, locale="de-AT")
    with site.d1() as db:
        db.execute("UPDATE users SET language = 'en' WHERE id = ?", (f"{new_id}-student",))

    assert WORDS["en"] in read(site, new_id).text


def test_arabic_is_written_from_right_to_left(site, new_id):
    book(site, new_id, locale="ar-EG")
    page = read(site, new_id)

    assert '<html lang="ar" dir="rtl">' in page.text
    assert re.search(r'datetime="[^"]+">\d{1,2}:\d\d [صم]<', page.text)


def test_an_error_is_in_the_language_and_keeps_its_code(site):
    headers = {"Accept": "application/json", "Accept-Language": "de"}
    answer = site.get("/session/none-such/state", user="anybody", headers=headers)
    page = site.get("/session/none-such", user="anybody", headers=AUSTRIAN)

    words = "Sitzung nicht gefunden. Sieh in deinem Dashboard nach."
    assert answer.json()["error"] == {"code": "session_not_found", "message": words}
    assert f"<h1>{words}</h1>" in page.text


def test_an_error_with_values_is_in_the_language(site):
    headers = {"Accept": "application/json", "Accept-Language": "de"}
    answer = site.post("/healthz", headers=headers)

    assert answer.status_code == 405
    assert answer.json()["error"]["message"] == "Hier wird nur GET, HEAD beantwortet."


def test_requests_at_once_do_not_mix_their_languages(site, new_id):
    book(site, new_id)
    wanted = ["de", "en"] * 40

    def ask(language: str) -> bool:
        headers = {**BROWSER, "Accept-Language": language}
        with Site(site.worker).client as client:
            page = client.get(
                f"/session/{new_id}",
                headers={
                    **headers,
                    "Cookie": f"{site.settings['AUTH_COOKIE']}={site.token(f'{new_id}-student')}",
                },
            )
        others = {text for other, text in WORDS.items() if other != language}
        said = page.headers["Content-Language"] == language and WORDS[language] in page.text
        return said and not any(text in page.text for text in others)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, wanted)) == [True] * len(wanted)


def test_each_person_gets_mails_in_their_language(site, new_id):
    book(site, new_id, starts_in=15 * MINUTE, locale="de-AT")
    site.worker.scheduled()

    def mails() -> dict[str, dict[str, str]]:
        with site.d1() as db:
            rows = db.execute(
                "SELECT m.user_id, o.* FROM outbox o JOIN mails m ON m.id = o.id"
                " WHERE m.session_id = ?",
                (new_id,),
            ).fetchall()
        return {row["user_id"].rpartition("-")[2]: dict(row) for row in rows}

    eventually(lambda: len(mails()) == 2)
    student, teacher = mails()["student"], mails()["teacher"]
    assert student["subject"].startswith("Dein Raum ist offen: ")
    assert ", deiner Lernbegleitung, beginnt um" in student["text"]
    assert "In den Kalender eintragen: http://" in student["text"]
    assert "Ortszeit Wien (MEZ)" in student["text"]
    assert '<html lang="de" dir="ltr">' in student["html"]
    assert teacher["subject"].startswith("Your room is open: ")
    assert '<html lang="en" dir="ltr">' in teacher["html"]


def test_links_speak_the_language_of_their_person(site, new_id):
    """In disguised English: calendar programs and mail programs have a language of their own."""
    book(site, new_id, locale="en-XA")
    who = f"{new_id}-student"
    reminders = site.get(f"/unsubscribe/{unsubscribe_link(site, new_id, who)}", headers=AUSTRIAN)
    calendar = site.get(f"/calendar/{site.calendar_file(who)}", headers=AUSTRIAN)
    with site.d1() as db:
        db.execute("UPDATE users SET language = 'en' WHERE id = ?", (who,))
    known = {**AUSTRIAN, "If-None-Match": calendar.headers["ETag"]}
    in_english = site.get(f"/calendar/{site.calendar_file(who)}", headers=known)

    assert reminders.headers["Content-Language"] == "en-XA"
    assert "X-WR-CALNAME:[Mý séssîöñs" in calendar.text
    assert (in_english.status_code, "X-WR-CALNAME:My sessions" in in_english.text) == (200, True)


def test_a_link_that_no_longer_works_says_so_in_the_language_of_its_person(site, new_id):
    book(site, new_id, locale="en-XA")
    who = f"{new_id}-student"
    with site.d1() as db:
        db.execute(
            "UPDATE sessions SET scheduled_start = 0, scheduled_end = 60 WHERE id = ?", (new_id,)
        )
    page = site.get(f"/r/{site.link(new_id, who)}", headers=AUSTRIAN)

    assert (page.status_code, page.headers["Content-Language"]) == (410, "en-XA")


def test_production_speaks_all_languages_but_no_disguise(production, new_id):
    book(production, new_id, locale="de-AT")
    assert WORDS["de"] in read(production, new_id).text
    book(production, new_id, locale="en-XA")
    page = read(production, new_id)

    assert page.headers["Content-Language"] == "en"
    assert WORDS["en"] in page.text
    [data] = re.findall(r'session-data">(.*?)</script>', page.text)
    assert json.loads(data)["clock"]["localeTag"] == "en-GB"
