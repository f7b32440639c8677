"""The whole route table."""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Final, NamedTuple

from errors import MethodNotAllowedError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from web.messages import Response

    Handler = Callable[..., Awaitable[Response]]


class Route(NamedTuple):
    """One method and path. A `{name}` piece of the path becomes an argument of the handler."""

    method: str
    path: str
    handler: str
    """Module and function in `handlers`, imported at the first use: start-up must be quick."""
    page: bool = False
    """For people: errors are pages, and signed-out people are redirected to sign in."""
    development: bool = False
    """Does not exist in production."""
    cross_site: bool = False
    """Accepts unsafe requests of other sites: a token or signature protects it instead."""
    limited: bool = False
    """Costly, or a target for guessing: `web.rate_limits` counts it if RATE_LIMIT is bound."""

    @property
    def framed(self) -> bool:
        """Whether pages of EMBED_ORIGINS may show its answers, errors too, in a frame."""
        return self.path.startswith(("/session/", "/r/"))

    @property
    def handle(self) -> Handler:
        """The handler itself."""
        return _handler(self.handler)


@functools.cache
def _handler(name: str) -> Handler:
    module, _, function = name.partition(".")
    handler: Handler = getattr(importlib.import_module(f"handlers.{module}"), function)
    return handler


ROUTES: Final = (
    Route("GET", "/", "home.show", page=True),
    Route("GET", "/session/{session_id}", "session.show", page=True),
    Route("GET", "/session/{session_id}/state", "session.state"),
    Route("POST", "/session/{session_id}/join", "room.join", limited=True),
    Route("GET", "/session/{session_id}/left", "session.left", page=True),
    Route("GET", "/session/{session_id}/live", "room.live", limited=True),
    Route("POST", "/session/{session_id}/end", "room.end"),
    Route("POST", "/session/{session_id}/waiting", "waiting.tell_the_other", limited=True),
    Route("POST", "/session/{session_id}/events", "events.record", limited=True),
    Route("GET", "/session/{session_id}/leave-link", "link.leave", page=True),
    Route("POST", "/session/{session_id}/language", "language.choose"),
    Route("POST", "/session/{session_id}/feedback", "feedback.give", limited=True),
    Route("GET", "/session/{session_id}/resources", "resources.list_all"),
    Route("POST", "/session/{session_id}/resources", "uploads.receive", limited=True),
    Route("GET", "/session/{session_id}/resources/{resource_id}", "resources.download"),
    Route("DELETE", "/session/{session_id}/resources/{resource_id}", "resources.delete"),
    Route("POST", "/session/{session_id}/resources/{resource_id}/restore", "resources.restore"),
    Route("GET", "/session/{session_id}/uploads", "uploads.list_unfinished"),
    Route("POST", "/session/{session_id}/uploads", "uploads.start", limited=True),
    Route("PUT", "/session/{session_id}/uploads/{resource_id}/parts/{number}", "uploads.put_part"),
    Route("POST", "/session/{session_id}/uploads/{resource_id}/complete", "uploads.complete"),
    Route("DELETE", "/session/{session_id}/uploads/{resource_id}", "uploads.cancel"),
    Route("POST", "/session/{session_id}/recordings", "browser_recordings.start", limited=True),
    Route("GET", "/session/{session_id}/recordings/{record_id}", "browser_recordings.show"),
    Route(
        "PUT",
        "/session/{session_id}/recordings/{record_id}/bytes/{start_byte}",
        "browser_recordings.put",
    ),
    Route(
        "POST", "/session/{session_id}/recordings/{record_id}/finish", "browser_recordings.finish"
    ),
    Route("GET", "/session/{session_id}/chat.txt", "chat_file.download", page=True),
    Route("GET", "/session/{session_id}/board", "board.show", page=True),
    Route("POST", "/session/{session_id}/board/images", "board.add_image", limited=True),
    Route("GET", "/session/{session_id}/board/images/{image_id}", "board.image"),
    Route("POST", "/session/{session_id}/board/continue", "board.carry_on", limited=True),
    Route("GET", "/session/{session_id}/board/{page}", "board.page_svg"),
    Route("GET", "/session/{session_id}/reschedule", "reschedule.show", page=True),
    Route("POST", "/session/{session_id}/reschedule", "reschedule.ask", limited=True),
    Route("POST", "/session/{session_id}/reschedule/answer", "reschedule.answer", limited=True),
    Route("POST", "/session/{session_id}/reschedule/withdraw", "reschedule.withdraw"),
    Route("GET", "/session/{session_id}/calendar.ics", "calendar_file.download", page=True),
    Route("GET", "/r/{token}", "link.follow", page=True, limited=True),
    Route("GET", "/r/{token}/calendar", "link.follow_to_calendar", page=True, limited=True),
    Route("GET", "/r/{token}/reschedule", "link.follow_to_reschedule", page=True, limited=True),
    Route("GET", "/calendar/{calendar}", "calendar_feed.show"),
    Route("GET", "/unsubscribe/{token}", "unsubscribe.show", page=True),
    Route("POST", "/unsubscribe/{token}", "unsubscribe.save", page=True, cross_site=True),
    Route("POST", "/webhooks/resend", "resend_webhook.receive", cross_site=True),
    Route("PUT", "/platform/sessions", "platform.put_many", cross_site=True),
    Route("PUT", "/platform/sessions/{session_id}", "platform.put", cross_site=True),
    Route("GET", "/platform/sessions/{session_id}", "platform.show", cross_site=True),
    Route("POST", "/platform/sessions/{session_id}/cancel", "platform.cancel", cross_site=True),
    Route("DELETE", "/platform/people/{person_id}", "platform_people.erase", cross_site=True),
    Route(
        "GET", "/platform/people/{person_id}/calendar", "platform_people.calendar", cross_site=True
    ),
    Route("POST", "/platform/sessions/{session_id}/links", "platform.make_links", cross_site=True),
    Route("POST", "/webhooks/plugnmeet", "webhooks.plugnmeet", cross_site=True),
    Route("POST", "/webhooks/bigbluebutton", "webhooks.bigbluebutton", cross_site=True),
    Route("GET", "/webhooks/bigbluebutton", "webhooks.bigbluebutton_ended"),
    Route("GET", "/platform/recordings", "recordings.list_unready", cross_site=True),
    Route("POST", "/platform/recordings/{record_id}/retry", "recordings.retry", cross_site=True),
    Route("GET", "/platform/attendance", "platform_reports.attendance", cross_site=True),
    Route(
        "GET",
        "/platform/sessions/{session_id}/timeline",
        "platform_reports.timeline",
        cross_site=True,
    ),
    Route("GET", "/platform/events", "platform_events.list_after", cross_site=True),
    Route("POST", "/platform/events/{event_id}/retry", "platform_events.retry", cross_site=True),
    Route("GET", "/ops", "operations.show", page=True),
    Route("GET", "/ops/sessions/{session_id}", "operations.session", page=True),
    Route("POST", "/ops/mails/{mail_id}/retry", "operations.retry_mail", page=True),
    Route("POST", "/ops/events/{event_id}/retry", "operations.retry_event", page=True),
    Route("POST", "/ops/recordings/{record_id}/retry", "operations.retry_recording", page=True),
    Route("GET", "/a/{release}/{kind}/{folder}/{file}", "static.of_another_release"),
    Route("GET", "/healthz", "ops.healthz"),
    Route("GET", "/openapi.json", "ops.openapi"),
    Route("GET", "/dev", "dev.dashboard", page=True, development=True),
    Route("GET", "/dev/sign-in", "dev.sign_in", page=True, development=True),
    Route("GET", "/dev/sign-out", "dev.sign_out", page=True, development=True),
    Route("GET", "/dev/outbox", "dev.outbox", page=True, development=True),
    Route("GET", "/dev/outbox/{mail_id}", "dev.outbox_mail", page=True, development=True),
    Route("GET", "/dev/platform", "dev_platform.show", page=True, development=True),
    Route("GET", "/dev/framed", "dev_platform.framed", page=True, development=True),
    Route("POST", "/dev/platform/hooks", "dev_platform.receive", cross_site=True, development=True),
    Route("POST", "/dev/seed", "dev.seed", page=True, development=True),
    Route("POST", "/dev/book", "dev.book", page=True, development=True),
    Route("POST", "/dev/recordings", "dev.announce_recording", development=True),
    Route("POST", "/dev/clock/{session_id}", "clock.shift", development=True),
)


