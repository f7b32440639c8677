"""The language that a person chooses, in the real Worker."""

import re

import pytest

from i18n.languages import COMPLETE, ENGLISH
from tests.worker.site import BROWSER, HOUR, Site, booking, person


def book(site: Site, session_id: str, **changes) -> None:
    people = {
        "student": person(f"{session_id}-student", locale="de-AT"),
        "teacher": person(f"{session_id}-teacher", locale="en-US"),
    }
    assert site.put(session_id, booking(starts_in=HOUR, **people) | changes).is_success


def choose(site: Site, session_id: str, role: str, language: str, **more):
    user = f"{session_id}-{role}"
    return site.post(
        f"/session/{session_id}/language", user=user, data={"language": language}, **more
    )


def read(site: Site, session_id: str, role: str) -> str:
    return site.get(f"/session/{session_id}", user=f"{session_id}-{role}", headers=BROWSER).text


def test_the_choice_counts_more_than_the_platforms_locale_and_survives_it(site, new_id):
    book(site, new_id)
    assert '<html lang="de" dir="ltr">' in read(site, new_id, "student")
    answer = choose(site, new_id, "student", "ar")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/session/{new_id}")
    book(site, new_id, course={"id": "c1", "title": "Moved"})
    page = read(site, new_id, "student")
    assert '<html lang="ar" dir="rtl">' in page
    assert re.findall(r'<option [^>]*lang="(\S+)" selected>', page) == ["ar"]
    assert '<html lang="en" dir="ltr">' in read(site, new_id, "teacher")


@pytest.mark.parametrize("language", ["klingon", "", "de-AT", "de\0"])
def test_another_language_is_refused_and_nothing_is_kept(site, new_id, language):
    book(site, new_id)

    assert choose(site, new_id, "student", language).status_code == 400
    with site.d1() as db:
        query = "SELECT language FROM users WHERE id = ?"
        assert db.execute(query, (f"{new_id}-student",)).fetchone()[0] is None


def test_another_sites_page_cannot_choose(site, new_id):
    book(site, new_id)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}

    assert choose(site, new_id, "student", "de", headers=elsewhere).status_code == 403


def test_production_offers_whole_languages_alone(production, new_id):
    book(production, new_id)
    offered = re.findall(r'<option value="([^"]+)" lang', read(production, new_id, "student"))

    assert offered == ([ENGLISH, *COMPLETE] if COMPLETE else [])
    assert choose(production, new_id, "student", "en-XA").status_code == 400
