"""Answers and forms as JSON Schema; the pydantic models describe bodies in JSON.

The schemas are exact: an answer with an unknown field, or without a required one, fails the tests.
"""

from __future__ import annotations

from typing import Any, Final

from domain.mail_rules import Reach
from domain.model import Role, Status, View
from domain.provider_names import BIGBLUEBUTTON, PEER, PLUGNMEET
from sessions.outcome import RecordingState

Schema = dict[str, Any]

ANYTHING: Final[Schema] = {}
TEXT: Final[Schema] = {"type": "string"}
BYTES: Final[Schema] = {"type": "string", "format": "binary"}
FLAG: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
MOMENT: Final[Schema] = {"type": "integer", "description": "Epoch seconds, UTC."}


def _one_of(*words: str) -> Schema:
    return {"type": "string", "enum": [str(word) for word in words]}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(optional: Schema | None = None, /, **required: Schema) -> Schema:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


ROLE: Final = _one_of(*Role)
STATUS: Final = _one_of(*Status)
PROVIDER: Final = _one_of(PEER, PLUGNMEET, BIGBLUEBUTTON)

BOARD: Final = _object(
    version=COUNT,
    pages=_list(
        _object(
            id=TEXT,
            title=TEXT,
            position={"type": "number"},
            version=COUNT,
            elements=_list({"type": "object", "required": ["id", "kind", "by"]}),
        )
    ),
    earlier=_or_null(_object(session_id=TEXT, date=TEXT, title=TEXT)),
)
BOARD_IMAGE: Final = _object(id=TEXT, width=COUNT, height=COUNT)

ERROR: Final = _object(
    error=_object(
        {
            "fields": {
                "type": "object",
                "additionalProperties": TEXT,
                "description": "With 422: a sentence about each invalid field.",
            },
            "session_ids": {
                **_list(TEXT),
                "description": "With `upcoming_sessions`: the ids of these sessions.",
            },
            "request_id": {"type": "string", "description": "With 500: the id in the log."},
        },
        code=TEXT,
        message=TEXT,
    )
)

COURSE: Final = _object(id=TEXT, title=TEXT)
STATE: Final = _object(
    id=TEXT,
    view=_one_of(*View),
    status=STATUS,
    role=ROLE,
    server_time=MOMENT,
    scheduled_start=MOMENT,
    scheduled_end=MOMENT,
    opens_at=MOMENT,
    no_show_at=MOMENT,
    closes_at=MOMENT,
    started_at=_or_null(MOMENT),
    ended_at=_or_null(MOMENT),
    no_show=_or_null(ROLE),
    can_join=FLAG,
    can_rate=FLAG,
    provider=_or_null(PROVIDER),
    recording_enabled=FLAG,
    course=COURSE,
    reminders=_list(_object(role=ROLE, kind=TEXT, state=TEXT, sent_at=_or_null(MOMENT))),
    reschedule_asked_by=_or_null(ROLE),
    participants=_list(_object(id=TEXT, role=ROLE, name=TEXT, avatar=_or_null(TEXT), present=FLAG)),
    words=_object(heading=TEXT, lead=TEXT, join=TEXT, status=TEXT),
)
GRANT: Final = _object(
    {"url": TEXT, "ice_servers": _list({"type": "object"})},
    provider=PROVIDER,
    place=TEXT,
    expires_at=MOMENT,
)
ENDED: Final = _object(id=TEXT, ended=FLAG)
TOLD: Final = _object(mail=_one_of(*Reach))
FEEDBACK: Final = _object(
    rating=COUNT, comment=_or_null(TEXT), tags=_list(TEXT), editable_until=MOMENT
)
FEEDBACK_FORM: Final = _object({"comment": TEXT, "tags": _list(TEXT)}, rating=TEXT)
RESOURCE: Final = _object(
    {"duration_seconds": COUNT},
    id=TEXT,
    name=TEXT,
    type={"type": "string", "description": "A media type, or `recording`."},
    size_bytes=COUNT,
    status=_one_of("uploading", "ready", "deleted"),
)
RESOURCES: Final = _object(resources=_list(RESOURCE), recording=_one_of(*RecordingState))
DELETED: Final = _object(id=TEXT, status=_one_of("deleted"), restorable_until=MOMENT)
UPLOAD: Final = _object(
    id=TEXT,
    name=TEXT,
    size_bytes=COUNT,
    key=TEXT,
    part_bytes=COUNT,
    received_bytes=COUNT,
    parts=_list(COUNT),
    status=_one_of("uploading"),
)
UPLOADS: Final = _object(uploads=_list(UPLOAD))

RECEIVING: Final = _object(id=TEXT, received_bytes=COUNT, part_bytes=COUNT)
RECEIVED: Final = _object(received_bytes=COUNT)
RECEIVED_RECORDING: Final = _object(
    id=TEXT,
    received_bytes=COUNT,
    state=_one_of("receiving", "announced", "copying", "ready", "failed"),
)