# Compared piece by piece: compiling a regular expression for each route would slow the start.
_TABLE: Final = tuple((route.path.split("/"), route) for route in ROUTES)


def _parameters(pieces: list[str], requested: list[str]) -> dict[str, str] | None:
    """The values of the route's `{name}` pieces; None if the path does not match the route."""
    if len(pieces) != len(requested):
        return None
    found = {}
    for piece, given in zip(pieces, requested, strict=True):
        if piece.startswith("{") and given:
            found[piece[1:-1]] = given
        elif piece != given:
            return None
    return found


def match(method: str, requested: list[str], *, development: bool) -> tuple[Route, dict[str, str]]:
    """The route of a request, with its path parameters. HEAD matches the route of GET.

    `requested` is `Request.pieces`: the decoded pieces of the path.

    Raises: NotFoundError, MethodNotAllowedError.
    """
    method = "GET" if method == "HEAD" else method
    allowed: list[str] = []
    for pieces, route in _TABLE:
        if route.development and not development:
            continue
        parameters = _parameters(pieces, requested)
        if parameters is not None:
            if route.method == method:
                return route, parameters
            allowed += ["GET", "HEAD"] if route.method == "GET" else [route.method]
    if allowed:
        raise MethodNotAllowedError(", ".join(allowed))
    raise NotFoundError
