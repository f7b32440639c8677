"""Quick feedback: validation, replacement, and the platform's query."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import i18n
from auth.access import LoadedAccess
from db import feedback as feedback_db
from db import outcomes, sessions
from domain import rules
from domain.model import Role
from errors import ConflictError, InvalidError, InvalidFormError
from sessions import feedback
from sessions.feedback import Feedback, from_form
from sessions.outcome import for_viewer
from tests.unit.booked import book
from tests.unit.cast import DAY, END
from tests.unit.fake_context import FakeContext
from tools.paths import ROOT
from web import validation

NOW = END + 60


async def access_of(db, role, now=NOW, session_id="s1"):
    query = outcomes.of_session(session_id)
    found, rows = await sessions.find_with(db, session_id, query.statements)
    return LoadedAccess(found, role, now, loaded=query.parse(rows))


async def give(db, role, now=NOW, **fields):
    context = FakeContext.make(db, now)
    given_ = validation.parse(Feedback, fields)
    return await feedback.give(context, await access_of(db, role, now), given_), context.points


@pytest.mark.parametrize("rating", [0, 6, -1, 2.5, "5", True, None, [], 10**30])
def test_only_whole_stars_from_one_to_five_count(rating):
    with pytest.raises(InvalidError) as caught:
        validation.parse(Feedback, {"rating": rating})

    assert list(caught.value.fields) == ["rating"]


def test_a_comment_is_tidied_and_an_empty_one_is_none():
    assert validation.parse(Feedback, {"rating": 5, "comment": " \x00 \r\n "}).comment is None
    assert validation.parse(Feedback, {"rating": 5, "comment": "a\x1b[1m\r\nb\t "}).comment == (
        "a[1m\nb"
    )


def test_a_comment_has_a_maximum_length():
    with pytest.raises(
        InvalidError, match=r"At most 2,000 characters, please: this is 1 too many\."
    ):
        validation.parse(Feedback, {"rating": 5, "comment": "x" * 2001})


@pytest.mark.parametrize(
    ("language", "fields", "sentence"),
    [
        ("en", {}, "Choose one to five stars, please."),
        ("de", {"rating": ["six"]}, "Wähle einen bis fünf Sterne."),
        (
            "en",
            {"rating": ["5"], "comment": ["x" * 2001]},
            "At most 2,000 characters, please: this is 1 too many.",
        ),
    ],
)
def test_a_refused_form_says_why_without_the_names_of_fields(language, fields, sentence):
    with i18n.reading(language), pytest.raises(InvalidFormError) as caught:
        validation.parse(Feedback, from_form(fields))

    assert caught.value.as_json()["message"] == sentence


def test_a_program_hears_which_field_is_missing():
    with pytest.raises(InvalidError, match="rating: Field required"):
        validation.parse(Feedback, {})


def test_tags_are_few_short_and_once_each():
    assert validation.parse(Feedback, {"rating": 1, "tags": ["a", " a ", "b"]}).tags == ["a", "b"]
    for tags in (["x" * 41], [str(n) for n in range(11)], "clear", [1]):
        with pytest.raises(InvalidError):
            validation.parse(Feedback, {"rating": 1, "tags": tags})


@pytest.mark.parametrize("mark", ["", " ", "\u200e", "\u200b", "\u2800", "\x00"])
def test_an_invisible_tag_is_dropped(mark):
    assert validation.parse(Feedback, {"rating": 1, "tags": [mark, "clear"]}).tags == ["clear"]
    kept = validation.parse(Feedback, {"rating": 1, "tags": ["\u200ex" + "y" * 39]}).tags
    assert kept == ["x" + "y" * 39]


def test_unknown_fields_are_named():
    with pytest.raises(InvalidError, match="stars"):
        validation.parse(Feedback, {"rating": 1, "stars": 5})


def test_a_form_gives_the_same_data_as_a_script():
    fields = {"rating": ["4"], "tags": ["clear", "patient"], "comment": [""]}

    assert validation.parse(Feedback, from_form(fields)) == Feedback(
        rating=4, tags=["clear", "patient"]
    )


@given(st.dictionaries(st.sampled_from(["rating", "comment", "tags", "x"]), st.lists(st.text())))
def test_any_form_is_feedback_or_invalid(fields):
    fields = {name: values for name, values in fields.items() if values}
    try:
        found = validation.parse(Feedback, from_form(fields))
    except InvalidError:
        return
    assert 1 <= found.rating <= 5


async def test_feedback_is_stored_and_shown_only_to_its_writer(connection, db):
    book(connection)
    kept, points = await give(db, Role.STUDENT, rating=4, comment="Good", tags=["clear"])

    assert kept.editable_until == NOW + 7 * DAY
    assert points == [("feedback_submitted", [4.0])]
    assert for_viewer(await access_of(db, Role.STUDENT)).feedback == kept
    assert for_viewer(await access_of(db, Role.TEACHER)).feedback is None


async def test_a_second_feedback_replaces_the_first(connection, db):
    book(connection)
    await give(db, Role.STUDENT, rating=4, comment="Good", tags=["clear"])
    await give(db, Role.TEACHER, rating=3)
    kept, points = await give(db, Role.STUDENT, now=NOW + DAY, rating=5)

    assert (kept.rating, kept.comment, kept.tags) == (5, None, ())
    assert kept.editable_until == NOW + 7 * DAY
    assert points == [("feedback_submitted", [5.0])]
    assert connection.execute("SELECT count(*) FROM feedback").fetchone()[0] == 2


async def test_a_changed_comment_is_no_new_rating(connection, db):
    book(connection)
    await give(db, Role.STUDENT, rating=4)
    _, points = await give(db, Role.STUDENT, rating=4, comment="One more word")

    assert points == []


async def test_feedback_cannot_change_after_a_week(connection, db):
    book(connection)
    await give(db, Role.STUDENT, rating=4)

    with pytest.raises(ConflictError, match="seven days"):
        await give(db, Role.STUDENT, now=NOW + rules.FEEDBACK_EDITABLE_S, rating=1)
    assert for_viewer(await access_of(db, Role.STUDENT)).feedback.rating == 4


async def test_a_first_rating_is_accepted_after_a_week(connection, db):
    book(connection)
    kept, _ = await give(db, Role.STUDENT, now=NOW + 30 * DAY, rating=4)

    assert kept.editable_until == NOW + 37 * DAY


@pytest.mark.parametrize(
    ("changes", "now"),
    [
        ({"status": "scheduled", "started_at": None, "ended_at": None}, END - 60),
        ({"status": "in_progress", "ended_at": None}, END - 60),
        ({"status": "cancelled"}, NOW),
        ({"status": "no_show", "no_show": "student", "started_at": None}, NOW),
        ({"started_at": None}, NOW),
    ],
)
async def test_a_session_that_was_not_held_cannot_be_rated(connection, db, changes, now):
    """The page does not ask for a rating either."""
    book(connection, **changes)
    access = await access_of(db, Role.TEACHER, now)

    assert not rules.can_rate(access.session, access.role, access.now)

    with pytest.raises(ConflictError, match="taken place"):
        await give(db, Role.TEACHER, now=now, rating=1)


async def test_a_teachers_average_counts_students_ratings(connection, db):
    for number, (stars, of_teacher) in enumerate([(5, 1), (4, 1), (2, 1)]):
        book(connection, f"s{number}")
        for role, rating in ((Role.STUDENT, stars), (Role.TEACHER, of_teacher)):
            given_ = Feedback(rating=rating)
            access = await access_of(db, role, NOW, f"s{number}")
            await feedback.give(FakeContext.make(db, NOW), access, given_)
    [row] = await db.all(feedback_db.AVERAGE_OF_TEACHER, "teacher")

    assert row == {"ratings": 3, "average": 3.67}


async def test_integration_md_has_the_query_of_the_code():
    document = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
    [documented] = re.findall(r"```sql\n(.*?)```", document, re.DOTALL)

    assert documented.split() == feedback_db.AVERAGE_OF_TEACHER.split()
