"""Input and output of each route, for the OpenAPI document (openapi/document.py).

Only the document's own route imports this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import errors
from files import uploads as uploads_case
from openapi import schemas
from recordings import receiving
from sessions import booking_body, feedback, rescheduling
from web import bodies

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
HTML: Final = "text/html"
BYTES: Final = "application/octet-stream"


class Caller(StrEnum):
    """The callers of a route. The errors that follow from them are not repeated per operation."""

    ANYONE = "anyone"
    PARTICIPANT = "participant"
    PLATFORM = "platform"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Operation:
    """One route. `answers` maps a status to its contents: the schema of each media type."""

    caller: Caller
    answers: Mapping[int, Mapping[str, Any]]
    fails: tuple[type[errors.AppError], ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    """The pydantic model or schema of each accepted media type."""
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)


PAGE: Final = {200: {HTML: schemas.TEXT}}
DONE: Final[dict[int, dict[str, Any]]] = {204: {}}
ELSEWHERE: Final[dict[int, dict[str, Any]]] = {303: {}}
NOT_OPEN: Final = (errors.TooEarlyError, errors.SessionEndedError)
NO_FILE: Final = (errors.NotFoundError, errors.ForbiddenError)
NO_LINK: Final = (
    errors.LinkBrokenError,
    errors.SessionNotFoundError,
    errors.NotParticipantError,
    errors.LinkExpiredError,
)
BAD_UPLOAD: Final = (
    errors.ForbiddenError,
    errors.ConflictError,
    errors.BadRequestError,
    errors.LengthRequiredError,
    errors.BodyTooLargeError,
    errors.UnsupportedTypeError,
    errors.InvalidError,
)
NO_UPLOAD: Final = (*NO_FILE, *BAD_UPLOAD)


def _json(status: int, schema: Any) -> dict[int, dict[str, Any]]:
    return {status: {JSON: schema}}


def _participant(*answers: Mapping[int, Any], **more: Any) -> Operation:
    """An operation for the session's two people."""
    return Operation(Caller.PARTICIPANT, _together(*answers), **more)


def _anyone(*answers: Mapping[int, Any], **more: Any) -> Operation:
    return Operation(Caller.ANYONE, _together(*answers), **more)


def _platform(*answers: Mapping[int, Any], **more: Any) -> Operation:
    return Operation(Caller.PLATFORM, _together(*answers), **more)


def _operator(*answers: Mapping[int, Any], **more: Any) -> Operation:
    fails = (errors.NotFoundError, errors.ForbiddenError, *more.pop("fails", ()))
    return Operation(Caller.ANYONE, _together(*answers), fails=fails, **more)


def _provider(*answers: Mapping[int, Any], **more: Any) -> Operation:
    return Operation(Caller.PROVIDER, _together(*answers), **more)


def _together(*answers: Mapping[int, Any]) -> dict[int, Any]:
    return {status: content for each in answers for status, content in each.items()}


