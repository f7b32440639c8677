"""What the afterwards page shows beside the session itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aftermath
import feedback_words
import rules

if TYPE_CHECKING:
    from admission import Visit
    from settings import Settings


def values(visit: Visit, settings: Settings, saved: str) -> dict[str, Any]:
    """For the templates session/over.html and its parts."""
    left = aftermath.read(visit)
    own = left.feedback
    booking = settings.book_url or settings.course_url
    return {
        "book_url": booking.replace("{course_id}", quote(visit.session.course.id, safe="")),
        "can_rate": rules.can_rate(visit.session, visit.role, visit.now),
        "own": own,
        "feedback_locked": own is not None and own.editable_until <= visit.now,
        "feedback_words": feedback_words.words_for(visit.role, visit.other.name),
        "stars": feedback_words.STARS,
        "just_saved": saved == "feedback",
        "recording": left.recording,
        "recordings": left.recordings,
        "files": left.files,
    }
