"""Requests for another time: one person requests it, the other accepts or declines.

An acceptance moves the session.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from db import reschedules
from domain import rules, times
from errors import ConflictError, InvalidFormError
from i18n import N_, _, ngettext
from web import validation

if TYPE_CHECKING:
    from auth.access import Access
    from context import Context
    from domain.mail_rules import Request
    from domain.model import Session

MAX_PROPOSALS: Final = 3
MAX_AHEAD_S: Final = 366 * 24 * 60 * 60
# Each request sends a mail to the other person.
MAX_REQUESTS: Final = 5
MAX_REQUESTS_WITHIN_S: Final = 24 * 60 * 60
DECLINE: Final = "decline"
_SETTLED: Final = N_("This request is not open any more.")

MAX_REASON_CHARS: Final = 500
_SLOT: Final = re.compile(r"[0-9]{1,12}")
Text = Annotated[str, *validation.written(MAX_REASON_CHARS)]


class NewRequest(validation.Form):
    """A request for another time: proposed starts in epoch seconds, a reason, or both."""

    proposed_times: list[int] = Field([], max_length=MAX_PROPOSALS)
    reason: Text = ""


class Answer(validation.Form):
    """An answer: one of the proposed times, or `decline`."""

    request: Annotated[str, StringConstraints(max_length=64)]
    choice: int | Literal["decline"]
    note: Text = ""


def is_current(request: Request | None, access: Access) -> bool:
    """True if a request is open and is about the session's present time."""
    session = access.session
    return (
        request is not None
        and request.state == "open"
        and request.scheduled_start == session.scheduled_start
        and access.now < rules.link_expires_at(session)
        and rules.can_reschedule(session)
    )


def was_rescheduled(request: Request | None, session: Session) -> bool:
    """True if this request was accepted and its chosen time is still the session's time."""
    return (
        request is not None
        and request.state == "accepted"
        and request.chosen_start == session.scheduled_start
    )


def request_from_form(form: dict[str, str], time_zone: str) -> NewRequest:
    """A request from the page's form: chosen slots, and times in the viewer's zone.

    Raises: InvalidFormError.
    """
    starts, problems = [], {}
    for number in range(1, MAX_PROPOSALS + 1):
        if _SLOT.fullmatch(slot := form.get(f"slot{number}", "")):
            starts.append(int(slot))
        if text := form.get(f"time{number}", "").strip():
            try:
                starts.append(moment_of(text, time_zone))
            except ValueError as error:
                problems[f"time{number}"] = str(error)
    if problems:
        raise InvalidFormError(problems)
    if len(starts) > MAX_PROPOSALS:
        most = ngettext(
            "Choose up to {count} time, please.",
            "Choose up to {count} times, please.",
            MAX_PROPOSALS,
        )
        raise InvalidFormError({"proposed_times": most})
    return validation.parse(
        NewRequest, {"proposed_times": starts, "reason": form.get("reason", "")}
    )


def moment_of(text: str, time_zone: str) -> int:
    """Epoch seconds of `2026-11-24T18:00` in a zone; the first of two such moments in autumn.

    Raises: ValueError.
    """
    try:
        # Some browsers send fractions of a second.
        local = datetime.fromisoformat(text).replace(microsecond=0)
        zone = times.zone_of(time_zone)
        moment = int(local.replace(tzinfo=zone).timestamp())
        local_again = datetime.fromtimestamp(moment, zone).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:  # Python counts from year 1 to 9999
        raise ValueError(_("Please give a date and a time.")) from error
    if local.tzinfo is not None:
        raise ValueError(_("Please give a date and a time."))
    if local_again != local:
        raise ValueError(_("That hour does not exist: the clocks go forward."))
    return moment


async def latest(ctx: Context, access: Access) -> Request | None:
    """The session's latest request."""
    return await reschedules.latest(ctx.db, access.session.id)


async def request_time(ctx: Context, access: Access, new: NewRequest) -> str:
    """Request another time of the other person. Returns the request's id.

    Raises: ConflictError, InvalidFormError.
    """
    _refuse_if_elsewhere(ctx)
    if not rules.can_reschedule(access.session):
        raise ConflictError(N_("This session cannot be moved any more."))
    starts = _valid_starts(new, access)
    before = await reschedules.latest(ctx.db, access.session.id)
    if before is not None and _is_same(before, access, starts, new):
        return before.id
    request_id = uuid.uuid4().hex
    is_created = await reschedules.create(
        ctx.db,
        request_id=request_id,
        session=access.session,
        asked_by=access.viewer.id,
        proposed_starts=starts,
        reason=new.reason or None,
        limit=MAX_REQUESTS,
        within_s=MAX_REQUESTS_WITHIN_S,
        now=ctx.now,
    )
    if not is_created:
        raise ConflictError(
            N_(
                "You have asked several times today, or the session was just moved. "
                "Please write to {name} directly."
            ),
            name=access.other.called,
        )
    return request_id