OPERATIONS: Final[dict[str, Operation]] = {
    "session.show": _participant(PAGE, query={"saved": schemas.TEXT}),
    "session.state": _participant(_json(200, schemas.STATE)),
    "session.left": _anyone(PAGE),
    "static.of_another_release": _anyone(
        {200: {"*/*": schemas.BYTES}}, fails=(errors.NotFoundError,)
    ),
    "room.join": _participant(_json(200, schemas.GRANT), fails=(*NOT_OPEN, errors.ConflictError)),
    "room.live": _participant(
        {101: {}},
        fails=(
            *NOT_OPEN,
            errors.CrossSiteError,
            errors.BadRequestError,
            errors.UpgradeRequiredError,
        ),
        query={"page": schemas.TEXT, "watch": schemas.TEXT},
    ),
    "room.end": _participant(_json(200, schemas.ENDED), fails=(*NOT_OPEN, errors.ForbiddenError)),
    "waiting.tell_the_other": _participant(
        _json(202, schemas.TOLD), fails=(errors.ConflictError, errors.SessionEndedError)
    ),
    "events.record": _participant(DONE, body={JSON: bodies.BrowserEvent}),
    "home.show": _anyone(ELSEWHERE),
    "link.leave": _anyone(ELSEWHERE),
    "language.choose": _participant(
        ELSEWHERE, fails=(errors.BadRequestError,), body={FORM: schemas.LANGUAGE_FORM}
    ),
    "feedback.give": _participant(
        _json(200, schemas.FEEDBACK),
        ELSEWHERE,
        fails=(errors.ConflictError,),
        body={JSON: feedback.Feedback, FORM: schemas.FEEDBACK_FORM},
    ),
    "resources.list_all": _participant(_json(200, schemas.RESOURCES)),
    "uploads.receive": _participant(
        _json(201, schemas.RESOURCE),
        fails=(*BAD_UPLOAD, errors.NotFoundError),
        body={BYTES: schemas.BYTES},
        query={"name": schemas.TEXT},
    ),
    "resources.download": _participant(
        {200: {"*/*": schemas.BYTES}, 206: {"*/*": schemas.BYTES}, 304: {}},
        fails=(
            errors.NotFoundError,
            errors.PreconditionFailedError,
            errors.RangeNotSatisfiableError,
        ),
        query={"view": schemas.TEXT},
        headers={"Range": schemas.TEXT, "If-Range": schemas.TEXT, "If-None-Match": schemas.TEXT},
    ),
    "resources.delete": _participant(_json(200, schemas.DELETED), fails=NO_FILE),
    "resources.restore": _participant(
        _json(200, schemas.RESOURCE), fails=(*NO_FILE, errors.ConflictError)
    ),
    "uploads.list_unfinished": _participant(
        _json(200, schemas.UPLOADS), fails=(errors.ForbiddenError,)
    ),
    "uploads.start": _participant(
        _json(200, schemas.UPLOAD),
        _json(201, schemas.UPLOAD),
        fails=BAD_UPLOAD,
        body={JSON: uploads_case.NewUpload},
    ),
    "uploads.put_part": _participant(
        _json(200, schemas.UPLOAD), fails=NO_UPLOAD, body={BYTES: schemas.BYTES}
    ),
    "uploads.complete": _participant(_json(201, schemas.RESOURCE), fails=NO_UPLOAD),
    "uploads.cancel": _participant(DONE, fails=(*NO_FILE, errors.ConflictError)),
    "browser_recordings.start": _participant(
        _json(200, schemas.RECEIVING),
        _json(201, schemas.RECEIVING),
        fails=(errors.ForbiddenError, errors.ConflictError),
        body={JSON: receiving.NewRecording},
    ),
    "browser_recordings.put": _participant(
        _json(200, schemas.RECEIVED),
        fails=(
            *NO_FILE,
            errors.ConflictError,
            errors.BadRequestError,
            errors.LengthRequiredError,
            errors.BodyTooLargeError,
            errors.InvalidError,
            errors.NotAgreedError,
        ),
        query={"began_ago": schemas.COUNT, "ended_ago": schemas.COUNT},
        body={BYTES: schemas.BYTES},
    ),
    "browser_recordings.show": _participant(_json(200, schemas.RECEIVED_RECORDING), fails=NO_FILE),
    "browser_recordings.finish": _participant(
        _json(202, schemas.RECEIVED_RECORDING), fails=NO_FILE
    ),
    "chat_file.download": _participant({200: {"text/plain": schemas.TEXT}}),
    "board.show": _participant({200: {HTML: schemas.TEXT, JSON: schemas.BOARD}}),
    "board.page_svg": _participant(
        {200: {"image/svg+xml": schemas.TEXT}}, fails=(errors.NotFoundError,)
    ),
    "board.add_image": _participant(
        _json(201, schemas.BOARD_IMAGE),
        fails=(
            *NOT_OPEN,
            errors.BadRequestError,
            errors.LengthRequiredError,
            errors.BodyTooLargeError,
            errors.UnsupportedTypeError,
        ),
        body={BYTES: schemas.BYTES},
    ),
    "board.image": _participant(
        {200: {"image/*": schemas.BYTES}, 304: {}},
        fails=(errors.NotFoundError,),
        headers={"If-None-Match": schemas.TEXT},
    ),
    "board.carry_on": _participant(
        DONE,
        fails=(*NOT_OPEN, errors.NotFoundError, errors.ConflictError, errors.BodyTooLargeError),
        body={JSON: bodies.EarlierBoard},
    ),
    "reschedule.show": _participant(PAGE, ELSEWHERE),
    "reschedule.ask": _participant(
        _json(201, schemas.ASKED),
        ELSEWHERE,
        fails=(errors.ConflictError,),
        body={JSON: rescheduling.NewRequest, FORM: schemas.ASKED_FORM},
    ),
    "reschedule.answer": _participant(
        _json(200, schemas.ANSWERED),
        ELSEWHERE,
        fails=(errors.ConflictError,),
        body={JSON: rescheduling.Answer, FORM: rescheduling.Answer},
    ),
    "reschedule.withdraw": _participant(ELSEWHERE),
    "calendar_file.download": _participant({200: {"text/calendar": schemas.TEXT}}),
    "calendar_feed.show": _anyone(
        {200: {"text/calendar": schemas.TEXT}, 304: {}},
        fails=(errors.LinkBrokenError, errors.PreconditionFailedError),
        headers={"If-None-Match": schemas.TEXT},
    ),
    "link.follow": _anyone(ELSEWHERE, fails=NO_LINK),
    "link.follow_to_calendar": _anyone(ELSEWHERE, fails=NO_LINK),
    "link.follow_to_reschedule": _anyone(ELSEWHERE, fails=NO_LINK),
    "unsubscribe.show": _anyone(PAGE, fails=(errors.NotFoundError,)),
    "unsubscribe.save": _anyone(
        PAGE,
        fails=(errors.BadRequestError, errors.NotFoundError),
        body={FORM: schemas.MAIL_SETTINGS_FORM},
    ),
    "platform.put": _platform(
        _json(200, schemas.SUMMARY),
        _json(201, schemas.SUMMARY),
        fails=(errors.ConflictError,),
        body={JSON: booking_body.Booking},
    ),
    "platform.put_many": _platform(
        _json(200, schemas.BOOKED_EACH), body={JSON: booking_body.Bookings}
    ),
    "platform.show": _platform(
        _json(200, schemas.EVERYTHING), fails=(errors.SessionNotFoundError,)
    ),
    "platform.cancel": _platform(
        _json(200, schemas.SUMMARY), fails=(errors.SessionNotFoundError, errors.ConflictError)
    ),
    "platform_people.erase": _platform(
        _json(200, schemas.PERSON_ERASED),
        fails=(errors.PersonNotFoundError, errors.UpcomingSessionsError, errors.InvalidError),
        query={"cancel": schemas.TRUE_OR_FALSE},
    ),
    "platform_people.calendar": _platform(
        _json(200, schemas.CALENDAR_ADDRESS), fails=(errors.PersonNotFoundError,)
    ),
    "platform.make_links": _platform(
        _json(200, schemas.FRAME_LINKS), fails=(errors.SessionNotFoundError,)
    ),
    "recordings.list_unready": _platform(_json(200, schemas.RECORDINGS)),
    "recordings.retry": _platform(_json(202, schemas.RETRIED), fails=(errors.NotFoundError,)),
    "platform_reports.attendance": _platform(
        {200: {JSON: schemas.ATTENDANCE, "text/csv": schemas.TEXT}},
        fails=(errors.InvalidError,),
        query={
            "from": schemas.MOMENT,
            "to": schemas.MOMENT,
            "after": schemas.TEXT,
            "limit": schemas.COUNT,
        },
    ),
    "platform_reports.timeline": _platform(
        _json(200, schemas.TIMELINE), fails=(errors.SessionNotFoundError,)
    ),
    "platform_events.list_after": _platform(
        _json(200, schemas.EVENTS),
        fails=(errors.InvalidError,),
        query={"after": schemas.COUNT, "limit": schemas.COUNT, "state": schemas.EVENT_STATE},
    ),
    "platform_events.retry": _platform(
        _json(202, schemas.EVENT_RETRIED), fails=(errors.NotFoundError,)
    ),
    "resend_webhook.receive": _provider(DONE, body={JSON: schemas.ANYTHING}),
    "webhooks.plugnmeet": _provider({200: {}}, body={JSON: schemas.ANYTHING}),
    "webhooks.bigbluebutton": _provider({200: {}}, body={FORM: schemas.BIGBLUEBUTTON_FORM}),
    "webhooks.bigbluebutton_ended": _provider({200: {}}, query={"room": schemas.TEXT}),
    "ops.healthz": _anyone(_json(200, schemas.HEALTH), _json(503, schemas.HEALTH)),
    "ops.openapi": _anyone(_json(200, schemas.ANYTHING)),
    "operations.show": _operator(PAGE, query={"done": schemas.TEXT}),
    "operations.session": _operator(PAGE, fails=(errors.SessionNotFoundError,)),
    "operations.retry_mail": _operator(ELSEWHERE),
    "operations.retry_event": _operator(ELSEWHERE),
    "operations.retry_recording": _operator(ELSEWHERE),
    "dev.dashboard": _anyone(PAGE),
    "dev.sign_in": _anyone(
        PAGE,
        ELSEWHERE,
        fails=(errors.BadRequestError,),
        query={"user": schemas.TEXT, "next": schemas.TEXT, "return_to": schemas.TEXT},
    ),
    "dev.sign_out": _anyone(ELSEWHERE),
    "dev.outbox": _anyone(PAGE),
    "dev.outbox_mail": _anyone(PAGE, fails=(errors.NotFoundError,)),
    "dev_platform.show": _anyone(PAGE),
    "dev_platform.framed": _anyone(PAGE),
    "dev_platform.receive": _provider(DONE, body={JSON: schemas.ANYTHING}),
    "dev.seed": _anyone(_json(200, schemas.SEEDED), ELSEWHERE),
    "dev.book": _anyone(ELSEWHERE),
    "dev.announce_recording": _anyone(DONE, body={JSON: bodies.NewRecording}),
    "clock.shift": _anyone(DONE, body={JSON: bodies.ClockShift}),
}
