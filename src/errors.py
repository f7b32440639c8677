"""Every expected failure: its status, its code, and the sentence that people read.

AppError
 +- BadRequestError          400
 +- SignedOutError           401  (WebhookRejectedError)
 +- ForbiddenError           403  (NotParticipantError, CrossSiteError, ...)
 +- NotFoundError            404  (SessionNotFoundError, PersonNotFoundError, LinkBrokenError)
 +- MethodNotAllowedError    405
 +- ConflictError            409  (TooEarlyError, UpcomingSessionsError)
 +- SessionEndedError        410  (LinkExpiredError, LinkTooOldError)
 +- NotAgreedError           410
 +- LengthRequiredError      411
 +- PreconditionFailedError  412
 +- BodyTooLargeError        413
 +- UnsupportedTypeError     415
 +- RangeNotSatisfiableError 416
 +- InvalidError             422  (InvalidFormError)
 +- UpgradeRequiredError     426
 +- TooManyRequestsError     429
 +- ServiceUnavailableError  503  (ProviderError, NotConfiguredError)
"""

from __future__ import annotations

from typing import Any, ClassVar

from i18n import N_, _


class AppError(Exception):
    """A failure with a status, and a sentence for people.

    `message` is in English, marked by `N_`, with placeholders for `values`. `sentence` has it in
    the reader's language.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "unexpected"
    message: str = N_("Something went wrong on our side.")
    headers: tuple[tuple[str, str], ...] = ()

    def __init__(self, message: str | None = None, **values: object) -> None:
        if message is not None:
            self.message = message
        self.values = values
        super().__init__(self.message.format_map(values) if values else self.message)

    @property
    def sentence(self) -> str:
        return _(self.message, **self.values)

    def as_json(self) -> dict[str, Any]:
        """The failure as answers in JSON have it."""
        return {"code": self.code, "message": self.sentence}


class BadRequestError(AppError):
    status, code = 400, "bad_request"
    message = N_("That request could not be understood.")


class SignedOutError(AppError):
    status, code = 401, "signed_out"
    message = N_("Please sign in.")


class WebhookRejectedError(SignedOutError):
    code = "webhook_rejected"
    message = N_("This webhook is not signed by its sender.")


class ForbiddenError(AppError):
    status, code = 403, "forbidden"
    message = N_("You may not do that.")


class NotParticipantError(ForbiddenError):
    """`session_id` names the session if the request's address does not."""

    code = "not_participant"
    message = N_("You're not part of this session.")

    def __init__(self, session_id: str | None = None) -> None:
        super().__init__()
        self.session_id = session_id


class CrossSiteError(ForbiddenError):
    code = "cross_site"
    message = N_("This request came from another site and was refused.")


class NotFoundError(AppError):
    status, code = 404, "not_found"
    message = N_("There is nothing at this address.")


class SessionNotFoundError(NotFoundError):
    code = "session_not_found"
    message = N_("Session not found. Check your dashboard.")


class PersonNotFoundError(NotFoundError):
    code = "person_not_found"
    message = N_("No person has this id.")


class LinkBrokenError(NotFoundError):
    code = "link_broken"
    message = N_("This link does not work.")


class MethodNotAllowedError(AppError):
    status, code = 405, "method_not_allowed"

    def __init__(self, allowed: str) -> None:
        super().__init__(N_("Only {method} is answered here."), method=allowed)
        self.headers = (("Allow", allowed),)


class ConflictError(AppError):
    status, code = 409, "conflict"
    message = N_("That isn't possible in the session's current state.")


class UpcomingSessionsError(ConflictError):
    """A person cannot be deleted while sessions lie ahead; `session_ids` names them."""

    code = "upcoming_sessions"
    message = N_("This person has sessions ahead. Cancel them first, or add ?cancel=true.")

    def __init__(self, session_ids: list[str]) -> None:
        self.session_ids = session_ids
        super().__init__()

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), "session_ids": self.session_ids}


class TooEarlyError(ConflictError):
    code = "too_early"
    message = N_("This session is not open yet.")


class SessionEndedError(AppError):
    status, code = 410, "session_ended"
    message = N_("This session has ended.")


class LinkExpiredError(SessionEndedError):
    """A link in an e-mail about a session that ended long ago."""

    code = "link_expired"

    def __init__(self, session_id: str) -> None:
        super().__init__()
        self.session_id = session_id


class LinkTooOldError(LinkExpiredError):
    """A link for a frame that was opened too late."""

    code = "link_too_old"
    message = N_("This link is too old.")


class NotAgreedError(AppError):
    """Something was recorded while not both people agreed to it."""

    status, code = 410, "not_agreed"
    message = "Not both people agreed to the recording then. Please delete this part."


class LengthRequiredError(AppError):
    status, code = 411, "length_required"
    message = N_("The upload must say how long it is (Content-Length).")


class PreconditionFailedError(AppError):
    status, code = 412, "precondition_failed"
    message = N_("The file has changed since.")


class BodyTooLargeError(AppError):
    status, code = 413, "too_large"
    message = N_("That is larger than we accept.")


class UnsupportedTypeError(AppError):
    status, code = 415, "unsupported_type"
    message = N_("Files of this kind cannot be uploaded.")


class RangeNotSatisfiableError(AppError):
    status, code = 416, "range_not_satisfiable"
    message = N_("The file is shorter than that.")

    def __init__(self, size: int) -> None:
        super().__init__()
        self.headers = (("Content-Range", f"bytes */{size}"),)


class UpgradeRequiredError(AppError):
    status, code = 426, "upgrade_required"
    message = N_("Only WebSocket connections are answered here.")


class InvalidError(AppError):
    """Invalid input; `fields` maps the name of each invalid field to a sentence about it."""

    status, code = 422, "invalid"
    message = N_("Please check the data sent.")

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in fields.items()))

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), "fields": self.fields}


class InvalidFormError(InvalidError):
    """A person's invalid input. Each sentence stands by itself, without a field's English name."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(fields)
        self.message = " ".join(dict.fromkeys(fields.values()))


class TooManyRequestsError(AppError):
    status, code = 429, "too_many_requests"
    message = N_("That was too often. Please try again in a minute.")
    headers = (("Retry-After", "60"),)


class ServiceUnavailableError(AppError):
    status, code = 503, "unavailable"
    message = N_("Session Room is briefly unavailable. Try again.")


class NotConfiguredError(ServiceUnavailableError):
    code = "not_configured"
    message = N_("Session Room is not set up yet. Its operator can see what is missing in the log.")


class ProviderError(ServiceUnavailableError):
    code = "provider_unavailable"
    message = N_("Video service unavailable. Try again.")


class RefusedMessageError(Exception):
    """A refused live message. Only its sender gets the `code`.

    `line_id` is the id of a refused line of chat, or of a refused change of the board; it is empty
    for other messages.
    """

    def __init__(self, code: str, message: str, *, line_id: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line_id = line_id
