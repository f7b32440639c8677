"""One person asks for another time, the other one decides; a yes moves the session."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from db import reschedules
from domain import rules, times
from errors import ConflictError, InvalidError
from web import validation

if TYPE_CHECKING:
    from auth.access import Access
    from context import Context
    from domain.mail_rules import Request
    from domain.model import Session

MAX_PROPOSALS: Final = 3
FURTHEST_S: Final = 366 * 24 * 60 * 60
# Every request is a mail to the other person.
ENOUGH_REQUESTS: Final = 5
ENOUGH_WITHIN_S: Final = 24 * 60 * 60
DECLINE: Final = "decline"


MAX_REASON_CHARS: Final = 500
Text = Annotated[str, *validation.written(MAX_REASON_CHARS)]


class Asked(BaseModel):
    """A request for another time: epoch seconds to choose from, a reason, or both."""

    model_config = ConfigDict(extra="forbid")

    proposed_times: Annotated[list[int], Field(max_length=MAX_PROPOSALS)] = []
    reason: Text = ""


class Answered(BaseModel):
    """An answer: one of the proposed times, or `decline`."""

    model_config = ConfigDict(extra="forbid")

    request: Annotated[str, StringConstraints(max_length=64)]
    choice: int | Literal["decline"]
    note: Text = ""


def is_current(request: Request | None, access: Access) -> bool:
    """Whether a request waits for an answer, and is about the time that the session has."""
    session = access.session
    return (
        request is not None
        and request.state == "open"
        and request.scheduled_start == session.scheduled_start
        and access.now < rules.link_expires_at(session)
        and rules.can_reschedule(session)
    )


def was_rescheduled(request: Request | None, session: Session) -> bool:
    """Whether this request was accepted, and its chosen time is still the session's time."""
    return (
        request is not None
        and request.state == "accepted"
        and request.chosen_start == session.scheduled_start
    )


def asked_from_form(form: dict[str, str], time_zone: str) -> Asked:
    """A request from the page's form, whose times are in the reader's zone.

    Raises: InvalidError.
    """
    starts, problems = [], {}
    for number in range(1, MAX_PROPOSALS + 1):
        if text := form.get(f"time{number}", "").strip():
            try:
                starts.append(moment_of(text, time_zone))
            except ValueError as error:
                problems[f"time{number}"] = str(error)
    if problems:
        raise InvalidError(problems)
    return validation.parse(Asked, {"proposed_times": starts, "reason": form.get("reason", "")})


def moment_of(text: str, time_zone: str) -> int:
    """Epoch seconds of `2026-11-24T18:00` in a zone; of an hour that comes twice, the first.

    Raises: ValueError.
    """
    try:
        # Some browsers send parts of a second.
        local = datetime.fromisoformat(text).replace(microsecond=0)
        zone = times.zone_of(time_zone)
        moment = int(local.replace(tzinfo=zone).timestamp())
        there = datetime.fromtimestamp(moment, zone).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:  # Python counts from year 1 to 9999
        raise ValueError("Please give a date and a time.") from error
    if local.tzinfo is not None:
        raise ValueError("Please give a date and a time.")
    if there != local:
        raise ValueError("That hour does not exist: the clocks go forward.")
    return moment


async def latest(ctx: Context, access: Access) -> Request | None:
    """The session's latest request."""
    return await reschedules.latest(ctx.db, access.session.id)


async def ask(ctx: Context, access: Access, asked: Asked) -> str:
    """Ask the other person for another time; the request's id.

    Raises: ConflictError, InvalidError.
    """
    _refuse_if_elsewhere(ctx)
    if not rules.can_reschedule(access.session):
        raise ConflictError("This session cannot be moved any more.")
    starts = _checked(asked, access)
    before = await reschedules.latest(ctx.db, access.session.id)
    if before is not None and _asks_the_same(before, access, starts, asked):
        return before.id
    request_id = uuid.uuid4().hex
    done = await reschedules.ask(
        ctx.db,
        request_id=request_id,
        session=access.session,
        asked_by=access.viewer.id,
        proposed_starts=starts,
        reason=asked.reason or None,
        limit=ENOUGH_REQUESTS,
        within_s=ENOUGH_WITHIN_S,
        now=ctx.now,
    )
    if not done:
        raise ConflictError(
            "You have asked several times today, or the session was just moved. "
            f"Please write to {access.other.called} directly."
        )
    return request_id


