"""Operators read words for each code that our own code writes."""

import re

from domain.mail_rules import Kind, State
from pages import operators_words as words
from tools.paths import ROOT

MIGRATIONS = "".join(path.read_text() for path in sorted((ROOT / "migrations").glob("*.sql")))


def entry(what: str, role: str | None = "student", **about: object) -> dict[str, object]:
    return {"at": 1_800_000_000, "what": what, "role": role, **about}


def test_each_event_has_words():
    types = set(
        re.findall(r"'((?:session|participant|reschedule|resource|board)\.[a-z_]+)'", MIGRATIONS)
    )
    assert len(types) > 10
    assert [each for each in types if "." in words.title(entry(each))] == []


def test_each_state_of_a_mail_and_each_kind_has_words():
    assert [state for state in State if "." in words.title(entry(f"mail.{state}"))] == []
    assert set(words.MAILS) == set(Kind)


def test_each_trouble_that_browsers_report_has_words():
    scripts = "".join(path.read_text() for path in (ROOT / "public/js").glob("*/*.js"))
    reported = {
        code
        for call in re.findall(r"session\.report\((.*?)\);", scripts)
        for code in re.findall(r'"([a-z_]+)"', call)
    }
    types = (ROOT / "types/browser.d.ts").read_text()
    [problems] = re.findall(r"type Problem =(.*?);", types, re.DOTALL)
    devices = {f"camera_{problem}" for problem in re.findall(r'"([a-z]+)"', problems)}
    assert len(reported) > 5
    assert len(devices) > 5
    assert [code for code in reported | devices if words.trouble(code) == code] == []


def test_an_entry_says_only_what_its_title_and_time_do_not():
    joined = entry(
        "participant.joined", joined_at=1_800_000_000, told_platform="delivered", attempts=1
    )
    assert words.title(joined) == "The student joined"
    assert list(words.details(joined)) == []
    assert words.not_told(joined) == ""

    call = entry(
        "call.connected", browser="Firefox on Windows", way="relayed", milliseconds=900, again=1
    )
    expected = ["Firefox on Windows", "after 900 ms", "through a relay", "again, after a loss"]
    assert list(words.details(call)) == expected

    asked = entry("reschedule.requested", proposed_starts=[1_800_000_000, 1_800_003_600])
    assert list(words.details(asked)) == [
        "proposed starts: 15 January 2027, 08:00:00, 15 January 2027, 09:00:00"
    ]


def test_an_event_that_the_platform_has_not_taken_says_so():
    dead = entry("session.booked", told_platform="dead", attempts=13)
    assert words.not_told(dead) == "The platform has not taken this, after 13 attempts."
    waiting = entry("session.booked", told_platform="pending", attempts=0)
    assert words.not_told(waiting) == "The platform has not been told yet."


def test_a_code_that_nobody_knows_is_shown_as_it_is():
    assert words.title(entry("lesson.begun", None)) == "Lesson.begun"
    assert words.trouble("camera_") == "camera_"
