"""Which languages a person is offered, and what their choice changes."""

import pytest

from db import preferences
from domain.model import Role
from errors import BadRequestError
from i18n import languages
from pages import language_choice
from settings import Settings
from tests.unit.booked import book

PRODUCTION, DEVELOPMENT = Settings(), Settings(environment="development")


def test_production_offers_whole_languages_and_nothing_where_english_is_alone(monkeypatch):
    monkeypatch.setattr(languages, "COMPLETE", ())
    assert language_choice.options(PRODUCTION) == ()

    monkeypatch.setattr(languages, "COMPLETE", ("de", "uk"))
    offered = (("en", "English"), ("de", "Deutsch"), ("uk", "Українська"))
    assert language_choice.options(PRODUCTION) == offered


def test_development_offers_all_each_by_a_name_of_its_own():
    names = dict(language_choice.options(DEVELOPMENT))

    assert tuple(names) == (*languages.LANGUAGES, *languages.PSEUDO)
    assert len(set(names.values())) == len(names)


@pytest.mark.parametrize("language", ["de", "en-XA", "de-AT", "DE", "klingon", ""])
def test_a_language_that_is_not_offered_is_refused(language, monkeypatch):
    monkeypatch.setattr(languages, "COMPLETE", ("uk",))

    with pytest.raises(BadRequestError):
        language_choice.chosen({"language": language}, PRODUCTION)
    with pytest.raises(BadRequestError):
        language_choice.chosen({}, PRODUCTION)


async def test_the_choice_is_kept_for_that_person_alone(db, connection):
    book(connection)
    await preferences.set_language(db, Role.STUDENT, "uk")

    chosen = connection.execute("SELECT id, language FROM users WHERE language IS NOT NULL")
    assert [tuple(row) for row in chosen] == [("student", "uk")]
    assert await preferences.set_language(db, "nobody", "uk") is None
