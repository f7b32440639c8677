"""Withdrawn mails that are needed again are sent once; and pages show the state of each mail.

Each case runs through the app, the sweep and a fake mail service.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from db import mails, operations
from domain.mail_rules import DueMail
from tests.unit.booked import insert
from tests.unit.cast import DAY, HOUR, MINUTE, START, booking
from tests.unit.faults import Case, World, running
from tests.unit.test_faults import minute

AHEAD = START + DAY
PROPOSED = START + 3 * DAY


@pytest.fixture
def world() -> Iterator[World]:
    """A deployment without faults."""
    with running(Case(lambda _: None, lambda _: None)) as world:
        yield world


def states(world: World, kind: str) -> list[str]:
    return [row[0] for row in world.rows(f"SELECT state FROM mails WHERE kind = '{kind}'")]  # noqa: S608


def mailed(world: World, words: str) -> list[str]:
    """The addresses of accepted mails whose subject has these words."""
    return sorted(mail["to"][0] for mail in world.mail.mails if words in mail["subject"])


async def minutes(world: World, count: int) -> None:
    for _ in range(count):
        world.now += MINUTE
        await minute(world)


async def put(world: World, **changes: object) -> None:
    answer = await world.press("PUT", "/platform/sessions/s1", "platform", booking(**changes))
    assert answer is not None
    assert answer.status == 200


async def move(world: World, start: int) -> None:
    await put(world, scheduled_start=start, scheduled_end=start + HOUR)


# Somebody waits.


def comes(world: World) -> None:
    """The student is in the room."""
    world.connection.execute("DELETE FROM attendance WHERE user_id = 'student'")
    stay = {"session_id": "s1", "user_id": "student", "first_joined_at": START}
    insert(world.connection, "attendance", **stay, last_joined_at=START)


def leaves(world: World) -> None:
    world.connection.execute("UPDATE attendance SET left_at = ?", (world.now,))


async def waits(world: World) -> None:
    world.book()
    world.now = START + MINUTE
    comes(world)


async def ask(world: World) -> str:
    """Press the button "E-mail Teacher". Returns the mail's state in the response."""
    answer = await world.press("POST", "/session/s1/waiting")
    assert answer is not None
    assert answer.status == 202, answer.body
    return str(answer.body).partition('"mail":"')[2].rstrip('"}')


async def test_waiting_mail_is_sent_once(world: World) -> None:
    await waits(world)

    assert await ask(world) == "on_its_way"
    assert await ask(world) == "on_its_way"
    await minute(world)
    assert await ask(world) == "sent"
    await minutes(world, 3)
    assert mailed(world, "is waiting") == ["teacher@example.com"]


async def test_withdrawn_waiting_mail_is_sent_after_a_new_request(world: World) -> None:
    await waits(world)
    await ask(world)
    leaves(world)
    await minute(world)
    assert states(world, "waiting") == ["withdrawn"]
    comes(world)

    assert await ask(world) == "on_its_way"
    await minute(world)
    assert mailed(world, "is waiting") == ["teacher@example.com"]


def goes_to_the_lobby(world: World) -> None:
    """The student left the room after the record made the teacher a no-show."""
    leaves(world)
    world.connection.execute("UPDATE sessions SET status = 'no_show', no_show = 'teacher'")


async def test_waiting_mail_is_sent_for_a_person_in_the_lobby(world: World) -> None:
    await waits(world)
    goes_to_the_lobby(world)

    assert await ask(world) == "on_its_way"
    await minute(world)
    assert await ask(world) == "sent"
    assert mailed(world, "is waiting") == ["teacher@example.com"]


async def test_waiting_mail_of_the_room_is_sent_after_a_request_in_the_lobby(
    world: World,
) -> None:
    await waits(world)
    await ask(world)
    goes_to_the_lobby(world)

    assert await ask(world) == "on_its_way"
    await minute(world)
    assert mailed(world, "is waiting") == ["teacher@example.com"]