def _is_same(before: Request, access: Access, starts: list[int], new: NewRequest) -> bool:
    """True if the request was sent before: a second click, or the response was lost."""
    old_values = (before.asked_by, before.proposed_starts, before.reason)
    new_values = (access.viewer.id, tuple(starts), new.reason or None)
    return is_current(before, access) and old_values == new_values


def _valid_starts(new: NewRequest, access: Access) -> list[int]:
    """The proposed starts, in order. Raises: InvalidFormError."""
    starts = sorted(set(new.proposed_times))
    if not starts and not new.reason:
        raise InvalidFormError({"proposed_times": _("Choose at least one time, or give a reason.")})
    if any(start <= access.now for start in starts):
        raise InvalidFormError({"proposed_times": _("Choose times that are still to come.")})
    if any(start > access.now + MAX_AHEAD_S for start in starts):
        raise InvalidFormError({"proposed_times": _("Choose times within a year.")})
    if access.session.scheduled_start in starts:
        raise InvalidFormError(
            {"proposed_times": _("That is when the session is planned already.")}
        )
    return starts


async def withdraw(ctx: Context, access: Access) -> None:
    """Withdraw the viewer's own request, if it is open."""
    await reschedules.withdraw(ctx.db, access.session.id, access.viewer.id, now=ctx.now)


async def answer_request(ctx: Context, access: Access, answer: Answer) -> bool:
    """Accept a time or decline. Returns whether the session was moved.

    Raises: ConflictError.
    """
    _refuse_if_elsewhere(ctx)
    request = await reschedules.latest(ctx.db, access.session.id)
    if request is not None and _has_answer(request, access, answer):
        return request.state == "accepted"
    if request is None or request.id != answer.request or not is_current(request, access):
        raise ConflictError(_SETTLED)
    if request.asked_by == access.viewer.id:
        raise ConflictError(N_("It is for {name} to answer."), name=access.other.called)
    note = answer.note or None
    if answer.choice == DECLINE:
        is_declined = await reschedules.decline(
            ctx.db, request.id, access.viewer.id, note=note, now=ctx.now
        )
        if not is_declined:
            raise ConflictError(_SETTLED)
        return False
    await _accept(ctx, access, request, int(answer.choice), note)
    return True


def _has_answer(request: Request, access: Access, answer: Answer) -> bool:
    """True if the request was answered so before: the response was lost."""
    if request.id != answer.request or request.asked_by == access.viewer.id:
        return False
    if answer.choice == DECLINE:
        return request.state == "declined"
    return request.state == "accepted" and request.chosen_start == answer.choice


async def _accept(
    ctx: Context, access: Access, request: Request, start: int, note: str | None
) -> None:
    session = access.session
    if start not in request.proposed_starts:
        raise ConflictError(N_("That time was not proposed."))
    if start <= ctx.now:
        raise ConflictError(N_("That time has passed. Choose another one."))
    await _refuse_clash(ctx, access, start)
    if not await reschedules.accept(ctx.db, request, session, start, note=note, now=ctx.now):
        await _refuse_clash(ctx, access, start)
        raise ConflictError(N_("The session was changed meanwhile. Please look again."))
    ctx.defer(ctx.rooms.refresh(session.id))


async def _refuse_clash(ctx: Context, access: Access, start: int) -> None:
    """Raises: ConflictError if either person has another session then."""
    end = start + access.session.scheduled_end - access.session.scheduled_start
    busy = await reschedules.clashing_people(ctx.db, access.session.id, start, end)
    if access.viewer.id in busy:
        raise ConflictError(N_("You have another session at that time. Choose another one."))
    if busy:
        raise ConflictError(
            N_("{name} has another session at that time. Choose another one."),
            name=access.other.called,
        )


def _refuse_if_elsewhere(ctx: Context) -> None:
    if ctx.settings.reschedule_url:
        raise ConflictError(N_("Sessions are moved on the platform's own page."))


def choices(access: Access, request: Request) -> list[dict[str, Any]]:
    """The proposed times in words for this viewer; a time in the past cannot be chosen."""
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


def earliest_input(access: Access) -> str:
    """The earliest time to propose, at whole five minutes, in the format of the form's inputs."""
    moment = (access.now // 300 + 1) * 300
    zone = times.zone_of(access.viewer.time_zone)
    return f"{datetime.fromtimestamp(moment, zone):%Y-%m-%dT%H:%M}"
