"""Feedback after a session: each person gives it once, and can change it for a week."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, field_validator

import analytics
from db import feedback as feedback_db
from domain import rules
from errors import ConflictError
from i18n import N_, _
from sessions import outcome
from web import validation

if TYPE_CHECKING:
    from auth.access import LoadedAccess
    from context import Context
    from db.outcomes import SessionRows
    from sessions.outcome import OwnFeedback

MAX_TAGS: Final = 10
MAX_TAG_CHARS: Final = 40
MAX_COMMENT_CHARS: Final = 2000

Tag = Annotated[str, *validation.written(MAX_TAG_CHARS)]


class Feedback(validation.Form):
    """A rating of 1 to 5 stars, and optionally a comment and tags."""

    rating: Annotated[int, Field(ge=1, le=5, strict=True)]
    comment: Annotated[str, *validation.written(MAX_COMMENT_CHARS)] | None = None
    tags: list[Tag] = Field([], max_length=MAX_TAGS)

    @field_validator("rating", mode="wrap")
    @classmethod
    def whole_stars(cls, rating: Any, handler: ValidatorFunctionWrapHandler) -> int:
        try:
            stars: int = handler(rating)
        except ValidationError as error:
            raise ValueError(_("Choose one to five stars, please.")) from error
        return stars

    @field_validator("comment")
    @classmethod
    def none_if_empty(cls, comment: str | None) -> str | None:
        return comment or None

    @field_validator("tags")
    @classmethod
    def once_each(cls, tags: list[str]) -> list[str]:
        """Remove repeated and empty tags."""
        return list(dict.fromkeys(tag for tag in tags if tag))


def from_form(fields: dict[str, list[str]]) -> dict[str, Any]:
    """A form's fields, in the shape of the JSON that scripts send."""
    rating = fields.get("rating", [""])[0]
    return {
        "rating": int(rating) if re.fullmatch(r"[0-9]{1,9}", rating) else rating,
        "comment": fields.get("comment", [""])[0],
        "tags": fields.get("tags", []),
    }


async def give(ctx: Context, access: LoadedAccess[SessionRows], feedback: Feedback) -> OwnFeedback:
    """Store this person's feedback, in place of their earlier feedback.

    Raises: ConflictError before the lesson has taken place, and if it is too late for a change.
    """
    if not rules.can_rate(access.session, access.role, access.now):
        raise ConflictError(N_("Feedback can be given once the session has taken place."))
    before = outcome.for_viewer(access).feedback
    created_at = await feedback_db.put(
        ctx.db,
        session_id=access.session.id,
        user_id=access.viewer.id,
        rating=feedback.rating,
        comment=feedback.comment,
        tags=feedback.tags,
        created_after=ctx.now - rules.FEEDBACK_EDITABLE_S,
        now=ctx.now,
    )
    if created_at is None:
        raise ConflictError(N_("Feedback can be changed for seven days. Yours stays as it is."))
    if before is None or before.rating != feedback.rating:
        analytics.feedback_submitted(ctx, access.session.id, feedback.rating)
    return outcome.OwnFeedback(
        feedback.rating,
        feedback.comment,
        tuple(feedback.tags),
        rules.feedback_editable_until(created_at),
    )