async def test_claimed_waiting_mail_is_sent_after_a_request_in_the_lobby(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender has read the mail before the request, and nobody waits in the room."""
    await waits(world)
    await ask(world)
    goes_to_the_lobby(world)
    claim = mails.claim
    reaches = []

    async def claim_then_ask(*args: Any, **given: Any) -> list[DueMail]:
        claimed = await claim(*args, **given)
        if claimed and not reaches:
            reaches.append(await ask(world))
        return claimed

    monkeypatch.setattr(mails, "claim", claim_then_ask)
    await minutes(world, 2)

    assert reaches == ["on_its_way"]
    assert mailed(world, "is waiting") == ["teacher@example.com"]


async def test_waiting_mail_of_the_room_is_withdrawn_without_a_waiting_person(world: World) -> None:
    await waits(world)
    goes_to_the_lobby(world)
    await ask(world)
    world.connection.execute("UPDATE mails SET state = 'withdrawn' WHERE kind = 'waiting'")
    comes(world)
    await ask(world)
    leaves(world)
    await minute(world)

    assert states(world, "waiting") == ["withdrawn"]
    assert mailed(world, "is waiting") == []


async def test_waiting_mail_is_sent_after_a_move_away_and_back(world: World) -> None:
    await waits(world)
    await ask(world)
    await move(world, START + HOUR)
    assert states(world, "waiting") == ["withdrawn"]
    await move(world, START)
    comes(world)

    assert await ask(world) == "on_its_way"
    await minute(world)
    assert mailed(world, "is waiting") == ["teacher@example.com"]


async def test_no_show_revives_the_withdrawn_mail_of_a_waiting_person(
    world: World,
) -> None:
    await waits(world)
    await ask(world)
    leaves(world)
    await minute(world)
    world.connection.execute("UPDATE sessions SET status = 'no_show', no_show = 'teacher'")
    await minutes(world, 2)
    assert states(world, "waiting") == ["withdrawn"]
    comes(world)
    await minutes(world, 2)

    assert states(world, "waiting") == ["sent"]
    assert mailed(world, "is waiting") == ["teacher@example.com"]


async def test_mail_that_was_given_up_is_sent_when_an_operator_retries_it(world: World) -> None:
    world.book()
    world.now = START - 2 * DAY
    await world.press("POST", "/platform/sessions/s1/cancel", "platform")
    world.connection.execute("UPDATE mails SET state = 'dead', last_error = 'refused'")
    world.now += DAY
    [(mail_id,)] = world.rows("SELECT id FROM mails WHERE user_id = 'student'")
    assert await operations.revive_mail(world.context().db, mail_id, now=world.now)
    await minute(world)

    assert states(world, "cancelled") == ["sent", "dead"]
    assert mailed(world, "") == ["student@example.com"]


async def test_withdrawn_mail_with_a_key_is_not_sent_again(world: World) -> None:
    await waits(world)
    await ask(world)
    world.mail.faults.append("taken_then_error")
    await minute(world)
    leaves(world)
    await minutes(world, 5)
    assert states(world, "waiting") == ["withdrawn"]
    comes(world)

    assert await ask(world) == "unreachable"
    await minutes(world, 5)
    assert mailed(world, "is waiting") == ["teacher@example.com"]


OPT_OUT = "UPDATE users SET reminders_enabled = 0 WHERE id = 'teacher'"
SUPPRESS = "INSERT INTO suppressions VALUES ('teacher@example.com', 'bounced', 1)"
CAPITALS = "UPDATE users SET email = 'Teacher@Example.com' WHERE id = 'teacher'"


@pytest.mark.parametrize("refusals", [[OPT_OUT], [SUPPRESS], [CAPITALS, SUPPRESS]])
@pytest.mark.parametrize("when", ["before", "on its way"])
async def test_reach_is_unreachable_for_a_person_without_mail(
    world: World, refusals: list[str], when: str
) -> None:
    await waits(world)
    if when == "on its way":
        assert await ask(world) == "on_its_way"
    for refusal in refusals:
        world.connection.execute(refusal)

    assert await ask(world) == "unreachable"
    await minutes(world, 2)
    assert await ask(world) == "unreachable"
    assert mailed(world, "is waiting") == []


async def test_waiting_mail_is_sent_after_reminders_are_switched_on(world: World) -> None:
    await waits(world)
    world.connection.execute(OPT_OUT)
    assert await ask(world) == "unreachable"
    world.connection.execute("UPDATE users SET reminders_enabled = 1")

    assert await ask(world) == "on_its_way"
    await minute(world)
    assert mailed(world, "is waiting") == ["teacher@example.com"]


@pytest.mark.parametrize(
    ("delivery", "mail"),
    [("delayed", "sent"), ("delivered", "sent"), ("complained", "sent"),
     ("bounced", "unreachable"), ("failed", "unreachable"), ("suppressed", "unreachable")],
)  # fmt: skip
async def test_reach_follows_the_delivery(world: World, delivery: str, mail: str) -> None:
    await waits(world)
    await ask(world)
    await minute(world)
    world.connection.execute("UPDATE mails SET delivery = ?", (delivery,))

    assert await ask(world) == mail


# Another time.


async def request_another_time(world: World) -> str:
    world.book(scheduled_start=AHEAD, scheduled_end=AHEAD + HOUR, created_at=START - DAY)
    data = {"proposed_times": [PROPOSED], "reason": "Exams"}
    answer = await world.press("POST", "/session/s1/reschedule", "student", data)
    assert answer is not None
    assert answer.status == 201
    return str(world.rows("SELECT id FROM reschedules")[0][0])


async def give_answer(world: World, request: str, choice: int | str) -> None:
    data = {"request": request, "choice": choice}
    answer = await world.press("POST", "/session/s1/reschedule/answer", "teacher", data)
    assert answer is not None
    assert answer.status == 200


async def accepted(world: World) -> None:
    request = await request_another_time(world)
    await give_answer(world, request, PROPOSED)


async def declined(world: World) -> None:
    request = await request_another_time(world)
    await give_answer(world, request, "decline")


async def replaced(world: World) -> None:
    """Both people are replaced, and a minute later they are back."""
    start = world.rows("SELECT scheduled_start FROM sessions")[0][0]
    times = {"scheduled_start": start, "scheduled_end": start + HOUR}
    world.connection.execute("INSERT INTO enrollments VALUES ('stranger', 'algebra', 1)")
    insert(world.connection, "users", id="other", name="Other", email="o@example.com", updated_at=1)
    world.connection.execute("UPDATE sessions SET student_id = 'stranger', teacher_id = 'other'")
    await minute(world)
    await put(world, **times)


async def moved_away(world: World, *, with_tick: bool) -> None:
    """The platform moves the session away and back; a tick may run in between."""
    start = world.rows("SELECT scheduled_start FROM sessions")[0][0]
    await move(world, start + HOUR)
    if with_tick:
        await minute(world)
    await move(world, start)


@pytest.mark.parametrize(
    ("begin", "words", "readers"),
    [
        (request_another_time, "asks for another time", ["teacher@example.com"]),
        (accepted, "New time", ["student@example.com", "teacher@example.com"]),
        (declined, "The time stays", ["student@example.com"]),
    ],
)
@pytest.mark.parametrize(
    "away",
    [partial(moved_away, with_tick=False), partial(moved_away, with_tick=True), replaced],
    ids=["moved", "moved with a tick", "replaced"],
)
async def test_request_that_is_current_again_is_mailed_once(
    world: World, begin: Callable, away: Callable, words: str, readers: list[str]
) -> None:
    await begin(world)
    await away(world)
    await minutes(world, 2)

    assert mailed(world, words) == readers


async def test_answered_request_is_not_mailed_after_a_move_back(world: World) -> None:
    request = await request_another_time(world)
    await move(world, AHEAD + HOUR)
    await minute(world)
    await move(world, AHEAD)
    await give_answer(world, request, "decline")
    await minutes(world, 2)

    assert mailed(world, "asks for another time") == []
    assert mailed(world, "The time stays") == ["student@example.com"]


async def page(world: World, who: str) -> str:
    answer = await world.press("GET", "/session/s1/reschedule", who)
    assert answer is not None
    assert answer.status == 200
    return str(answer.body)


async def test_page_shows_the_state_of_the_request_mail(world: World) -> None:
    await request_another_time(world)
    assert "We are e-mailing Teacher." in await page(world, "student")
    await minute(world)
    assert "Teacher has an e-mail from us." in await page(world, "student")
    world.connection.execute(SUPPRESS)
    world.connection.execute("UPDATE mails SET delivery = 'bounced'")
    assert "We can't e-mail Teacher" in await page(world, "student")
    world.connection.execute("DELETE FROM mails")
    assert "mail" not in (await page(world, "student")).partition("<main")[2].partition("</main")[0]


async def test_page_shows_the_state_of_the_answer_mail(world: World) -> None:
    await declined(world)
    assert "You kept the planned time. We are e-mailing Student." in await page(world, "teacher")
    await minute(world)
    assert "Student has an e-mail from us." in await page(world, "teacher")
