"""Values of the page after the session: feedback, recordings, files, chat."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from domain import rules, times
from files import file_types
from files.storage import MB, MULTIPART_ABOVE_BYTES, size_in_words
from pages import feedback_wording, platform_urls
from sessions import outcome
from sessions.outcome import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auth.access import Access, LoadedAccess
    from db.outcomes import SessionRows
    from sessions.outcome import OwnFeedback
    from settings import Settings

# For the template row that scripts clone and fill.
_ACCEPT: Final = ",".join(f".{ending}" for ending in file_types.TYPES)
_NO_FILE: Final = Resource("", "", "", 0, None, "ready")


def values(access: LoadedAccess[SessionRows], settings: Settings, saved: str) -> dict[str, Any]:
    """Values of the template session/over.html and its parts."""
    left = outcome.for_viewer(access)
    is_deleted = partial(_is_deleted, access)
    chat_is_over = is_deleted(settings.chat_kept_days)
    return {
        "book_url": platform_urls.booking_url(settings, access.session.course.id),
        **feedback(access, left.feedback, saved),
        "waits_elsewhere": saved == "elsewhere",
        "next_session": _next_session(access),
        "recording": left.recording,
        "recordings": left.recordings,
        "board_page": access.loaded.board_page,
        **files(settings, left.files),
        "has_chat": access.session.started_at is not None
        and access.session.has_chat is not False
        and not chat_is_over,
        "chat_deleted": chat_is_over if access.session.has_chat else access.session.chat_forgotten,
        "files_deleted": is_deleted(settings.resources_kept_days),
    }


def of_lobby(access: LoadedAccess[SessionRows], settings: Settings) -> dict[str, Any]:
    """Values of the parts that the room shows after leaving."""
    return feedback(access, outcome.for_viewer(access).feedback, "") | files(settings)


def feedback(access: Access, own: OwnFeedback | None, saved: str) -> dict[str, Any]:
    """Values of session/feedback.html; `saved` names the form that was just saved."""
    return {
        "can_rate": rules.can_rate(access.session, access.role, access.now),
        "own": own,
        "feedback_locked": own is not None and own.editable_until <= access.now,
        "feedback_words": feedback_wording.words_for(access.role, access.other.called),
        "stars": feedback_wording.stars(),
        "just_saved": saved == "feedback",
    }


def _next_session(access: LoadedAccess[SessionRows]) -> dict[str, Any] | None:
    """The next session of the two. The link in an e-mail opens one session, so not by link."""
    booked = access.loaded.next_session
    if booked is None or access.by_link:
        return None
    start, end = booked["scheduled_start"], booked["scheduled_end"]
    return {"id": booked["id"], "span": times.span(start, end, access.viewer)}


def _is_deleted(access: Access, days: int) -> bool:
    return rules.is_deleted(access.session, days, access.now)


def files(settings: Settings, listed: Sequence[Resource] = ()) -> dict[str, Any]:
    """Values of session/files.html. In the room, scripts load the list."""
    return {
        "files": listed,
        "no_file": _NO_FILE,
        "has_chat": False,
        "chat_deleted": False,
        "files_deleted": False,
        "files_kept_days": settings.resources_kept_days,
        "upload": {
            "max_bytes": settings.upload_max_mb * MB,
            "max_words": size_in_words(settings.upload_max_mb * MB),
            "parts_above": MULTIPART_ABOVE_BYTES,
            "accept": _ACCEPT,
        },
    }


def about(resource: Resource) -> str:
    """`56 minutes · 240 MB`."""
    return about_all([resource])


def about_all(resources: Sequence[Resource]) -> str:
    """The same for all of them together."""
    size = size_in_words(sum(resource.size_bytes for resource in resources))
    lengths = [each.duration_seconds for each in resources if each.duration_seconds is not None]
    if len(lengths) < len(resources):
        return size
    return f"{times.duration(sum(lengths))} · {size}"


def kind(media_type: str) -> str:
    """The name of the icon for a media type."""
    family = media_type.partition("/")[0]
    return {"image": "image", "audio": "audio", "video": "film"}.get(family, "file")


def is_shown(media_type: str) -> bool:
    """Whether the browser may show files of this type in a tab."""
    return media_type in file_types.INLINE


FILTERS: Final = {
    "file_about": about,
    "files_about": about_all,
    "file_kind": kind,
    "is_shown": is_shown,
}