def _asks_the_same(before: Request, access: Access, starts: list[int], asked: Asked) -> bool:
    """Whether the button was pressed twice, or again after an answer that was lost."""
    told = (before.asked_by, before.proposed_starts, before.reason)
    tells = (access.viewer.id, tuple(starts), asked.reason or None)
    return is_current(before, access) and told == tells


def _checked(asked: Asked, access: Access) -> list[int]:
    """The proposed times, in order. Raises: InvalidError."""
    starts = sorted(set(asked.proposed_times))
    if not starts and not asked.reason:
        raise InvalidError({"proposed_times": "Propose at least one time, or give a reason."})
    if any(start <= access.now for start in starts):
        raise InvalidError({"proposed_times": "Propose times that are still to come."})
    if any(start > access.now + FURTHEST_S for start in starts):
        raise InvalidError({"proposed_times": "Propose times within a year."})
    if access.session.scheduled_start in starts:
        raise InvalidError({"proposed_times": "That is when the session is planned already."})
    return starts


async def take_back(ctx: Context, access: Access) -> None:
    """Withdraw one's own request, if it is open."""
    await reschedules.withdraw(ctx.db, access.session.id, access.viewer.id, now=ctx.now)


async def answer(ctx: Context, access: Access, answered: Answered) -> bool:
    """Accept a time or decline; whether the session was moved.

    Raises: ConflictError.
    """
    _refuse_if_elsewhere(ctx)
    request = await reschedules.latest(ctx.db, access.session.id)
    if request is not None and _is_answered_so(request, access, answered):
        return request.state == "accepted"
    if request is None or request.id != answered.request or not is_current(request, access):
        raise ConflictError("This request is not open any more.")
    if request.asked_by == access.viewer.id:
        raise ConflictError(f"It is for {access.other.called} to answer.")
    note = answered.note or None
    if answered.choice == DECLINE:
        done = await reschedules.decline(
            ctx.db, request.id, access.viewer.id, note=note, now=ctx.now
        )
        if not done:
            raise ConflictError("This request is not open any more.")
        return False
    await _accept(ctx, access, request, int(answered.choice), note)
    return True


def _is_answered_so(request: Request, access: Access, answered: Answered) -> bool:
    """Whether this very answer has been given, and only what came of it was lost on the way."""
    if request.id != answered.request or request.asked_by == access.viewer.id:
        return False
    if answered.choice == DECLINE:
        return request.state == "declined"
    return request.state == "accepted" and request.chosen_start == answered.choice


async def _accept(
    ctx: Context, access: Access, request: Request, start: int, note: str | None
) -> None:
    session = access.session
    if start not in request.proposed_starts:
        raise ConflictError("That time was not proposed.")
    if start <= ctx.now:
        raise ConflictError("That time has passed. Choose another one.")
    await _refuse_clash(ctx, access, start)
    if not await reschedules.accept(ctx.db, request, session, start, note=note, now=ctx.now):
        await _refuse_clash(ctx, access, start)
        raise ConflictError("The session was changed meanwhile. Please look again.")
    ctx.defer(ctx.rooms.refresh(session.id))


async def _refuse_clash(ctx: Context, access: Access, start: int) -> None:
    """Raises: ConflictError when either of the two has another session then."""
    end = start + access.session.scheduled_end - access.session.scheduled_start
    busy = await reschedules.clashing_people(ctx.db, access.session.id, start, end)
    if access.viewer.id in busy:
        raise ConflictError("You have another session at that time. Choose another one.")
    if busy:
        name = access.other.called
        raise ConflictError(f"{name} has another session at that time. Choose another one.")


def _refuse_if_elsewhere(ctx: Context) -> None:
    if ctx.settings.reschedule_url:
        raise ConflictError("Sessions are moved on the platform's own page.")


def choices(access: Access, request: Request) -> list[dict[str, Any]]:
    """The proposed times, in words for this reader; those that have passed cannot be chosen."""
    session = access.session
    length = session.scheduled_end - session.scheduled_start
    return [
        {
            "start": start,
            "span": times.span(start, start + length, access.viewer),
            "passed": start <= access.now,
        }
        for start in request.proposed_starts
    ]


def earliest(access: Access) -> str:
    """From when on times can be proposed, as the form's inputs want it: whole five minutes."""
    moment = (access.now // 300 + 1) * 300
    zone = times.zone_of(access.viewer.time_zone)
    return f"{datetime.fromtimestamp(moment, zone):%Y-%m-%dT%H:%M}"
