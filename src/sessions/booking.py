"""Bookings of the host platform: what a new, repeated, changed or cancelled one has as effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from db import bookings, sessions
from domain import rules
from domain.booked import Write
from domain.model import Status
from errors import AppError, ConflictError, SessionNotFoundError
from sessions import booking_body
from sessions.booking_body import OneOfMany

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from context import Context
    from domain.booked import Change
    from domain.model import Session
    from sessions.booking_body import Booking

ATTEMPTS: Final = 3
DAY_S: Final = 24 * 60 * 60


class Stored(NamedTuple):
    """What has come of a booking. `status` is the session's."""

    status: Status
    change: Change
    may_have_people: bool = False
    """The session has changed, and people may be in its room or lobby."""


Outcome = Stored | AppError


async def put(ctx: Context, session_id: str, booking: Booking) -> Stored:
    """Create or change a session.

    Raises: ConflictError if the change is too late, or other changes keep coming in between.
    """
    outcome = (await _put_all(ctx, {session_id: booking}))[session_id]
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def put_many(ctx: Context, data: Any) -> list[tuple[str | None, Outcome]]:
    """Create or change sessions, each by itself. Returns the id and outcome of each, in order.

    Raises: InvalidError if `data` is no list of bookings.
    """
    checked = list(booking_body.parse_each(data))
    accepted = {found.id: found for _, found in checked if isinstance(found, OneOfMany)}
    outcomes = await _put_all(ctx, accepted)
    return [
        (id_, outcomes[found.id] if isinstance(found, OneOfMany) else found)
        for id_, found in checked
    ]


def rooms_to_wake(outcomes: Iterable[tuple[str | None, Outcome]]) -> list[str]:
    """The ids of the changed sessions whose rooms must read their record now."""
    return [
        id_
        for id_, found in outcomes
        if id_ and isinstance(found, Stored) and found.may_have_people
    ]


async def _put_all(ctx: Context, asked: Mapping[str, Booking]) -> dict[str, Outcome]:
    """The outcome of each booking, by the session's id. A refused one does not stop the others."""
    outcomes: dict[str, Outcome] = {}
    for _ in range(ATTEMPTS):
        left = {id_: booking for id_, booking in asked.items() if id_ not in outcomes}
        if left:
            outcomes |= await _try_all(ctx, left)
    late = ConflictError("This session is being changed by somebody else. Try again.")
    return dict.fromkeys(asked, late) | outcomes


async def _try_all(ctx: Context, asked: Mapping[str, Booking]) -> dict[str, Outcome]:
    """Like `_put_all`, without the sessions that were changed between reading and writing."""
    known = await sessions.list_known(ctx.db, asked)
    outcomes: dict[str, Outcome] = {}
    writes = []
    for id_, booking in asked.items():
        session = known.get(id_)
        try:
            change = change_of(session, booking, ctx.now)
        except ConflictError as refusal:
            outcomes[id_] = refusal
        else:
            writes.append(Write(id_, booking.as_booked(), session, change))
    stored = await bookings.store(ctx.db, writes, now=ctx.now) if writes else {}
    for write in writes:
        if status := stored.get(write.session_id):
            outcomes[write.session_id] = Stored(
                Status(status), write.change, _may_have_people(write, ctx.now)
            )
    return outcomes


def _may_have_people(write: Write, now: int) -> bool:
    """Rooms of many sessions are not woken for nothing: nobody sits in a lobby the day before."""
    has_changed = write.change not in ("new", "same")
    return has_changed and write.known is not None and write.known.scheduled_start - DAY_S <= now


def change_of(known: Session | None, booking: Booking, now: int) -> Change:
    """The kind of change that a booking makes to the session, if any.

    Raises: ConflictError if the change is too late.
    """
    if known is None:
        return "new"
    same_people = (known.student.id, known.teacher.id) == (booking.student.id, booking.teacher.id)
    same_start = known.scheduled_start == booking.scheduled_start
    same_times = same_start and known.scheduled_end == booking.scheduled_end
    same_call = _has_same_call(known, booking)
    if not same_call and _call_continues(known, booking, now):
        raise ConflictError(
            "People are in this session's call: its recording and its meeting stay as they are "
            "until it is over."
        )
    if same_people and same_times and same_call:
        return "same" if known.course.id == booking.course.id else "not its times"
    if known.status is Status.CANCELLED:
        raise ConflictError("This session was cancelled. Book a new one under another id.")
    if known.status is Status.COMPLETED:
        raise ConflictError("This session has ended. Book a new one under another id.")
    if known.status is Status.IN_PROGRESS and not (same_people and same_start):
        raise ConflictError("This session is in progress: only its end can still be moved.")
    if known.status is Status.NO_SHOW and not same_people:
        raise ConflictError("Somebody waited in this session: its people cannot be changed.")
    if same_times:
        return "not its times"
    return "new end" if same_start else "moved"


def _has_same_call(known: Session, booking: Booking) -> bool:
    """True if the booking changes neither the call's place nor its recording."""
    call = known.recording_enabled, known.bbb_meeting_url
    return call == (booking.recording_enabled or False, booking.bbb_meeting_url)


def _call_continues(known: Session, booking: Booking, now: int) -> bool:
    """True if people are in the room, and its join window by the booking's times is open."""
    in_progress = known.status is Status.IN_PROGRESS
    after = known._replace(
        scheduled_start=booking.scheduled_start, scheduled_end=booking.scheduled_end
    )
    anybody_there = known.student.present or known.teacher.present
    return in_progress or (anybody_there and rules.can_join(after, now))


async def cancel(ctx: Context, session_id: str) -> Session:
    """Cancel a session. Idempotent.

    Raises: SessionNotFoundError, ConflictError if it is over.
    """
    await bookings.cancel(ctx.db, session_id, now=ctx.now)
    session = await sessions.find(ctx.db, session_id)
    if session is None:
        raise SessionNotFoundError
    if session.status is not Status.CANCELLED:
        raise ConflictError("This session is over and cannot be cancelled.")
    return session