ASKED: Final = _object(id=TEXT, state=_one_of("open"))
ASKED_FORM: Final = _object(
    dict.fromkeys(("slot1", "slot2", "slot3", "time1", "time2", "time3", "reason"), TEXT)
)
ANSWERED: Final = _object(id=TEXT, state=_one_of("accepted", "declined"))
LANGUAGE_FORM: Final = _object(language=TEXT)
MAIL_SETTINGS_FORM: Final = _object({"reminders": TEXT, "List-Unsubscribe": TEXT, "language": TEXT})

SUMMARY: Final = _object(id=TEXT, url=TEXT, status=STATUS)
BOOKED_EACH: Final = _object(
    results=_list(
        _object(
            {"url": TEXT, "error": ERROR["properties"]["error"]}, id=_or_null(TEXT), status=COUNT
        )
    )
)
FRAME_LINKS: Final = _object(student=TEXT, teacher=TEXT)
_PERSON: Final = _object(id=TEXT, name=TEXT)
EVERYTHING: Final = _object(
    id=TEXT,
    url=TEXT,
    status=STATUS,
    course=COURSE,
    student=_PERSON,
    teacher=_PERSON,
    scheduled_start=MOMENT,
    scheduled_end=MOMENT,
    started_at=_or_null(MOMENT),
    ended_at=_or_null(MOMENT),
    no_show=_or_null(ROLE),
    sequence=COUNT,
    recording_enabled=FLAG,
    bbb_meeting_url=_or_null(TEXT),
    attendance=_list(
        _object(
            user_id=TEXT,
            first_joined_at=MOMENT,
            last_joined_at=MOMENT,
            left_at=_or_null(MOMENT),
        )
    ),
    feedback=_list(
        _object(
            user_id=TEXT,
            rating=COUNT,
            comment=_or_null(TEXT),
            tags=_list(TEXT),
            created_at=MOMENT,
            updated_at=MOMENT,
        )
    ),
    resources=_list(
        _object(
            id=TEXT,
            name=TEXT,
            type=TEXT,
            size_bytes=COUNT,
            duration_seconds=_or_null(COUNT),
            status=TEXT,
            created_at=MOMENT,
        )
    ),
    reminders=_list(
        _object(
            user_id=TEXT,
            kind=TEXT,
            scheduled_start=MOMENT,
            due_at=MOMENT,
            state=TEXT,
            sent_at=_or_null(MOMENT),
            delivery=_or_null(TEXT),
        )
    ),
    recording_consents=_list(
        _object(user_id=TEXT, role=ROLE, agreed=FLAG, words=TEXT, text=TEXT, decided_at=MOMENT)
    ),
)
CALENDAR_ADDRESS: Final = _object(url=TEXT)
PERSON_ERASED: Final = _object(id=TEXT, status=_one_of("deleted"))
TRUE_OR_FALSE: Final = _one_of("true", "false")
ATTENDANCE: Final = _object(
    sessions=_list(
        _object(
            session_id=TEXT,
            course_id=TEXT,
            status=STATUS,
            scheduled_start=MOMENT,
            scheduled_end=MOMENT,
            started_at=_or_null(MOMENT),
            ended_at=_or_null(MOMENT),
            no_show=_or_null(ROLE),
            seconds_together=COUNT,
            people=_list(
                _object(
                    user_id=TEXT,
                    role=_or_null(ROLE),
                    first_joined_at=_or_null(MOMENT),
                    last_left_at=_or_null(MOMENT),
                    seconds_present=COUNT,
                    seconds_late=_or_null(COUNT),
                    stays=_list(_object(joined_at=MOMENT, left_at=_or_null(MOMENT))),
                )
            ),
        )
    ),
    next=_or_null(TEXT),
)
TIMELINE: Final = _object(
    session_id=TEXT,
    entries=_list(
        {
            "type": "object",
            "properties": {"at": MOMENT, "what": TEXT, "role": _or_null(ROLE)},
            "required": ["at", "what", "role"],
        }
    ),
)
EVENT_STATE: Final = _one_of("pending", "delivered", "dead")
EVENTS: Final = _object(
    events=_list(
        _object(
            type=TEXT,
            id=TEXT,
            sequence=COUNT,
            session_id=TEXT,
            created_at=MOMENT,
            data={"type": "object"},
            delivery=_object(
                state=EVENT_STATE,
                attempts=COUNT,
                last_error=_or_null(TEXT),
                delivered_at=_or_null(MOMENT),
            ),
        )
    ),
    next=COUNT,
)
EVENT_RETRIED: Final = _object(id=TEXT, state=EVENT_STATE)
RECORDINGS: Final = _object(
    recordings=_list(
        _object(
            record_id=TEXT,
            session_id=TEXT,
            provider=TEXT,
            state=_one_of("receiving", "announced", "copying", "failed"),
            attempts=COUNT,
            last_error=_or_null(TEXT),
            created_at=MOMENT,
            updated_at=MOMENT,
            received_bytes=COUNT,
        )
    )
)
RETRIED: Final = _object(record_id=TEXT, state=_one_of("announced"))
BIGBLUEBUTTON_FORM: Final = _object(signed_parameters=TEXT)

HEALTH: Final = _object(
    {
        "bindings": {"type": "object", "additionalProperties": FLAG},
        "lacks": _list(TEXT),
        "problems": _list(TEXT),
        "version": TEXT,
    },
    ok=FLAG,
)
SEEDED: Final = _object(sessions=_list(TEXT))
