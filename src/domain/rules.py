"""The rules of a session: its times, and what each person sees when. Pure, with no clock."""

from __future__ import annotations

from typing import Final

from domain.model import Participant, Role, Session, Status, View

JOIN_WINDOW_S: Final = 15 * 60
NO_SHOW_S: Final = 10 * 60
WAITED_S: Final = 5 * 60
"""The other person counts as absent only after somebody has waited this long."""
OVERTIME_S: Final = 15 * 60
LINK_LIFE_S: Final = 7 * 24 * 60 * 60
"""How long a link in an e-mail lives after the session, its last request or feedback."""
LESSON_S: Final = 5 * 60
"""A lesson has taken place once both were there for this long."""
FEEDBACK_EDITABLE_S: Final = 7 * 24 * 60 * 60
RECORDING_EXPECTED_S: Final = 48 * 60 * 60
DAY_S: Final = 24 * 60 * 60


def opens_at(session: Session) -> int:
    """When the join window opens."""
    return session.scheduled_start - JOIN_WINDOW_S


def no_show_at(session: Session) -> int:
    """When the other person becomes a no-show, if one person is alone in the room."""
    present = [person for person in (session.student, session.teacher) if person.present]
    return no_show_from(session, present[0].since if len(present) == 1 else None)


def no_show_from(session: Session, since: int | None) -> int:
    """When the other person becomes a no-show, if this person is present since `since`.

    That is ten minutes after the start, and after this person has waited for five minutes.
    """
    return max(session.scheduled_start + NO_SHOW_S, (since or 0) + WAITED_S)


def waited_from(session: Session, waiter: Participant) -> int:
    """When this person's waiting began, at the earliest at the start."""
    since = waiter.since if waiter.began_waiting_at is None else waiter.began_waiting_at
    return max(session.scheduled_start, since or 0)


def closes_at(session: Session) -> int:
    """When the room closes at the latest."""
    return session.scheduled_end + OVERTIME_S


def link_expires_at(session: Session) -> int:
    """When e-mail links stop working; until then people can use what they offer."""
    return max(session.scheduled_end, session.touched_at or 0) + LINK_LIFE_S


def reschedule_requester(session: Session, now: int) -> Role | None:
    """The role whose request for another time is open. It lapses with the link in its mail."""
    if session.reschedule_asked_by is None or now >= link_expires_at(session):
        return None
    return session.role_of(session.reschedule_asked_by)


def kept_until(session: Session, days: int) -> int | None:
    """Until when data is kept that is kept for `days` after the session; None for ever."""
    return session.scheduled_end + days * DAY_S if days else None


def is_deleted(session: Session, days: int, now: int) -> bool:
    """True if data that is kept for `days` has been deleted, or will be by the next purge."""
    until = kept_until(session, days)
    return until is not None and now >= until


def is_closed(session: Session, now: int) -> bool:
    """True if nobody can enter the room any more."""
    if session.status in (Status.COMPLETED, Status.CANCELLED) or now >= closes_at(session):
        return True
    if session.ended_at is not None:  # the teacher has ended a no-show
        return True
    was_held = session.status is Status.IN_PROGRESS
    everyone_left = not (session.student.present or session.teacher.present)
    return was_held and everyone_left and now >= session.scheduled_end


def can_join(session: Session, now: int) -> bool:
    """True if the room can be entered now."""
    return opens_at(session) <= now and not is_closed(session, now)


def can_reschedule(session: Session) -> bool:
    """True if the session's time can still change."""
    return session.status in (Status.SCHEDULED, Status.NO_SHOW)


def is_missed(session: Session, now: int) -> bool:
    """True if the session did not take place as planned, and can be rescheduled."""
    is_over = absent_role(session, now) is not None or is_closed(session, now)
    return can_reschedule(session) and is_over


def can_ask_to_reschedule(session: Session, now: int) -> bool:
    """True if the page offers a request for another time."""
    return can_reschedule(session) and not (
        is_closed(session, now) and session.status is Status.SCHEDULED
    )


def absent_role(session: Session, now: int) -> Role | None:
    """The role of the no-show, from the record, or else from the attendance of one person alone.

    The attendance covers the minutes until the record is written, and a lost alarm.
    """
    if session.status is Status.NO_SHOW:
        return session.no_show
    if session.status is not Status.SCHEDULED:
        return None
    student_came = session.student.joined_at is not None
    teacher_came = session.teacher.joined_at is not None
    if student_came == teacher_came:
        return None
    lone = session.student if student_came else session.teacher
    if is_closed(session, now):
        was_waiting = _has_waited(session, lone)
    else:
        was_waiting = lone.present and now >= no_show_at(session)
    if not was_waiting:
        return None
    return Role.TEACHER if student_came else Role.STUDENT


def _has_waited(session: Session, lone: Participant) -> bool:
    """True if one stay of this person was long enough; `db/transitions.py` has it in SQL."""
    if lone.began_waiting_at is not None:
        return True
    until = closes_at(session) if lone.left_at is None else lone.left_at
    return min(until, closes_at(session)) - waited_from(session, lone) >= WAITED_S


def is_awaited(session: Session, role: Role, now: int) -> bool:
    """True if this person is late and can still come, and the two have not met."""
    not_met = session.status in (Status.SCHEDULED, Status.NO_SHOW)
    if not not_met or now < session.scheduled_start or is_closed(session, now):
        return False
    return not session.participant(role).present


def waits_in_room(session: Session, role: Role, now: int) -> bool:
    """True if this person is in the room after the start, and the other one has not come."""
    return session.participant(role).present and is_awaited(session, role.other, now)


def waits_in_lobby(session: Session, role: Role, now: int) -> bool:
    """True if this person's lobby offers to e-mail the other one, who is a no-show."""
    return absent_role(session, now) is role.other and is_awaited(session, role.other, now)


def can_rate(session: Session, role: Role, now: int) -> bool:
    """True if this person can give feedback: the lesson has taken place, or it is over."""
    if session.started_at is None or session.status is Status.CANCELLED:
        return False
    return view_of(session, role, now) is View.ENDED or has_taken_place(session, now)


def has_taken_place(session: Session, now: int) -> bool:
    """True if both were still there five minutes after they had met."""
    if session.started_at is None:
        return False
    last_seen = (
        now if person.present else person.left_at or 0
        for person in (session.student, session.teacher)
    )
    return min(last_seen) >= session.started_at + LESSON_S


def feedback_editable_until(created_at: int) -> int:
    """Until when the person can change the feedback."""
    return created_at + FEEDBACK_EDITABLE_S


def recording_expected(session: Session, now: int) -> bool:
    """True if a recording may still arrive from the provider."""
    has_provider_room = session.provider_room_id is not None
    if not (session.recording_enabled and has_provider_room) or session.started_at is None:
        return False
    ended_at = session.ended_at or session.scheduled_end
    return is_closed(session, now) and now < ended_at + RECORDING_EXPECTED_S


def view_of(session: Session, role: Role, now: int) -> View:
    """The view of this participant now."""
    if session.status is Status.CANCELLED:
        return View.CANCELLED
    if absent_role(session, now) is not None:
        return View.NO_SHOW
    if is_closed(session, now):
        return View.ENDED
    if now < opens_at(session):
        return View.EARLY
    me, other = session.participant(role), session.participant(role.other)
    if me.present and not other.present:
        return View.WAITING
    if me.present or session.status is Status.IN_PROGRESS:
        return View.IN_PROGRESS
    return View.JOINABLE
