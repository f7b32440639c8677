"""What a session left behind, for one of its two people."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from domain import rules

if TYPE_CHECKING:
    from auth.access import Visit
    from db.database import Row

RECORDING: Final = "recording"


class OwnFeedback(NamedTuple):
    """What the viewer said. What the other one said, nobody here is shown."""

    rating: int
    comment: str | None
    tags: list[str]
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
        """As the platform and our scripts know it."""
        fields = self._asdict()
        if self.duration_seconds is None:
            del fields["duration_seconds"]
        return fields


class RecordingState(StrEnum):
    """What there is to say of the recordings of a session, all taken together."""

    NONE = "none"
    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class Aftermath(NamedTuple):
    feedback: OwnFeedback | None
    resources: list[Resource]
    recording: RecordingState

    @property
    def recordings(self) -> list[Resource]:
        return [resource for resource in self.resources if resource.type == RECORDING]

    @property
    def files(self) -> list[Resource]:
        return [resource for resource in self.resources if resource.type != RECORDING]


def read(visit: Visit) -> Aftermath:
    """From the row that was asked along with the session."""
    row = visit.along[0][0]
    resources = [resource_of(found) for found in json.loads(row["resources"])]
    return Aftermath(
        _own(json.loads(row["feedback"]), visit.viewer.id),
        resources,
        _recording_state(visit, resources, json.loads(row["recordings"])),
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


def _own(feedback: list[Row], user_id: str) -> OwnFeedback | None:
    for row in feedback:
        if row["user_id"] == user_id:
            until = rules.feedback_editable_until(row["created_at"])
            return OwnFeedback(row["rating"], row["comment"], row["tags"], until)
    return None


def _recording_state(visit: Visit, resources: list[Resource], states: list[str]) -> RecordingState:
    """One that is on its way is news as long as it is; one that failed matters when it is alone."""
    if any(state in ("announced", "copying") for state in states):
        return RecordingState.PREPARING
    if any(resource.type == RECORDING for resource in resources):
        return RecordingState.READY
    if "failed" in states:
        return RecordingState.FAILED
    if not states and rules.recording_expected(visit.session, visit.now):
        return RecordingState.PREPARING
    return RecordingState.NONE
