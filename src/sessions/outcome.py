"""What remains of a session for one viewer: own feedback, files, recordings."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from domain import rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auth.access import Access, LoadedAccess
    from db.database import Row
    from db.outcomes import SessionRows

RECORDING: Final = "recording"


class OwnFeedback(NamedTuple):
    """The viewer's feedback. The other person's feedback is shown to nobody here."""

    rating: int
    comment: str | None
    tags: tuple[str, ...]
    editable_until: int


class Resource(NamedTuple):
    """A file of the session; `type` is a media type, or `recording`."""

    id: str
    name: str
    type: str
    size_bytes: int
    duration_seconds: int | None
    status: str

    def to_json(self) -> dict[str, Any]:
        """As the platform and our scripts read it."""
        fields = self._asdict()
        if self.duration_seconds is None:
            del fields["duration_seconds"]
        return fields


class RecordingState(StrEnum):
    """The state of all recordings of a session together."""

    NONE = "none"
    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class Outcome(NamedTuple):
    feedback: OwnFeedback | None
    resources: list[Resource]
    recording: RecordingState

    @property
    def recordings(self) -> list[Resource]:
        return [resource for resource in self.resources if resource.type == RECORDING]

    @property
    def files(self) -> list[Resource]:
        return [resource for resource in self.resources if resource.type != RECORDING]


def for_viewer(access: LoadedAccess[SessionRows]) -> Outcome:
    """What this viewer may read of the loaded rows."""
    rows = access.loaded
    resources = [resource_of(row) for row in rows.resources]
    return Outcome(
        _own_feedback(rows.feedback, access.viewer.id),
        resources,
        _recording_state(access, resources, rows.recording_states),
    )


def resource_of(row: Row) -> Resource:
    return Resource(
        row["id"],
        row["name"],
        row["type"],
        row["size_bytes"],
        row["duration_seconds"],
        row["status"],
    )


def _own_feedback(feedback: Sequence[Row], user_id: str) -> OwnFeedback | None:
    for row in feedback:
        if row["user_id"] == user_id:
            until = rules.feedback_editable_until(row["created_at"])
            return OwnFeedback(row["rating"], row["comment"], tuple(row["tags"]), until)
    return None


def _recording_state(
    access: Access, resources: list[Resource], states: Sequence[str]
) -> RecordingState:
    """PREPARING while any is on its way; FAILED only if no other recording is ready."""
    if any(state in ("receiving", "announced", "copying") for state in states):
        return RecordingState.PREPARING
    if any(resource.type == RECORDING for resource in resources):
        return RecordingState.READY
    if "failed" in states:
        return RecordingState.FAILED
    if not states and rules.recording_expected(access.session, access.now):
        return RecordingState.PREPARING
    return RecordingState.NONE
